#include "services/transactions/sql_store.h"

#include <map>

#include "lib/base/failure.h"
#include "services/transactions/domain/returns.h"
#include "services/transactions/store_json.h"

namespace octavo::transactions {
namespace {

using db::Row;
using db::Transaction;

constexpr std::string_view kInsertIntent = R"(
  INSERT INTO intents (intent_key, fingerprint, order_id, draft, payment_token, state, error, create_time, lease_until)
  VALUES ($1, $2, $3, $4, $5, 1, NULL, $6, $7)
  ON CONFLICT (intent_key) DO NOTHING)";
constexpr std::string_view kSelectIntent = R"(
  SELECT intent_key, fingerprint, draft, payment_token, state, error, create_time, lease_until
  FROM intents WHERE intent_key = $1)";
constexpr std::string_view kTakeLease = R"(
  UPDATE intents SET lease_until = $3 WHERE intent_key = $1 AND state IN (1, 2) AND lease_until <= $2)";
constexpr std::string_view kMoveLease = R"(
  UPDATE intents SET lease_until = $3 WHERE intent_key = $1 AND state IN (1, 2) AND lease_until = $2)";
constexpr std::string_view kDropAllLeases = "UPDATE intents SET lease_until = 0 WHERE state IN (1, 2)";
constexpr std::string_view kBeginUndo = "UPDATE intents SET state = 2, error = $2 WHERE intent_key = $1 AND state = 1";
constexpr std::string_view kFail =
    "UPDATE intents SET state = 4, payment_token = '', draft = $2 WHERE intent_key = $1 AND state = 2";
constexpr std::string_view kMarkPlaced = "UPDATE intents SET state = 3, payment_token = '' WHERE intent_key = $1 AND state = 1";
constexpr std::string_view kDueIntents = R"(
  SELECT intent_key, fingerprint, draft, payment_token, state, error, create_time, lease_until
  FROM intents WHERE state IN (1, 2) AND lease_until <= $1 ORDER BY create_time, intent_key LIMIT $2)";
constexpr std::string_view kUnfinishedDrafts = "SELECT draft FROM intents WHERE state IN (1, 2)";
constexpr std::string_view kSelectDraft = "SELECT draft FROM intents WHERE order_id = $1";
constexpr std::string_view kReplaceDraft = "UPDATE intents SET draft = $2 WHERE order_id = $1";
constexpr std::string_view kForgetIntents = R"(
  DELETE FROM intents WHERE intent_key IN
    (SELECT intent_key FROM intents WHERE state IN (3, 4) AND create_time < $1 ORDER BY create_time LIMIT $2))";

constexpr std::string_view kNextOrderNumber = R"(
  UPDATE counters SET order_number = order_number + 1 WHERE counter_id = 1 RETURNING order_number)";
// Every write of an event changes this row, so these writes are made together.
constexpr std::string_view kNextPosition = R"(
  UPDATE counters SET event_position = event_position + 1 WHERE counter_id = 1 RETURNING event_position)";
constexpr std::string_view kReadCounters = R"(
  SELECT event_position, order_number, (SELECT COALESCE(max(order_number), 0) FROM orders)
  FROM counters WHERE counter_id = 1)";
constexpr std::string_view kSkipNumbers = R"(
  UPDATE counters SET order_number = order_number + $1, skipped_numbers = skipped_numbers + $1 WHERE counter_id = 1)";
constexpr std::string_view kLastPosition = "SELECT event_position FROM counters WHERE counter_id = 1";

constexpr std::string_view kInsertOrder = R"(
  INSERT INTO orders (order_id, order_number, intent_key, customer, email, currency_code, state, payment_state,
    payment_method, total_minor, charged_minor, refunded_minor, place_time, open_return_count, run_out_time,
    document)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16))";
constexpr std::string_view kUpdateOrder = R"(
  UPDATE orders SET customer = $2, email = $3, state = $4, payment_state = $5, charged_minor = $6, refunded_minor = $7,
    open_return_count = $8, run_out_time = $9, document = $10 WHERE order_id = $1)";
