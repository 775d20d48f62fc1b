#include "services/inventory/sql_store.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "lib/db/errors.h"
#include "lib/db/sql_text.h"

namespace octavo::inventory {
namespace {

using db::Row;
using db::Transaction;
using db::Value;

// --- Rows ------------------------------------------------------------------------------------------------------------

// With the columns that ReadStock expects.
std::string SelectStocks(std::string_view where) {
  return "SELECT book_id, on_hand, reserved, backordered, movement_sequence, version, backorder, backorder_max, backorder_days, "
         "available_time, low_stock_threshold FROM stocks WHERE " +
         std::string(where);
}

Stock ReadStock(const Row& row) {
  return {.book = BookId{row.Int(0)},
          .on_hand = row.Int(1),
          .reserved = row.Int(2),
          .backordered = row.Int(3),
          .policy = {.backorder = row.OneOf(6, Backorder::kRefused, Backorder::kSpecialOrder),
                     .backorder_max = row.Int(7),
                     .backorder_days = row.Int(8),
                     .available_time = row.OptionalTime(9),
                     .low_stock_threshold = row.Int(10)},
          .movement_sequence = row.Int(4),
          .version = row.Int(5)};
}

std::vector<Stock> ReadStocks(const std::vector<Row>& rows) {
  std::vector<Stock> stocks;
  stocks.reserve(rows.size());
  for (const Row& row : rows) stocks.push_back(ReadStock(row));
  return stocks;
}

// Statements with a list come in few sizes: the list is filled up with its last member to the next power of four.
template <typename T, typename ToValue>
std::vector<Value> Padded(const std::vector<T>& list, const ToValue& to_value) {
  CHECK(!list.empty());
  std::size_t size = 1;
  while (size < list.size()) size *= 4;
  std::vector<Value> values;
  values.reserve(size);
  for (std::size_t i = 0; i < size; ++i) values.push_back(to_value(list[std::min(i, list.size() - 1)]));
  return values;
}

std::vector<Value> PaddedBooks(const std::vector<BookId>& books) {
  return Padded(books, [](BookId book) { return Value(book.value()); });
}

std::vector<Stock> LoadStocks(Transaction& transaction, const std::vector<BookId>& books) {
  if (books.empty()) return {};
  const std::vector<Value> ids = PaddedBooks(books);
  return ReadStocks(transaction.Query(SelectStocks("book_id IN (" + db::Placeholders(static_cast<int>(ids.size())) + ")"), ids));
}

// --- Reservations ----------------------------------------------------------------------------------------------------

constexpr std::string_view kFindReservation =
    "SELECT state, fingerprint, created, expires FROM reservations WHERE request_id = $1";
constexpr std::string_view kFindLines =
    "SELECT book_id, quantity, backordered, waiting, returned, cancelled FROM reservation_lines WHERE request_id = $1 "
    "ORDER BY book_id";
constexpr std::string_view kInsertReservation =
    "INSERT INTO reservations (request_id, state, fingerprint, created, expires) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kSetState = "UPDATE reservations SET state = $2 WHERE request_id = $1";
constexpr std::string_view kUpdateLine =
    "UPDATE reservation_lines SET waiting = $3, returned = $4, cancelled = $5 WHERE request_id = $1 AND book_id = $2";
constexpr std::string_view kFillLine =
    "UPDATE reservation_lines SET waiting = waiting - $3 WHERE request_id = $1 AND book_id = $2";

std::optional<Reservation> LoadReservation(Transaction& transaction, const RequestId& id) {
  const std::optional<Row> row = transaction.QueryOne(kFindReservation, id.value());
  if (!row) return std::nullopt;
  Reservation reservation{.id = id,
                          .state = row->OneOf(0, State::kOpen, State::kExpired),
                          .fingerprint = row->Int(1),
                          .created = row->Time(2),
                          .expires = row->Time(3)};
  for (const Row& line : transaction.Query(kFindLines, id.value())) {
    reservation.lines.push_back({.book = BookId{line.Int(0)},
                                 .quantity = line.Int(1),
                                 .backordered = line.Int(2),
                                 .waiting = line.Int(3),
                                 .returned = line.Int(4),
                                 .cancelled = line.Int(5)});
  }
  return reservation;
}

// The most lines in one INSERT: a power of four, so that four statements are enough for 1 to 500 lines.
constexpr std::size_t kLinesPerInsert = 64;

void InsertLines(Transaction& transaction, const Reservation& reservation) {
  const std::vector<ReservedLine>& lines = reservation.lines;
  for (std::size_t begin = 0, size = kLinesPerInsert; begin < lines.size(); begin += size) {
    while (size > lines.size() - begin) size /= 4;
    std::vector<Value> values;
    for (std::size_t i = begin; i < begin + size; ++i) {
      const ReservedLine& line = lines[i];
      values.insert(values.end(), {reservation.id.value(), line.book.value(), line.quantity, line.backordered, line.waiting,
                                   line.returned, line.cancelled, reservation.created});
    }
    transaction.Execute(
        "INSERT INTO reservation_lines (request_id, book_id, quantity, backordered, waiting, returned, "
        "cancelled, created) VALUES " +
            db::Tuples(static_cast<int>(size), 8),
        values);
  }
}

void InsertReservation(Transaction& transaction, const Reservation& reservation) {
  transaction.Execute(kInsertReservation, reservation.id.value(), static_cast<int>(reservation.state), reservation.fingerprint,
                      reservation.created, reservation.expires);
  InsertLines(transaction, reservation);
}

void UpdateLine(Transaction& transaction, const RequestId& id, const ReservedLine& line) {
  transaction.Execute(kUpdateLine, id.value(), line.book.value(), line.waiting, line.returned, line.cancelled);
}

// --- Shelves: the stocks that one transaction reads and changes ------------------------------------------------------

constexpr std::string_view kInsertStock =
    "INSERT INTO stocks (book_id, on_hand, reserved, backordered, movement_sequence, version, backorder, backorder_max, "
    "backorder_days, available_time, low_stock_threshold) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
constexpr std::string_view kUpdateStock =
    "UPDATE stocks SET on_hand = $2, reserved = $3, backordered = $4, movement_sequence = $5, version = $6 "
    "WHERE book_id = $1 AND version = $7";
constexpr std::string_view kUpdatePolicy =
    "UPDATE stocks SET backorder = $2, backorder_max = $3, backorder_days = $4, available_time = $5, "
    "low_stock_threshold = $6, version = $7 WHERE book_id = $1 AND version = $8";
constexpr std::string_view kInsertMovement =
    "INSERT INTO movements (book_id, sequence, previous_sequence, opening, difference, balance, reason, request_id, note, "
    "created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr std::string_view kWaiting =
    "SELECT l.request_id, r.state, l.waiting FROM reservation_lines l JOIN reservations r ON r.request_id = l.request_id "
    "WHERE l.book_id = $1 AND l.waiting > 0 ORDER BY l.created, l.request_id LIMIT $2";

class Shelves {
 public:
  Shelves(Transaction& transaction, Timestamp now) : transaction_(transaction), now_(now) {}

