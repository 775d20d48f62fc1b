#include "services/recommendations/sql_store.h"

#include <array>
#include <charconv>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "lib/db/sql_text.h"

namespace octavo::recommendations {
namespace {

// Statements over many rows come in these sizes, so that each is prepared once: a batch of 100 takes 64 + 16 + 16 + 4.
constexpr std::array<int, 4> kSizes = {64, 16, 4, 1};

constexpr std::string_view kAdvance =
    "UPDATE event_log SET last_position = last_position + $1 WHERE id = 1 RETURNING last_position";
constexpr std::string_view kLastPosition = "SELECT last_position FROM event_log WHERE id = 1";

constexpr int kInsertColumns = 10;
constexpr std::string_view kInsertEvents =
    "INSERT INTO events (position, event_id, reader, book, type, rating, event_time, shelf, source, model) VALUES ";
constexpr std::string_view kKnownIds = "SELECT event_id FROM events WHERE event_id IN ";

constexpr std::string_view kEventsAfter =
    "SELECT position, event_id, reader, book, type, rating, event_time, shelf, source, model FROM events "
    "WHERE position > $1 ORDER BY position LIMIT $2";
constexpr std::string_view kEventsAfterWithoutImpressions =
    "SELECT position, event_id, reader, book, type, rating, event_time, shelf, source, model FROM events "
    "WHERE position > $1 AND type <> 1 ORDER BY position LIMIT $2";
constexpr std::string_view kEventsOf =
    "SELECT position, event_id, reader, book, type, rating, event_time, shelf, source, model FROM events "
    "WHERE reader = $1 AND position > $2 AND type <> 1 ORDER BY position LIMIT $3";

constexpr std::string_view kOrderPosition = "SELECT order_position FROM event_log WHERE id = 1";
constexpr std::string_view kFollowOrdersTo = "UPDATE event_log SET order_position = $1 WHERE id = 1 AND order_position < $1";
constexpr std::string_view kFollowOrdersAnew = "UPDATE event_log SET order_position = 0 WHERE id = 1";
// The view or basket, from a shelf, that came last before a purchase.
constexpr std::string_view kLedTo =
    "SELECT shelf, model FROM events WHERE reader = $1 AND book = $2 AND type IN (2, 3) AND shelf IS NOT NULL "
    "AND event_time >= $3 AND event_time <= $4 ORDER BY event_time DESC, position DESC LIMIT 1";
constexpr std::string_view kTakeBack = "DELETE FROM events WHERE event_id = $1 RETURNING reader";

constexpr std::string_view kMerge = "UPDATE events SET reader = $2 WHERE reader = $1";
constexpr std::string_view kDeleteReader = "DELETE FROM events WHERE reader = $1";
constexpr std::string_view kDeleteSource =
    "DELETE FROM events WHERE position IN "
    "(SELECT position FROM events WHERE source = $1 ORDER BY position LIMIT $2) RETURNING reader";

constexpr std::string_view kCountShelves =
    "SELECT shelf, model, COUNT(CASE WHEN type = 1 THEN 1 END), COUNT(CASE WHEN type = 2 THEN 1 END), "
    "COUNT(CASE WHEN type = 4 THEN 1 END) FROM events "
    "WHERE shelf IS NOT NULL AND event_time >= $1 AND event_time < $2 GROUP BY shelf, model ORDER BY shelf, model";

constexpr std::string_view kCountShelfReaders =
    "SELECT e.shelf, m.arm, COUNT(DISTINCT CASE WHEN e.type = 1 THEN e.reader END), "
    "COUNT(DISTINCT CASE WHEN e.type = 2 THEN e.reader END), COUNT(DISTINCT CASE WHEN e.type = 4 THEN e.reader END) "
    "FROM events e JOIN models m ON e.model = 'models/' || m.name "
    "WHERE e.shelf IS NOT NULL AND e.event_time >= $1 AND e.event_time < $2 GROUP BY e.shelf, m.arm "
    "ORDER BY e.shelf, m.arm";

constexpr std::string_view kPutModel =
    "INSERT INTO models (name, arm, train_time, last_position, reader_count, book_count, interaction_count, "
    "train_seconds, model_bytes, quality, settings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
    "ON CONFLICT (name) DO UPDATE SET arm = excluded.arm, train_time = excluded.train_time, "
    "last_position = excluded.last_position, reader_count = excluded.reader_count, "
    "book_count = excluded.book_count, interaction_count = excluded.interaction_count, "
    "train_seconds = excluded.train_seconds, model_bytes = excluded.model_bytes, quality = excluded.quality, "
    "settings = excluded.settings";
constexpr std::string_view kLatestModel =
    "SELECT name, arm, train_time, last_position, reader_count, book_count, interaction_count, train_seconds, "
    "model_bytes, quality, settings FROM models WHERE arm = $1 AND retired = 0 ORDER BY train_time DESC, name DESC LIMIT 1";
constexpr std::string_view kRetireModel = "UPDATE models SET retired = 1 WHERE name = $1";
constexpr std::string_view kFirstTrained = "SELECT train_time FROM models WHERE arm = $1 ORDER BY train_time LIMIT 1";

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

// Calls visit(begin, size) over `count` things in the sizes above.
template <typename Visit>
void InSizes(std::size_t count, const Visit& visit) {
  std::size_t begin = 0;
  for (const int size : kSizes) {
    for (; count - begin >= static_cast<std::size_t>(size); begin += static_cast<std::size_t>(size)) visit(begin, size);
  }
}

// Which of these event ids are stored.
std::set<std::string> KnownIds(db::Transaction& transaction, const std::vector<std::string>& ids) {
  std::set<std::string> known;
  InSizes(ids.size(), [&](std::size_t begin, int size) {
    std::vector<db::Value> values(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                                  ids.begin() + static_cast<std::ptrdiff_t>(begin) + size);
    const std::string sql = std::string(kKnownIds) + "(" + db::Placeholders(size) + ")";
    for (const db::Row& row : transaction.Query(sql, std::span<const db::Value>(values))) known.insert(row.Text(0));
  });
  return known;
}

void AddRow(const Event& event, std::int64_t position, std::vector<db::Value>& values) {
  values.emplace_back(position);
  values.emplace_back(OrNull(event.id));
  values.emplace_back(event.reader.value());
  values.emplace_back(event.book.value());
  values.emplace_back(static_cast<int>(event.type));
  values.emplace_back(event.rating);
  values.emplace_back(event.time);
  values.emplace_back(OrNull(event.shelf));
  values.emplace_back(OrNull(event.source));
  values.emplace_back(OrNull(event.model));
}

StoredEvent ToEvent(const db::Row& row) {
  return {.position = row.Int(0),
          .event = {.id = row.OptionalText(1).value_or(""),
                    .reader = ReaderId(row.Text(2)),
                    .book = BookId(row.Int(3)),
                    .type = row.OneOf(4, EventType::kImpression, EventType::kDismiss),
                    .rating = static_cast<int>(row.Int(5)),
                    .time = row.Time(6),
                    .shelf = row.OptionalText(7).value_or(""),
                    .source = row.OptionalText(8).value_or(""),
                    .model = row.OptionalText(9).value_or("")}};
}

std::vector<StoredEvent> ToEvents(const std::vector<db::Row>& rows) {
  std::vector<StoredEvent> events;
  events.reserve(rows.size());
  for (const db::Row& row : rows) events.push_back(ToEvent(row));
  return events;
}

std::string QualityText(const std::map<std::string, double>& quality) {
  std::string text;
  for (const auto& [metric, value] : quality) {
    std::array<char, 32> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text += metric + ' ' + std::string(digits.data(), end) + '\n';
  }
  return text;
}

std::map<std::string, double> ParseQuality(const std::string& text) {
  std::map<std::string, double> quality;
  std::istringstream lines(text);
  std::string metric;
  double value = 0;
  while (lines >> metric >> value) quality[metric] = value;
  return quality;
}

std::vector<std::int64_t> AppendIn(db::Transaction& transaction, std::span<const Event> events) {
  std::vector<std::string> ids;
  for (const Event& event : events) {
    if (!event.id.empty()) ids.push_back(event.id);
  }
  std::set<std::string> known = KnownIds(transaction, ids);
  std::vector<std::int64_t> positions(events.size(), 0);
  std::vector<const Event*> fresh;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i].id.empty() && !known.insert(events[i].id).second) continue;
    fresh.push_back(&events[i]);
    positions[i] = static_cast<std::int64_t>(fresh.size());
  }
  if (fresh.empty()) return positions;

  const std::int64_t before = transaction.QueryTheOne(kAdvance, fresh.size()).Int(0) - static_cast<std::int64_t>(fresh.size());
  for (std::int64_t& position : positions) position += position == 0 ? 0 : before;
  InSizes(fresh.size(), [&](std::size_t begin, int size) {
    std::vector<db::Value> values;
    values.reserve(static_cast<std::size_t>(size * kInsertColumns));
    for (std::size_t i = begin; i < begin + static_cast<std::size_t>(size); ++i) {
      AddRow(*fresh[i], before + static_cast<std::int64_t>(i) + 1, values);
    }
    transaction.Execute(std::string(kInsertEvents) + db::Tuples(size, kInsertColumns), std::span<const db::Value>(values));
  });
  return positions;
}