constexpr std::string_view kInsertLine = R"(
  INSERT INTO order_lines (order_id, book, quantity, backordered_quantity, refunded_quantity, total_minor)
  VALUES ($1, $2, $3, $4, $5, $6))";
constexpr std::string_view kLastBook = "SELECT COALESCE(max(book), 0) FROM order_lines WHERE book <= $1";
constexpr std::string_view kUpdateLine = "UPDATE order_lines SET refunded_quantity = $3 WHERE order_id = $1 AND book = $2";
constexpr std::string_view kInsertAccess = "INSERT INTO order_access (token_hash, order_id, create_time) VALUES ($1, $2, $3)";
constexpr std::string_view kBoundAccess = R"(
  DELETE FROM order_access WHERE order_id = $1 AND token_hash NOT IN
    (SELECT token_hash FROM order_access WHERE order_id = $1 ORDER BY create_time DESC, token_hash LIMIT $2))";
constexpr std::string_view kSelectAccess = "SELECT 1 FROM order_access WHERE token_hash = $1 AND order_id = $2";
constexpr std::string_view kDeleteAccess = "DELETE FROM order_access WHERE order_id = $1";
constexpr std::string_view kSelectOrder = "SELECT document FROM orders WHERE order_id = $1";
constexpr std::string_view kSelectOrderOfIntent = "SELECT document FROM orders WHERE intent_key = $1";
constexpr std::string_view kListOrders = R"(
  SELECT document FROM orders
  WHERE order_number < $1 AND ($2 = 0 OR state = $2) ORDER BY order_number DESC LIMIT $3)";
constexpr std::string_view kListOrdersWithOpenReturns = R"(
  SELECT document FROM orders
  WHERE open_return_count > 0 AND order_number < $1 AND ($2 = 0 OR state = $2) ORDER BY order_number DESC LIMIT $3)";
constexpr std::string_view kListOrdersOfCustomer = R"(
  SELECT document FROM orders
  WHERE customer = $4 AND order_number < $1 AND ($2 = 0 OR state = $2) ORDER BY order_number DESC LIMIT $3)";
constexpr std::string_view kCountOfBuyer = R"(
  SELECT count(*) FROM orders
  WHERE ((customer = $1 AND $1 <> '') OR (email = $2 AND $2 <> '')) AND state <> 3)";
constexpr std::string_view kUnpaidCopies = R"(
  SELECT COALESCE(sum(order_lines.quantity - order_lines.refunded_quantity), 0)
  FROM orders JOIN order_lines ON order_lines.order_id = orders.order_id
  WHERE ((orders.customer = $1 AND $1 <> '') OR (orders.email = $2 AND $2 <> ''))
    AND orders.state = 1 AND orders.payment_state = 1)";
constexpr std::string_view kRunOutOrders = R"(
  SELECT order_id FROM orders WHERE run_out_time > 0 AND run_out_time <= $1 ORDER BY run_out_time LIMIT $2)";
constexpr std::string_view kGuestOrders = "SELECT document FROM orders WHERE email = $1 AND customer = '' ORDER BY order_number";
constexpr std::string_view kOrdersOfBuyer = R"(
  SELECT document FROM orders WHERE (customer = $1 AND $1 <> '') OR (customer = '' AND email = $2 AND $2 <> '')
  ORDER BY order_number)";

constexpr std::string_view kInsertErased = R"(
  INSERT INTO erased_customers (customer, erase_time) VALUES ($1, $2) ON CONFLICT (customer) DO NOTHING)";
constexpr std::string_view kSelectErased = "SELECT customer FROM erased_customers WHERE customer > $1 ORDER BY customer LIMIT $2";
constexpr std::string_view kLastCustomer = "SELECT COALESCE(max(customer), '') FROM orders";
constexpr std::string_view kInsertEvent = R"(
  INSERT INTO order_events (event_position, order_id, event_type, event_time, document) VALUES ($1, $2, $3, $4, $5))";
constexpr std::string_view kSelectEvents = R"(
  SELECT event_position, event_type, event_time, document FROM order_events
  WHERE event_position > $1 ORDER BY event_position LIMIT $2)";