  // Reads those that were not read before. A book without a row has no stock.
  void Load(const std::vector<BookId>& books) {
    std::vector<BookId> missing;
    for (const BookId book : books) {
      if (loaded_.try_emplace(book, Entry{.stock = {.book = book}}).second) missing.push_back(book);
    }
    for (Stock& stock : LoadStocks(transaction_, missing)) {
      const bool adds_up = stock.reserved >= 0 && stock.backordered >= 0 && stock.reserved <= stock.on_hand;
      db::CheckStored(adds_up, "a book's copies on hand are at least those reserved, and none are below 0");
      Entry& entry = loaded_.at(stock.book);
      entry.stock = stock;
      entry.before = std::move(stock);
    }
  }
  void Load(const std::vector<ReservedLine>& lines) {
    std::vector<BookId> books;
    for (const ReservedLine& line : lines) books.push_back(line.book);
    Load(books);
  }

  Stock& At(BookId book) { return loaded_.at(book).stock; }
  std::vector<Movement>& movements() { return movements_; }

  // Gives freed copies to the reservations that wait for them.
  void FillWaiting(BookId book) {
    Stock& stock = At(book);
    if (stock.backordered == 0 || stock.available() == 0) return;
    std::vector<Waiting> waiting;  // Each waits for at least one copy, so as many lines as copies are enough.
    for (const Row& row : transaction_.Query(kWaiting, book.value(), stock.available())) {
      waiting.push_back({RequestId{row.Text(0)}, row.OneOf(1, State::kOpen, State::kExpired), row.Int(2)});
    }
    for (const Filled& filled : Fill(stock, waiting, now_, movements_)) {
      transaction_.Execute(kFillLine, filled.reservation.value(), book.value(), filled.quantity);
    }
  }