// The purchase with the shelf that led to it.
Event WithLead(db::Transaction& transaction, Event purchase) {
  const std::optional<db::Row> lead =
      transaction.QueryOne(kLedTo, purchase.reader.value(), purchase.book.value(), purchase.time - kLeadMax, purchase.time);
  if (lead) {
    purchase.shelf = lead->Text(0);
    purchase.model = lead->OptionalText(1).value_or("");
  }
  return purchase;
}

}  // namespace

std::vector<std::int64_t> SqlStore::Append(std::span<const Event> events) {
  return database_.Write([&](db::Transaction& transaction) { return AppendIn(transaction, events); });
}

std::int64_t SqlStore::OrderPosition() {
  return database_.Read([](db::Transaction& transaction) { return transaction.QueryTheOne(kOrderPosition).Int(0); });
}

AppliedOrder SqlStore::ApplyOrder(const OrderChange& change) {
  return database_.Write([&](db::Transaction& transaction) {
    AppliedOrder applied;
    if (transaction.Execute(kFollowOrdersTo, change.position) == 0) return applied;
    std::vector<Event> purchases;
    for (const Event& purchase : change.purchases) purchases.push_back(WithLead(transaction, purchase));
    const std::vector<std::int64_t> positions = AppendIn(transaction, purchases);
    for (std::size_t i = 0; i < purchases.size(); ++i) {
      if (positions[i] != 0) applied.purchases.push_back(std::move(purchases[i]));
    }
    for (const std::string& id : change.taken_back) {
      for (const db::Row& row : transaction.Query(kTakeBack, id)) applied.robbed.emplace_back(row.Text(0));
    }
    return applied;
  });
}