constexpr std::string_view kSelectEventsOfOrder = R"(
  SELECT event_position, event_type, event_time, document FROM order_events
  WHERE order_id = $3 AND event_position > $1 ORDER BY event_position LIMIT $2)";
constexpr std::string_view kReplaceEvent = "UPDATE order_events SET document = $2 WHERE event_position = $1";

constexpr std::string_view kInsertDecisionKey = R"(
  INSERT INTO decision_keys (decision_key, fingerprint, order_id) VALUES ($1, $2, $3)
  ON CONFLICT (decision_key) DO NOTHING)";
constexpr std::string_view kSelectDecisionKey = "SELECT fingerprint FROM decision_keys WHERE decision_key = $1";

constexpr std::string_view kInsertEffect = R"(
  INSERT INTO effects (effect_id, order_id, kind, amount_minor, document, attempts, next_time, done)
  VALUES ($1, $2, $3, $4, $5, 0, 0, 0))";
constexpr std::string_view kDueEffects = R"(
  SELECT effects.effect_id, effects.kind, effects.amount_minor, effects.document, effects.attempts, effects.refusals,
    orders.document
  FROM effects JOIN orders ON orders.order_id = effects.order_id
  WHERE effects.done = 0 AND effects.given_up = 0 AND effects.next_time <= $1 ORDER BY effects.effect_id LIMIT $2)";
constexpr std::string_view kLastDoneEffects = R"(
  SELECT effects.effect_id, effects.kind, effects.amount_minor, effects.document, effects.attempts, effects.refusals,
    orders.document
  FROM effects JOIN orders ON orders.order_id = effects.order_id
  WHERE effects.done = 1 ORDER BY effects.effect_id DESC LIMIT $1)";
constexpr std::string_view kFinishEffect = "UPDATE effects SET done = 1 WHERE effect_id = $1";
constexpr std::string_view kRetryEffect = R"(
  UPDATE effects SET attempts = attempts + 1, refusals = refusals + $2, next_time = $3 WHERE effect_id = $1)";
constexpr std::string_view kGiveUpEffect = "UPDATE effects SET given_up = 1 WHERE effect_id = $1 AND done = 0 AND given_up = 0";

constexpr std::string_view kFactIds = R"(
  SELECT order_id FROM intents WHERE order_id > $1 AND order_id <= $2
  UNION SELECT order_id FROM orders WHERE order_id > $1 AND order_id <= $2
  UNION SELECT order_id FROM order_lines WHERE order_id > $1 AND order_id <= $2
  UNION SELECT order_id FROM order_events WHERE order_id > $1 AND order_id <= $2
  UNION SELECT order_id FROM effects WHERE order_id > $1 AND order_id <= $2
  ORDER BY order_id LIMIT $3)";
constexpr std::string_view kIntentsBetween = R"(
  SELECT intent_key, fingerprint, draft, '', state, error, create_time, lease_until, order_id
  FROM intents WHERE order_id BETWEEN $1 AND $2)";
constexpr std::string_view kOrdersBetween = R"(
  SELECT order_id, order_number, intent_key, customer, email, currency_code, state, payment_state, payment_method,
    total_minor, charged_minor, refunded_minor, document, open_return_count,
    run_out_time
  FROM orders WHERE order_id BETWEEN $1 AND $2)";
constexpr std::string_view kLinesBetween = R"(
  SELECT order_id, book, quantity, backordered_quantity, refunded_quantity, total_minor
  FROM order_lines WHERE order_id BETWEEN $1 AND $2 ORDER BY order_id, book)";
constexpr std::string_view kEventsBetween = R"(
  SELECT order_id, event_position, event_type, event_time, document
  FROM order_events WHERE order_id BETWEEN $1 AND $2 ORDER BY order_id, event_position)";
constexpr std::string_view kEffectsBetween = R"(
  SELECT order_id, effect_id, kind, amount_minor, document, attempts, done, given_up
  FROM effects WHERE order_id BETWEEN $1 AND $2 ORDER BY effect_id)";