  // Ends an open reservation without a sale.
  void Close(Reservation& reservation, State state) {
    CHECK(reservation.state == State::kOpen);
    reservation.state = state;
    transaction_.Execute(kSetState, reservation.id.value(), static_cast<int>(state));
    Load(reservation.lines);
    for (ReservedLine& line : reservation.lines) {
      const bool waited = line.waiting > 0;
      GiveUp(At(line.book), line);
      if (waited) UpdateLine(transaction_, reservation.id, line);
    }
    for (const ReservedLine& line : reservation.lines) FillWaiting(line.book);
  }

  // Takes the copies of `books` away from reservations that are past their time.
  void Expire(const std::vector<BookId>& books) {
    const std::vector<Value> ids = PaddedBooks(books);
    const int count = static_cast<int>(ids.size());
    std::vector<Value> parameters = ids;
    parameters.emplace_back(now_);
    ExpireAll(transaction_.Query(
        "SELECT DISTINCT r.request_id, r.expires FROM reservations r JOIN reservation_lines l "
        "ON l.request_id = r.request_id WHERE r.state = 1 AND l.book_id IN (" +
            db::Placeholders(count) + ") AND r.expires <= $" + std::to_string(count + 1) + " ORDER BY r.expires, r.request_id",
        parameters));
  }
  void ExpireAll(const std::vector<Row>& request_ids) {
    for (const Row& row : request_ids) {
      Reservation reservation = LoadReservation(transaction_, RequestId{row.Text(0)}).value();
      Close(reservation, State::kExpired);
    }
  }

  // Writes what changed and gives it back.
  std::vector<Stock> Save() {
    std::vector<Stock> changed;
    for (auto& [book, entry] : loaded_) {
      const Stock before = entry.before.value_or(Stock{.book = book});
      if (entry.stock == before) continue;
      ++entry.stock.version;
      entry.before ? Update(*entry.before, entry.stock) : Insert(entry.stock);
      changed.push_back(entry.stock);
    }
    for (const Movement& movement : movements_) Insert(movement);
    return changed;
  }

 private:
  struct Entry {
    Stock stock;
    std::optional<Stock> before;  // As it is stored.
  };