void SqlStore::FollowOrdersAnew() {
  database_.Write([](db::Transaction& transaction) { transaction.Execute(kFollowOrdersAnew); });
}

std::int64_t SqlStore::LastPosition() {
  return database_.Read([](db::Transaction& transaction) { return transaction.QueryTheOne(kLastPosition).Int(0); });
}

std::vector<StoredEvent> SqlStore::EventsAfter(std::int64_t position, int limit, Impressions impressions) {
  const std::string_view sql = impressions == Impressions::kWith ? kEventsAfter : kEventsAfterWithoutImpressions;
  return database_.Read([&](db::Transaction& transaction) { return ToEvents(transaction.Query(sql, position, limit)); });
}

std::vector<StoredEvent> SqlStore::EventsOf(const ReaderId& reader, std::int64_t position, int limit) {
  return database_.Read(
      [&](db::Transaction& transaction) { return ToEvents(transaction.Query(kEventsOf, reader.value(), position, limit)); });
}

void SqlStore::Merge(const ReaderId& from, const ReaderId& to) {
  database_.Write([&](db::Transaction& transaction) { transaction.Execute(kMerge, from.value(), to.value()); });
}

void SqlStore::DeleteReader(const ReaderId& reader) {
  database_.Write([&](db::Transaction& transaction) { transaction.Execute(kDeleteReader, reader.value()); });
}