constexpr std::string_view kLogFacts = R"(
  SELECT event_position, order_number,
    (SELECT count(*) FROM order_events), (SELECT COALESCE(min(event_position), 0) FROM order_events),
    (SELECT COALESCE(max(event_position), 0) FROM order_events),
    (SELECT count(*) FROM orders), (SELECT COALESCE(max(order_number), 0) FROM orders), skipped_numbers
  FROM counters WHERE counter_id = 1)";

// An event has few effects; the effects' numbers are made from the event's number.
constexpr std::int64_t kEffectsPerEventMax = 8;

Intent ToIntent(const Row& row) {
  const auto error = row.OptionalText(5);
  return {.key = row.Text(0),
          .fingerprint = row.Text(1),
          .draft = OrderFromJson(row.Text(2)),
          .payment_token = row.Text(3),
          .state = row.OneOf(4, Intent::State::kRunning, Intent::State::kFailed),
          .error = error ? std::optional(ErrorFromJson(*error)) : std::nullopt,
          .create_time = row.Time(6),
          .lease_until = row.Time(7)};
}

std::vector<Order> ToOrders(const std::vector<Row>& rows) {
  std::vector<Order> orders;
  orders.reserve(rows.size());
  for (const Row& row : rows) orders.push_back(OrderFromJson(row.Text(0)));
  return orders;
}

void InsertOrder(Transaction& transaction, const std::string& key, const Order& order) {
  transaction.Execute(kInsertOrder, order.id.value(), order.number, key, order.buyer.customer, order.buyer.email,
                      order.currency_code, static_cast<int>(order.state), static_cast<int>(order.payment_state),
                      static_cast<int>(order.payment_method), order.totals.total_minor, order.charged_minor, order.refunded_minor,
                      order.place_time, OpenReturnCount(order), RunOutTime(order), ToJson(order));
  for (const OrderLine& line : order.lines) {
    transaction.Execute(kInsertLine, order.id.value(), line.book.value(), line.quantity, line.backordered_quantity,
                        line.refunded_quantity, line.total_minor);
  }
}

void UpdateOrder(Transaction& transaction, const Order& order) {
  transaction.Execute(kUpdateOrder, order.id.value(), order.buyer.customer, order.buyer.email, static_cast<int>(order.state),
                      static_cast<int>(order.payment_state), order.charged_minor, order.refunded_minor, OpenReturnCount(order),
                      RunOutTime(order), ToJson(order));
  for (const OrderLine& line : order.lines) {
    transaction.Execute(kUpdateLine, order.id.value(), line.book.value(), line.refunded_quantity);
  }
}

// Gives the event its position.
std::int64_t InsertEvent(Transaction& transaction, const OrderEvent& event) {
  const std::int64_t position = transaction.QueryTheOne(kNextPosition).Int(0);
  transaction.Execute(kInsertEvent, position, event.order.id.value(), static_cast<int>(event.type), event.time, ToJson(event));
  return position;
}

void WriteChange(Transaction& transaction, Change& change, Timestamp now) {
  Happen(change, now);
  UpdateOrder(transaction, change.order);
  const std::int64_t position = InsertEvent(
      transaction, {.type = change.event, .time = now, .order = change.order, .note = change.note, .items = change.items});
  CHECK(static_cast<std::int64_t>(change.effects.size()) < kEffectsPerEventMax);
  std::int64_t id = position * kEffectsPerEventMax;
  for (const Effect& effect : change.effects) {
    transaction.Execute(kInsertEffect, id++, change.order.id.value(), static_cast<int>(effect.kind), effect.amount_minor,
                        ToJson(effect.items));
  }
}

std::vector<OrderEvent> ToEvents(const std::vector<Row>& rows) {
  std::vector<OrderEvent> events;
  events.reserve(rows.size());
  for (const Row& row : rows) {
    OrderEvent event{.position = row.Int(0), .type = row.OneOf(1, EventType::kPlaced, kLastEventType), .time = row.Time(2)};
    EventFromJson(row.Text(3), event);
    events.push_back(std::move(event));
  }
  return events;
}