  void Insert(const Stock& stock) {
    transaction_.Execute(kInsertStock, stock.book.value(), stock.on_hand, stock.reserved, stock.backordered,
                         stock.movement_sequence, stock.version, static_cast<int>(stock.policy.backorder),
                         stock.policy.backorder_max, stock.policy.backorder_days, stock.policy.available_time,
                         stock.policy.low_stock_threshold);
  }
  void Insert(const Movement& movement) {
    const std::optional<std::int64_t> previous = movement.sequence > 1 ? std::optional(movement.sequence - 1) : std::nullopt;
    transaction_.Execute(kInsertMovement, movement.book.value(), movement.sequence, previous,
                         movement.balance - movement.difference, movement.difference, movement.balance,
                         static_cast<int>(movement.reason), movement.cause.value(), movement.note, movement.created);
  }
  void Update(const Stock& before, const Stock& stock) {
    const Policy& policy = stock.policy;
    const std::int64_t updated =
        policy == before.policy ? transaction_.Execute(kUpdateStock, stock.book.value(), stock.on_hand, stock.reserved,
                                                       stock.backordered, stock.movement_sequence, stock.version, before.version)
                                : transaction_.Execute(kUpdatePolicy, stock.book.value(), static_cast<int>(policy.backorder),
                                                       policy.backorder_max, policy.backorder_days, policy.available_time,
                                                       policy.low_stock_threshold, stock.version, before.version);
    // Serializable transactions never get here; on a weaker database this keeps a copy from being sold twice.
    if (updated != 1) throw db::Contention(BookName(stock.book) + " was changed meanwhile");
  }