std::vector<ReaderId> SqlStore::DeleteSource(const std::string& source, int limit) {
  return database_.Write([&](db::Transaction& transaction) {
    std::vector<ReaderId> readers;
    for (const db::Row& row : transaction.Query(kDeleteSource, source, limit)) readers.emplace_back(row.Text(0));
    return readers;
  });
}

std::vector<ShelfCounts> SqlStore::CountShelves(Timestamp start, Timestamp end) {
  return database_.Read([&](db::Transaction& transaction) {
    std::vector<ShelfCounts> counts;
    for (const db::Row& row : transaction.Query(kCountShelves, start, end)) {
      counts.push_back({.shelf = row.Text(0),
                        .model = row.OptionalText(1).value_or(""),
                        .impressions = row.Int(2),
                        .clicks = row.Int(3),
                        .purchases = row.Int(4)});
    }
    return counts;
  });
}

std::vector<ShelfReaders> SqlStore::CountShelfReaders(Timestamp start, Timestamp end) {
  return database_.Read([&](db::Transaction& transaction) {
    std::vector<ShelfReaders> counts;
    for (const db::Row& row : transaction.Query(kCountShelfReaders, start, end)) {
      counts.push_back({.shelf = row.Text(0),
                        .arm = row.OneOf(1, Arm::kLive, Arm::kChallenger),
                        .shown = row.Int(2),
                        .clicking = row.Int(3),
                        .buying = row.Int(4)});
    }
    return counts;
  });
}

void SqlStore::PutModel(const ModelRecord& model) {
  database_.Write([&](db::Transaction& transaction) {
    transaction.Execute(kPutModel, model.name, static_cast<int>(model.arm), model.train_time, model.last_position, model.readers,
                        model.books, model.interactions, model.train_seconds, model.bytes, QualityText(model.quality),
                        model.settings);
  });
}

std::optional<ModelRecord> SqlStore::LatestModel(Arm arm) {
  return database_.Read([&](db::Transaction& transaction) -> std::optional<ModelRecord> {
    const std::optional<db::Row> row = transaction.QueryOne(kLatestModel, static_cast<int>(arm));
    if (!row) return std::nullopt;
    return ModelRecord{.name = row->Text(0),
                       .arm = row->OneOf(1, Arm::kLive, Arm::kChallenger),
                       .train_time = row->Time(2),
                       .last_position = row->Int(3),
                       .readers = row->Int(4),
                       .books = row->Int(5),
                       .interactions = row->Int(6),
                       .train_seconds = row->Real(7),
                       .bytes = row->Int(8),
                       .quality = ParseQuality(row->Text(9)),
                       .settings = row->Text(10)};
  });
}

void SqlStore::RetireModel(const std::string& name) {
  database_.Write([&](db::Transaction& transaction) { transaction.Execute(kRetireModel, name); });
}

std::optional<Timestamp> SqlStore::FirstTrained(Arm arm) {
  return database_.Read([&](db::Transaction& transaction) -> std::optional<Timestamp> {
    const std::optional<db::Row> row = transaction.QueryOne(kFirstTrained, static_cast<int>(arm));
    return row ? std::optional(row->Time(0)) : std::nullopt;
  });
}

}  // namespace octavo::recommendations