OrderColumns ToColumns(const Row& row) {
  return {.number = row.Int(1),
          .key = row.Text(2),
          .customer = row.Text(3),
          .email = row.Text(4),
          .currency_code = row.Text(5),
          .state = row.OneOf(6, OrderState::kPlaced, OrderState::kCancelled),
          .payment_state = row.OneOf(7, PaymentState::kDue, PaymentState::kVoided),
          .payment_method = row.OneOf(8, PaymentMethod::kOnCollection, PaymentMethod::kCard),
          .total_minor = row.Int(9),
          .charged_minor = row.Int(10),
          .refunded_minor = row.Int(11),
          .open_return_count = row.Int(13),
          .run_out_time = row.Time(14)};
}

std::vector<PendingEffect> ToPendingEffects(const std::vector<Row>& rows) {
  std::vector<PendingEffect> effects;
  for (const Row& row : rows) {
    effects.push_back({.id = row.Int(0),
                       .order = OrderFromJson(row.Text(6)),
                       .effect = {.kind = row.OneOf(1, Effect::Kind::kRefundPayment, Effect::Kind::kStrikeOff),
                                  .amount_minor = row.Int(2),
                                  .items = ItemsFromJson(row.Text(3))},
                       .attempts = row.Int(4),
                       .refusals = row.Int(5)});
  }
  return effects;
}

EffectFacts ToEffectFacts(const Row& row) {
  return {.id = row.Int(1),
          .event_position = row.Int(1) / kEffectsPerEventMax,
          .effect = {.kind = row.OneOf(2, Effect::Kind::kRefundPayment, Effect::Kind::kStrikeOff),
                     .amount_minor = row.Int(3),
                     .items = ItemsFromJson(row.Text(4))},
          .attempts = row.Int(5),
          .done = row.Int(6) == 1,
          .given_up = row.Int(7) == 1};
}

// Facts of known order ids, filled table by table.
class FactsPage {
 public:
  explicit FactsPage(const std::vector<Row>& ids) {
    for (const Row& row : ids) facts_[row.Text(0)].id = OrderId(row.Text(0));
  }

  // Runs `add` on the facts of each row, whose order id is in `column`; JSON that cannot be read marks the facts.
  template <typename Add>
  void Fill(const std::vector<Row>& rows, int column, const Add& add) {
    for (const Row& row : rows) {
      OrderFacts& facts = facts_.at(row.Text(column));
      try {
        add(facts, row);
      } catch (const Failure&) {
        facts.damaged = true;
      }
    }
  }
  std::vector<OrderFacts> Take() {
    std::vector<OrderFacts> page;
    for (auto& [id, facts] : facts_) page.push_back(std::move(facts));
    return page;
  }

 private:
  std::map<std::string, OrderFacts> facts_;
};

// Only the last event of each order is read in full.
void FillEvents(FactsPage& page, const std::vector<Row>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool last = i + 1 == rows.size() || rows[i + 1].Text(0) != rows[i].Text(0);
    page.Fill({rows[i]}, 0, [&](OrderFacts& facts, const Row& row) {
      facts.events.push_back({row.Int(1), row.OneOf(2, EventType::kPlaced, kLastEventType), row.Time(3)});
      if (!last) return;
      OrderEvent event;
      EventFromJson(row.Text(4), event);
      facts.told = std::move(event.order);
    });
  }
}

}  // namespace

std::optional<Intent> SqlStore::Begin(const Intent& intent) {
  return database_.Write([&](Transaction& transaction) -> std::optional<Intent> {
    const std::int64_t inserted =
        transaction.Execute(kInsertIntent, intent.key, intent.fingerprint, intent.draft.id.value(), ToJson(intent.draft),
                            intent.payment_token, intent.create_time, intent.lease_until);
    if (inserted == 1) return std::nullopt;
    return ToIntent(transaction.QueryTheOne(kSelectIntent, intent.key));
  });
}

std::optional<Intent> SqlStore::FindIntent(const std::string& key) {
  return database_.Read([&](Transaction& transaction) -> std::optional<Intent> {
    const auto row = transaction.QueryOne(kSelectIntent, key);
    return row ? std::optional(ToIntent(*row)) : std::nullopt;
  });
}

std::optional<Intent> SqlStore::TakeLease(const std::string& key, Timestamp now, Timestamp until) {
  return database_.Write([&](Transaction& transaction) -> std::optional<Intent> {
    if (transaction.Execute(kTakeLease, key, now, until) == 0) return std::nullopt;
    return ToIntent(transaction.QueryTheOne(kSelectIntent, key));
  });
}