  Transaction& transaction_;
  const Timestamp now_;
  std::map<BookId, Entry> loaded_;
  std::vector<Movement> movements_;
};

// --- Deciding --------------------------------------------------------------------------------------------------------

std::vector<BookId> BooksOf(const Demand& demand) {
  std::vector<BookId> books;
  for (const auto& [book, quantity] : demand) books.push_back(book);
  return books;
}

Result<std::vector<ReservedLine>> PromiseAll(Shelves& shelves, const Demand& demand) {
  std::vector<ReservedLine> lines;
  for (const auto& [book, quantity] : demand) lines.push_back(TRY(Promise(shelves.At(book), quantity)));
  return lines;
}

Result<Changed<Reservation>> ReserveIn(Transaction& transaction, const ReserveOrder& order, Timestamp now) {
  const std::int64_t fingerprint = FingerprintOf(order.demand, order.time_to_live);
  if (const auto before = LoadReservation(transaction, order.request)) {
    TRY(CheckRepeatedReserve(*before, fingerprint, now));
    return Changed<Reservation>{*before, {}};
  }

  Shelves shelves(transaction, now);
  shelves.Load(BooksOf(order.demand));
  std::vector<BookId> scarce;
  for (const auto& [book, quantity] : order.demand) {
    const Stock& stock = shelves.At(book);
    if (stock.available() < quantity && stock.reserved + stock.backordered > 0) scarce.push_back(book);
  }
  if (!scarce.empty()) shelves.Expire(scarce);

  auto lines = TRY(PromiseAll(shelves, order.demand));
  Reservation reservation{.id = order.request,
                          .fingerprint = fingerprint,
                          .lines = std::move(lines),
                          .created = now,
                          .expires = now + order.time_to_live};
  for (const ReservedLine& line : reservation.lines) Hold(shelves.At(line.book), line);
  std::vector<Stock> changed = shelves.Save();
  InsertReservation(transaction, reservation);
  return Changed<Reservation>{std::move(reservation), std::move(changed)};
}

Result<Changed<Reservation>> CommitIn(Transaction& transaction, const RequestId& id, Timestamp now) {
  std::optional<Reservation> reservation = LoadReservation(transaction, id);
  if (!reservation) return UnknownReservation(id);
  if (TRY(DecideCommit(*reservation, now)) == Step::kDoneBefore) return Changed<Reservation>{*reservation, {}};

  Shelves shelves(transaction, now);
  shelves.Load(reservation->lines);
  for (const ReservedLine& line : reservation->lines) Ship(shelves.At(line.book), line, id, now, shelves.movements());
  reservation->state = State::kCommitted;
  transaction.Execute(kSetState, id.value(), static_cast<int>(State::kCommitted));
  std::vector<Stock> changed = shelves.Save();
  return Changed<Reservation>{*std::move(reservation), std::move(changed)};
}

Result<Changed<Reservation>> ReleaseIn(Transaction& transaction, const RequestId& id, Timestamp now) {
  std::optional<Reservation> reservation = LoadReservation(transaction, id);
  if (!reservation) {
    reservation = Reservation{.id = id, .state = State::kReleased, .created = now, .expires = now};
    InsertReservation(transaction, *reservation);
    return Changed<Reservation>{*std::move(reservation), {}};
  }
  if (TRY(DecideRelease(*reservation)) == Step::kDoneBefore) return Changed<Reservation>{*reservation, {}};

  Shelves shelves(transaction, now);
  shelves.Close(*reservation, State::kReleased);
  std::vector<Stock> changed = shelves.Save();
  return Changed<Reservation>{*std::move(reservation), std::move(changed)};
}

constexpr std::string_view kFindRequest = "SELECT fingerprint FROM requests WHERE request_id = $1";
constexpr std::string_view kInsertRequest = "INSERT INTO requests (request_id, fingerprint, created) VALUES ($1, $2, $3)";

// kDoneBefore if this request was done before; REQUEST_ID_REUSED if another one was done under the same id.
Result<Step> Once(Transaction& transaction, const RequestId& request, std::int64_t fingerprint, Timestamp now) {
  if (const auto row = transaction.QueryOne(kFindRequest, request.value())) {
    if (row->Int(0) == fingerprint) return Step::kDoneBefore;
    return RequestIdReused(request);
  }
  transaction.Execute(kInsertRequest, request.value(), fingerprint, now);
  return Step::kDo;
}

Result<Changed<Reservation>> TakeBackIn(Transaction& transaction, const Return& returned, Timestamp now) {
  std::optional<Reservation> reservation = LoadReservation(transaction, returned.reservation);
  if (!reservation) return UnknownReservation(returned.reservation);
  TRY(CheckReturn(*reservation));
  if (TRY(Once(transaction, returned.request, returned.fingerprint(), now)) == Step::kDoneBefore) {
    return Changed<Reservation>{*reservation, {}};
  }

  const Demand copies = TRY(CopiesToTakeBack(*reservation, returned.copies));
  const Cause cause{.request = returned.request, .reason = Reason::kReturn, .note = returned.note, .time = now};
  Shelves shelves(transaction, now);
  shelves.Load(BooksOf(copies));
  for (ReservedLine& line : reservation->lines) {
    const auto quantity = copies.find(line.book);
    if (quantity == copies.end()) continue;
    if (returned.only_waiting) {
      StrikeOff(shelves.At(line.book), line, quantity->second);
    } else {
      TRY(TakeBack(shelves.At(line.book), line, quantity->second, cause, shelves.movements()));
    }
    UpdateLine(transaction, returned.reservation, line);
    shelves.FillWaiting(line.book);
  }
  std::vector<Stock> changed = shelves.Save();
  return Changed<Reservation>{*std::move(reservation), std::move(changed)};
}

Result<Changed<std::vector<Stock>>> ReceiveIn(Transaction& transaction, const Receipt& receipt, Timestamp now) {
  Shelves shelves(transaction, now);
  shelves.Load(BooksOf(receipt.copies));
  std::vector<Stock> changed;
  if (TRY(Once(transaction, receipt.request, receipt.fingerprint(), now)) == Step::kDo) {
    const Cause cause{.request = receipt.request, .reason = receipt.reason, .note = receipt.note, .time = now};
    for (const auto& [book, quantity] : receipt.copies) {
      TRY(CheckCorrection(shelves.At(book), quantity));
      shelves.movements().push_back(Move(shelves.At(book), quantity, cause));
      shelves.FillWaiting(book);
    }
    changed = shelves.Save();
  }
  std::vector<Stock> stocks;
  for (const auto& [book, quantity] : receipt.copies) stocks.push_back(shelves.At(book));
  return Changed<std::vector<Stock>>{std::move(stocks), std::move(changed)};
}

// Changes one book's stock by what `difference_of` computes from it.
template <typename DifferenceOf>
Result<Changed<Stock>> CorrectIn(Transaction& transaction, BookId book, const Cause& cause, std::int64_t fingerprint,
                                 const DifferenceOf& difference_of) {
  Shelves shelves(transaction, cause.time);
  shelves.Load({book});
  Stock& stock = shelves.At(book);
  if (TRY(Once(transaction, cause.request, fingerprint, cause.time)) == Step::kDoneBefore) {
    return Changed<Stock>{stock, {}};
  }
  if (!CheckCorrection(stock, difference_of(stock)).ok() && stock.reserved > 0) shelves.Expire({book});
  const std::int64_t difference = difference_of(stock);
  TRY(CheckCorrection(stock, difference));
  if (difference != 0) shelves.movements().push_back(Move(stock, difference, cause));
  shelves.FillWaiting(book);
  std::vector<Stock> changed = shelves.Save();
  return Changed<Stock>{stock, std::move(changed)};
}

// --- Facts for the audit ---------------------------------------------------------------------------------------------

// The next books that any table names.
constexpr std::string_view kFactBooks =
    "SELECT book_id FROM (SELECT book_id FROM stocks WHERE book_id > $1 UNION SELECT book_id FROM movements WHERE book_id "
    "> $1 UNION SELECT book_id FROM reservation_lines WHERE book_id > $1) AS books ORDER BY book_id LIMIT $2";
constexpr std::string_view kLedgerFacts =
    "SELECT m.book_id, CAST(SUM(m.difference) AS BIGINT), COUNT(*), MAX(m.sequence), "
    "CAST(SUM(CASE WHEN m.balance <> COALESCE(p.balance, 0) + m.difference OR (p.sequence IS NULL AND m.sequence <> 1) "
    "THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN m.reason = 7 THEN -m.difference ELSE 0 END) AS BIGINT) "
    "FROM movements m LEFT JOIN movements p ON p.book_id = m.book_id AND p.sequence = m.sequence - 1 "
    "WHERE m.book_id BETWEEN $1 AND $2 GROUP BY m.book_id";
constexpr std::string_view kLastBalances =
    "SELECT m.book_id, m.balance FROM movements m JOIN (SELECT book_id, MAX(sequence) AS last FROM movements WHERE book_id "
    "BETWEEN $1 AND $2 GROUP BY book_id) AS newest ON newest.book_id = m.book_id AND newest.last = m.sequence";
constexpr std::string_view kLineFacts =
    "SELECT l.book_id, r.state, CAST(SUM(l.quantity + l.backordered - l.waiting - l.cancelled) AS BIGINT), "
    "CAST(SUM(l.waiting) AS BIGINT) FROM reservation_lines l JOIN reservations r ON r.request_id = l.request_id "
    "WHERE l.book_id BETWEEN $1 AND $2 "
    "GROUP BY l.book_id, r.state";
constexpr std::string_view kReservationsBetween =
    "SELECT request_id FROM reservations WHERE request_id > $1 AND request_id <= $2 ORDER BY request_id";

void AddLineFacts(BookFacts& facts, State state, std::int64_t held, std::int64_t waiting) {
  if (state == State::kOpen) facts.open_held += held;
  if (state == State::kCommitted) facts.committed_held += held;
  const bool closed = state == State::kReleased || state == State::kExpired;
  (closed ? facts.closed_waiting : facts.waiting) += waiting;
}

std::vector<BookFacts> ReadFactsIn(Transaction& transaction, BookId after, int count_max) {
  std::map<std::int64_t, BookFacts> facts;
  for (const Row& row : transaction.Query(kFactBooks, after.value(), count_max)) {
    facts[row.Int(0)].stock.book = BookId{row.Int(0)};
  }
  if (facts.empty()) return {};
  const std::int64_t first = facts.begin()->first;
  const std::int64_t last = facts.rbegin()->first;
  for (const Row& row : transaction.Query(SelectStocks("book_id BETWEEN $1 AND $2"), first, last))
    facts.at(row.Int(0)).stock = ReadStock(row);
  for (const Row& row : transaction.Query(kLedgerFacts, first, last)) {
    BookFacts& book = facts.at(row.Int(0));
    book.ledger_sum = row.Int(1);
    book.ledger_entries = row.Int(2);
    book.ledger_last_sequence = row.Int(3);
    book.ledger_breaks = row.Int(4);
    book.ledger_sold = row.Int(5);
  }
  for (const Row& row : transaction.Query(kLastBalances, first, last)) {
    facts.at(row.Int(0)).ledger_last_balance = row.Int(1);
  }
  for (const Row& row : transaction.Query(kLineFacts, first, last)) {
    AddLineFacts(facts.at(row.Int(0)), row.OneOf(1, State::kOpen, State::kExpired), row.Int(2), row.Int(3));
  }
  std::vector<BookFacts> list;
  for (auto& [book, fact] : facts) list.push_back(std::move(fact));
  return list;
}

// --- Lists -----------------------------------------------------------------------------------------------------------

constexpr std::string_view kLastBook = "SELECT COALESCE(MAX(book_id), 0) FROM stocks WHERE book_id <= $1";
constexpr std::string_view kAllStocks = "book_id > $1 ORDER BY book_id LIMIT $2";
constexpr std::string_view kLowStocks =
    "low_stock_threshold > 0 AND on_hand - reserved <= low_stock_threshold AND book_id > $1 ORDER BY book_id LIMIT $2";
constexpr std::string_view kListMovements =
    "SELECT sequence, difference, balance, reason, request_id, note, created FROM movements WHERE book_id = $1 AND "
    "sequence < $2 ORDER BY sequence DESC LIMIT $3";
constexpr std::string_view kDue =
    "SELECT request_id FROM reservations WHERE state = 1 AND expires <= $1 ORDER BY expires, request_id LIMIT $2";

}  // namespace

std::vector<Stock> SqlStore::GetStocks(std::span<const BookId> books) {
  const std::vector<BookId> ids(books.begin(), books.end());
  std::map<BookId, Stock> found;
  for (Stock& stock : database_.Read([&](Transaction& transaction) { return LoadStocks(transaction, ids); })) {
    found.emplace(stock.book, std::move(stock));
  }
  std::vector<Stock> stocks;
  for (const BookId book : books) {
    const auto stock = found.find(book);
    stocks.push_back(stock == found.end() ? Stock{.book = book} : stock->second);
  }
  return stocks;
}

std::vector<Stock> SqlStore::ListStocks(BookId after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    return ReadStocks(transaction.Query(SelectStocks(kAllStocks), after.value(), count_max));
  });
}