bool SqlStore::MoveLease(const std::string& key, Timestamp held, Timestamp until) {
  return database_.Write([&](Transaction& transaction) { return transaction.Execute(kMoveLease, key, held, until) == 1; });
}

bool SqlStore::BeginUndo(const std::string& key, const Error& error) {
  return database_.Write([&](Transaction& transaction) {
    if (transaction.Execute(kBeginUndo, key, ToJson(error)) == 1) return true;
    const auto row = transaction.QueryOne(kSelectIntent, key);
    return row.has_value() && ToIntent(*row).state == Intent::State::kUndoing;
  });
}

void SqlStore::Fail(const std::string& key) {
  database_.Write([&](Transaction& transaction) {
    const auto row = transaction.QueryOne(kSelectIntent, key);
    if (!row) return;
    Order draft = OrderFromJson(row->Text(2));
    ErasePerson(draft);
    transaction.Execute(kFail, key, ToJson(draft));
  });
}

Result<Order> SqlStore::Place(const std::string& key, const Order& order) {
  return database_.WriteTogether([&](Transaction& transaction) -> Result<Order> {
    if (transaction.Execute(kMarkPlaced, key) == 0) {
      const auto row = transaction.QueryOne(kSelectOrderOfIntent, key);
      if (row) return OrderFromJson(row->Text(0));
      return BeingUndone();
    }
    const Order placed = Numbered(order, transaction.QueryTheOne(kNextOrderNumber).Int(0));
    InsertOrder(transaction, key, placed);
    InsertEvent(transaction, {.type = EventType::kPlaced, .time = placed.place_time, .order = placed});
    return placed;
  });
}

std::vector<Intent> SqlStore::DueIntents(Timestamp now, int limit) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<Intent> intents;
    for (const Row& row : transaction.Query(kDueIntents, now, limit)) intents.push_back(ToIntent(row));
    return intents;
  });
}

void SqlStore::DropAllLeases() {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kDropAllLeases); });
}

std::int64_t SqlStore::ForgetIntents(Timestamp before, int limit) {
  return database_.Write([&](Transaction& transaction) { return transaction.Execute(kForgetIntents, before, limit); });
}

std::optional<Order> SqlStore::FindOrder(const OrderId& id) {
  return database_.Read([&](Transaction& transaction) -> std::optional<Order> {
    const auto row = transaction.QueryOne(kSelectOrder, id.value());
    return row ? std::optional(OrderFromJson(row->Text(0))) : std::nullopt;
  });
}

void SqlStore::AddAccess(const OrderId& id, const std::string& token_hash, Timestamp now) {
  database_.Write([&](Transaction& transaction) {
    transaction.Execute(kInsertAccess, token_hash, id.value(), now);
    transaction.Execute(kBoundAccess, id.value(), kAccessTokensMax);
  });
}

bool SqlStore::HasAccess(const OrderId& id, const std::string& token_hash) {
  return database_.Read(
      [&](Transaction& transaction) { return transaction.QueryOne(kSelectAccess, token_hash, id.value()).has_value(); });
}

std::vector<Order> SqlStore::ListOrders(const OrderFilter& filter, int limit) {
  const std::int64_t before = filter.before_number == 0 ? INT64_MAX : filter.before_number;
  const int state = filter.state ? static_cast<int>(*filter.state) : 0;
  return database_.Read([&](Transaction& transaction) {
    if (filter.with_open_returns) return ToOrders(transaction.Query(kListOrdersWithOpenReturns, before, state, limit));
    if (filter.customer.empty()) return ToOrders(transaction.Query(kListOrders, before, state, limit));
    return ToOrders(transaction.Query(kListOrdersOfCustomer, before, state, limit, filter.customer));
  });
}

std::int64_t SqlStore::CountOrders(const std::string& customer, const std::string& email) {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryTheOne(kCountOfBuyer, customer, email).Int(0); });
}