std::vector<Stock> SqlStore::ListLowStocks(BookId after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    return ReadStocks(transaction.Query(SelectStocks(kLowStocks), after.value(), count_max));
  });
}

std::vector<Movement> SqlStore::ListMovements(BookId book, std::int64_t before, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<Movement> movements;
    for (const Row& row : transaction.Query(kListMovements, book.value(), before, count_max)) {
      movements.push_back({.book = book,
                           .sequence = row.Int(0),
                           .difference = row.Int(1),
                           .balance = row.Int(2),
                           .reason = row.OneOf(3, Reason::kDelivery, Reason::kOther),
                           .cause = RequestId{row.Text(4)},
                           .note = row.Text(5),
                           .created = row.Time(6)});
    }
    return movements;
  });
}

std::optional<Reservation> SqlStore::FindReservation(const RequestId& id) {
  return database_.Read([&](Transaction& transaction) { return LoadReservation(transaction, id); });
}

Result<Changed<Reservation>> SqlStore::Reserve(const ReserveOrder& order, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return ReserveIn(transaction, order, now); });
}

Result<Changed<Reservation>> SqlStore::Commit(const RequestId& id, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return CommitIn(transaction, id, now); });
}

std::vector<Result<Changed<Reservation>>> SqlStore::ReserveEach(std::span<const ReserveOrder> orders, Timestamp now) {
  return database_.WriteEach(orders.size(),
                             [&](Transaction& transaction, std::size_t i) { return ReserveIn(transaction, orders[i], now); });
}