std::int64_t SqlStore::UnpaidCopies(const std::string& customer, const std::string& email) {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryTheOne(kUnpaidCopies, customer, email).Int(0); });
}

std::vector<OrderId> SqlStore::RunOutOrders(Timestamp now, int limit) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<OrderId> orders;
    for (const Row& row : transaction.Query(kRunOutOrders, now, limit)) orders.emplace_back(row.Text(0));
    return orders;
  });
}

Result<Order> SqlStore::Decided(const OrderId& id, const std::string& key, const std::string& fingerprint, Timestamp now,
                                const Decide& decide) {
  return database_.WriteTogether([&](Transaction& transaction) -> Result<Order> {
    const auto row = transaction.QueryOne(kSelectOrder, id.value());
    if (!row) return UnknownOrder(id);
    const Order order = OrderFromJson(row->Text(0));
    if (!key.empty() && transaction.Execute(kInsertDecisionKey, key, fingerprint, id.value()) == 0) {
      if (transaction.QueryTheOne(kSelectDecisionKey, key).Text(0) == fingerprint) return order;
      return KeyReused();
    }
    std::optional<Change> change = TRY(decide(order));
    if (!change) return order;
    WriteChange(transaction, *change, now);
    return change->order;
  });
}

std::vector<PendingEffect> SqlStore::DueEffects(Timestamp now, int limit) {
  return database_.Read([&](Transaction& transaction) { return ToPendingEffects(transaction.Query(kDueEffects, now, limit)); });
}

std::vector<PendingEffect> SqlStore::LastDoneEffects(int limit) {
  return database_.Read([&](Transaction& transaction) { return ToPendingEffects(transaction.Query(kLastDoneEffects, limit)); });
}

void SqlStore::FinishEffect(std::int64_t id) {
  database_.Write([&](Transaction& transaction) { transaction.Execute(kFinishEffect, id); });
}

void SqlStore::RetryEffect(std::int64_t id, Attempt attempt, Timestamp next) {
  const int refusals = attempt == Attempt::kRefused ? 1 : 0;
  database_.Write([&](Transaction& transaction) { transaction.Execute(kRetryEffect, id, refusals, next); });
}

void SqlStore::GiveUpEffect(const PendingEffect& pending, const std::string& note, Timestamp now) {
  database_.WriteTogether([&](Transaction& transaction) {
    if (transaction.Execute(kGiveUpEffect, pending.id) == 0) return;
    const auto row = transaction.QueryOne(kSelectOrder, pending.order.id.value());
    Change change = LeaveToStaff(OrderFromJson(row->Text(0)), note);
    WriteChange(transaction, change, now);
  });
}

std::vector<OrderEvent> SqlStore::Events(std::int64_t position, const std::optional<OrderId>& order, int limit) {
  return database_.Read([&](Transaction& transaction) {
    if (!order) return ToEvents(transaction.Query(kSelectEvents, position, limit));
    return ToEvents(transaction.Query(kSelectEventsOfOrder, position, limit, order->value()));
  });
}

std::int64_t SqlStore::LastPosition() {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryTheOne(kLastPosition).Int(0); });
}

std::int64_t SqlStore::SkipNumbers(std::int64_t position) {
  return database_.WriteTogether([&](Transaction& transaction) -> std::int64_t {
    const Row row = transaction.QueryTheOne(kReadCounters);
    const std::int64_t skipped = NumbersToSkip(position, row.Int(0), /*newest=*/row.Int(2), /*last_number=*/row.Int(1));
    if (skipped > 0) transaction.Execute(kSkipNumbers, skipped);
    return skipped;
  });
}

BookId SqlStore::LastBook(BookId most) {
  return database_.Read(
      [&](Transaction& transaction) { return BookId{transaction.QueryTheOne(kLastBook, most.value()).Int(0)}; });
}

std::int64_t SqlStore::ClaimGuestOrders(const std::string& customer, const std::string& email, Timestamp now) {
  return database_.Write([&](Transaction& transaction) {
    const std::vector<Order> orders = ToOrders(transaction.Query(kGuestOrders, email));
    for (Order order : orders) {
      order.buyer.customer = customer;
      order.update_time = now;
      UpdateOrder(transaction, order);
    }
    return static_cast<std::int64_t>(orders.size());
  });
}