std::vector<Result<Changed<Reservation>>> SqlStore::CommitEach(std::span<const RequestId> ids, Timestamp now) {
  return database_.WriteEach(ids.size(),
                             [&](Transaction& transaction, std::size_t i) { return CommitIn(transaction, ids[i], now); });
}

Result<Changed<Reservation>> SqlStore::Release(const RequestId& id, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return ReleaseIn(transaction, id, now); });
}

Result<Changed<Reservation>> SqlStore::TakeBack(const Return& returned, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return TakeBackIn(transaction, returned, now); });
}

Result<Changed<std::vector<Stock>>> SqlStore::Receive(const Receipt& receipt, Timestamp now) {
  // An import adds many at once, and on a small table PostgreSQL takes those for changes of the same rows.
  return database_.WriteTogether([&](Transaction& transaction) { return ReceiveIn(transaction, receipt, now); });
}

Result<Changed<Stock>> SqlStore::Adjust(const Adjustment& adjustment, Timestamp now) {
  const Cause cause{.request = adjustment.request, .reason = adjustment.reason, .note = adjustment.note, .time = now};
  return database_.Write([&](Transaction& transaction) {
    return CorrectIn(transaction, adjustment.book, cause, adjustment.fingerprint(),
                     [&](const Stock&) { return adjustment.difference; });
  });
}

Result<Changed<Stock>> SqlStore::SetCounted(const Count& count, Timestamp now) {
  const Cause cause{.request = count.request, .reason = Reason::kCount, .note = count.note, .time = now};
  return database_.Write([&](Transaction& transaction) {
    return CorrectIn(transaction, count.book, cause, count.fingerprint(),
                     [&](const Stock& stock) { return count.on_hand - stock.on_hand; });
  });
}

Changed<Stock> SqlStore::SetPolicy(BookId book, const Policy& policy) {
  return database_.Write([&](Transaction& transaction) {
    Shelves shelves(transaction, {});
    shelves.Load({book});
    shelves.At(book).policy = policy;
    std::vector<Stock> changed = shelves.Save();
    return Changed<Stock>{shelves.At(book), std::move(changed)};
  });
}

Changed<int> SqlStore::Sweep(Timestamp now, int count_max) {
  const auto due = [&](Transaction& transaction) { return transaction.Query(kDue, now, count_max); };
  if (database_.Read(due).empty()) return {};  // The usual case costs no write.
  return database_.Write([&](Transaction& transaction) {
    Shelves shelves(transaction, now);
    const std::vector<Row> request_ids = due(transaction);
    shelves.ExpireAll(request_ids);
    return Changed<int>{static_cast<int>(request_ids.size()), shelves.Save()};
  });
}

std::vector<BookFacts> SqlStore::ReadFacts(BookId after, int count_max) {
  return database_.Read([&](Transaction& transaction) { return ReadFactsIn(transaction, after, count_max); });
}

BookId SqlStore::LastBook(BookId most) {
  return database_.Read(
      [&](Transaction& transaction) { return BookId{transaction.QueryTheOne(kLastBook, most.value()).Int(0)}; });
}

std::vector<Reservation> SqlStore::ReadReservations(const std::string& after, const std::string& until) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<Reservation> page;
    for (const Row& row : transaction.Query(kReservationsBetween, after, until)) {
      page.push_back(LoadReservation(transaction, RequestId{row.Text(0)}).value());
    }
    return page;
  });
}

}  // namespace octavo::inventory