Store::Erasure SqlStore::EraseBuyer(const std::string& customer, const std::string& email, Timestamp now) {
  return database_.WriteTogether([&](Transaction& transaction) {
    const std::vector<Order> orders = ToOrders(transaction.Query(kOrdersOfBuyer, customer, email));
    Erasure erasure;
    if (!customer.empty()) transaction.Execute(kInsertErased, customer, now);
    for (const Order& draft : ToOrders(transaction.Query(kUnfinishedDrafts))) {
      erasure.waiting += IsOf(draft.buyer, customer, email) ? 1 : 0;
    }
    for (Order order : orders) {
      if (!Erase(order, now)) {
        ++erasure.waiting;
        continue;
      }
      ++erasure.erased;
      transaction.Execute(kDeleteAccess, order.id.value());
      UpdateOrder(transaction, order);
      for (OrderEvent event : ToEvents(transaction.Query(kSelectEventsOfOrder, 0, INT64_MAX, order.id.value()))) {
        ErasePerson(event.order);
        transaction.Execute(kReplaceEvent, event.position, ToJson(event));
      }
      if (const auto row = transaction.QueryOne(kSelectDraft, order.id.value())) {
        Order draft = OrderFromJson(row->Text(0));
        ErasePerson(draft);
        transaction.Execute(kReplaceDraft, order.id.value(), ToJson(draft));
      }
      InsertEvent(transaction, {.type = EventType::kErased, .time = now, .order = order});
    }
    return erasure;
  });
}

std::vector<std::string> SqlStore::ErasedCustomers(const std::string& after, int limit) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<std::string> customers;
    for (const Row& row : transaction.Query(kSelectErased, after, limit)) customers.push_back(row.Text(0));
    return customers;
  });
}

std::string SqlStore::LastCustomer() {
  return database_.Read([&](Transaction& transaction) { return transaction.QueryTheOne(kLastCustomer).Text(0); });
}

std::vector<OrderFacts> SqlStore::ReadFacts(const std::string& after, const std::string& until, int limit) {
  return database_.Read([&](Transaction& transaction) -> std::vector<OrderFacts> {
    const std::vector<Row> ids = transaction.Query(kFactIds, after, until, limit);
    if (ids.empty()) return {};
    const std::string first = ids.front().Text(0);
    const std::string last = ids.back().Text(0);
    FactsPage page(ids);
    page.Fill(transaction.Query(kIntentsBetween, first, last), 8,
              [](OrderFacts& facts, const Row& row) { facts.intent = ToIntent(row); });
    page.Fill(transaction.Query(kOrdersBetween, first, last), 0, [](OrderFacts& facts, const Row& row) {
      facts.columns = ToColumns(row);
      facts.order = OrderFromJson(row.Text(12));
    });
    page.Fill(transaction.Query(kLinesBetween, first, last), 0, [](OrderFacts& facts, const Row& row) {
      if (!facts.columns) facts.columns.emplace();  // Lines without an order; recognised by their number 0.
      facts.columns->lines.push_back({BookId(row.Int(1)), row.Int(2), row.Int(3), row.Int(4), row.Int(5)});
    });
    FillEvents(page, transaction.Query(kEventsBetween, first, last));
    page.Fill(transaction.Query(kEffectsBetween, first, last), 0,
              [](OrderFacts& facts, const Row& row) { facts.effects.push_back(ToEffectFacts(row)); });
    return page.Take();
  });
}

LogFacts SqlStore::ReadLogFacts() {
  return database_.Read([](Transaction& transaction) {
    const auto row = transaction.QueryOne(kLogFacts);
    if (!row) return LogFacts{.last_position = -1, .last_number = -1};  // The counters are missing.
    return LogFacts{.last_position = row->Int(0),
                    .event_count = row->Int(2),
                    .event_first = row->Int(3),
                    .event_last = row->Int(4),
                    .last_number = row->Int(1),
                    .order_count = row->Int(5),
                    .number_last = row->Int(6),
                    .skipped_numbers = row->Int(7)};
  });
}

}  // namespace octavo::transactions
