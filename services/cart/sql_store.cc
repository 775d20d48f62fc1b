#include "services/cart/sql_store.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/db/errors.h"
#include "lib/db/lines.h"

namespace octavo::cart {
namespace {

using db::JoinLines;
using db::Row;
using db::SplitLines;
using db::Transaction;

// --- Carts -----------------------------------------------------------------------------------------------------------

constexpr std::string_view kFindCart = "SELECT version, next_position, codes, updated FROM carts WHERE cart_id = $1";
constexpr std::string_view kFindLines =
    "SELECT book_id, position, quantity, saved_for_later, title, authors, price_minor, currency, added, availability "
    "FROM cart_lines WHERE cart_id = $1 ORDER BY position";
constexpr std::string_view kInsertCart =
    "INSERT INTO carts (cart_id, version, next_position, codes, updated) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kUpdateCart =
    "UPDATE carts SET version = $2, next_position = $3, codes = $4, updated = $5 WHERE cart_id = $1 AND version = $6";
constexpr std::string_view kPutLine =
    "INSERT INTO cart_lines (cart_id, book_id, position, quantity, saved_for_later, title, authors, price_minor, currency, "
    "added, availability) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (cart_id, book_id) DO UPDATE SET "
    "position = excluded.position, quantity = excluded.quantity, saved_for_later = excluded.saved_for_later, title = "
    "excluded.title, authors = excluded.authors, price_minor = excluded.price_minor, currency = excluded.currency, added = "
    "excluded.added, availability = excluded.availability";
constexpr std::string_view kLastBook = "SELECT COALESCE(MAX(book_id), 0) FROM cart_lines WHERE book_id <= $1";
constexpr std::string_view kBooks = "SELECT DISTINCT book_id FROM cart_lines WHERE book_id > $1 ORDER BY book_id LIMIT $2";
constexpr std::string_view kDeleteLine = "DELETE FROM cart_lines WHERE cart_id = $1 AND book_id = $2";
constexpr std::string_view kDeleteLines = "DELETE FROM cart_lines WHERE cart_id = $1";
constexpr std::string_view kDeleteCart = "DELETE FROM carts WHERE cart_id = $1";
constexpr std::string_view kSetSeen =
    "UPDATE cart_lines SET title = $3, authors = $4, price_minor = $5, currency = $6, availability = $7 WHERE cart_id = $1 "
    "AND book_id = $2";

Line ReadLine(const Row& row) {
  Line line{.book = BookId{row.Int(0)},
            .quantity = row.Int(2),
            .saved_for_later = row.Bool(3),
            .position = row.Int(1),
            .seen = {.title = row.Text(4),
                     .authors = row.Text(5),
                     .availability = row.OneOf(9, Availability::kOnShelf, Availability::kUnknown)},
            .added = row.Time(8)};
  if (!row.IsNull(6)) line.seen.price = row.MoneyAt(6, 7);
  return line;
}

Cart Load(Transaction& transaction, const CartId& id) {
  Cart cart{.id = id};
  const std::optional<Row> row = transaction.QueryOne(kFindCart, id.value());
  if (!row) return cart;
  cart.version = row->Int(0);
  cart.next_position = row->Int(1);
  cart.codes = SplitLines(row->Text(2));
  cart.updated = row->Time(3);
  for (const Row& line : transaction.Query(kFindLines, id.value())) cart.lines.push_back(ReadLine(line));
  return cart;
}

std::optional<std::int64_t> MinorOf(const std::optional<Money>& price) {
  return price ? std::optional(price->minor()) : std::nullopt;
}

std::optional<std::string> CurrencyOf(const std::optional<Money>& price) {
  return price ? std::optional(std::string(price->currency().code())) : std::nullopt;
}

void PutLine(Transaction& transaction, const CartId& id, const Line& line) {
  transaction.Execute(kPutLine, id.value(), line.book.value(), line.position, line.quantity, line.saved_for_later ? 1 : 0,
                      line.seen.title, line.seen.authors, MinorOf(line.seen.price), CurrencyOf(line.seen.price), line.added,
                      static_cast<int>(line.seen.availability));
}

// Writes what is different from `before`, and gives the cart as it then is.
Cart Save(Transaction& transaction, const Cart& before, Cart cart, Timestamp now) {
  if (cart.lines == before.lines && cart.codes == before.codes) return before;
  cart.version = before.version + 1;
  cart.updated = now;
  if (before.version == 0) {
    transaction.Execute(kInsertCart, cart.id.value(), cart.version, cart.next_position, JoinLines(cart.codes), now);
  } else if (transaction.Execute(kUpdateCart, cart.id.value(), cart.version, cart.next_position, JoinLines(cart.codes), now,
                                 before.version) != 1) {
    // Serializable transactions never get here; on a weaker database this keeps a line from being lost.
    throw db::Contention(CartName(cart.id) + " was changed meanwhile");
  }
  const auto line_of = [](const Cart& in, BookId book) {
    return std::find_if(in.lines.begin(), in.lines.end(), [&](const Line& line) { return line.book == book; });
  };
  for (const Line& line : before.lines) {
    if (line_of(cart, line.book) == cart.lines.end()) {
      transaction.Execute(kDeleteLine, cart.id.value(), line.book.value());
    }
  }
  for (const Line& line : cart.lines) {
    const auto old = line_of(before, line.book);
    if (old == before.lines.end() || *old != line) PutLine(transaction, cart.id, line);
  }
  return cart;
}

// --- What was done ---------------------------------------------------------------------------------------------------

constexpr std::string_view kFindDone = "SELECT fingerprint FROM done_changes WHERE cart_id = $1 AND change_key = $2";
constexpr std::string_view kInsertDone =
    "INSERT INTO done_changes (cart_id, change_key, fingerprint, created) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kDeleteDone = "DELETE FROM done_changes WHERE cart_id = $1";
// ';' is the character after ':'.
constexpr std::string_view kForgetDone =
    "DELETE FROM done_changes WHERE cart_id = $1 AND change_key > 'request:' AND change_key < 'request;' AND created < $2";

Result<bool> IsDone(Transaction& transaction, const Change& change) {
  const auto row = transaction.QueryOne(kFindDone, change.cart.value(), "request:" + change.request_id);
  if (row && row->Int(0) != change.fingerprint) return RequestIdReused(change.request_id);
  return row.has_value();
}

void MarkDone(Transaction& transaction, const Change& change, Timestamp now) {
  transaction.Execute(kForgetDone, change.cart.value(), now - kRequestsKept);
  transaction.Execute(kInsertDone, change.cart.value(), "request:" + change.request_id, change.fingerprint, now);
}

Cart ClearIn(Transaction& transaction, const Ordered& ordered, Timestamp now) {
  const Cart before = Load(transaction, ordered.cart);
  const std::string key = "order:" + ordered.order;
  if (transaction.QueryOne(kFindDone, ordered.cart.value(), key)) return before;
  Cart cart = before;
  ClearOrdered(cart, ordered.copies);
  cart = Save(transaction, before, std::move(cart), now);
  transaction.Execute(kInsertDone, ordered.cart.value(), key, 0, now);
  return cart;
}

// --- Following order events ------------------------------------------------------------------------------------------

constexpr std::string_view kFollowed = "SELECT position FROM followed WHERE stream = 'orders'";
constexpr std::string_view kSetFollowed =
    "INSERT INTO followed (stream, position) VALUES ('orders', $1) ON CONFLICT (stream) DO UPDATE SET position = "
    "excluded.position";

std::int64_t FollowedIn(Transaction& transaction) {
  const auto row = transaction.QueryOne(kFollowed);
  return row ? row->Int(0) : 0;
}

std::int64_t Number(Transaction& transaction, std::string_view sql) { return transaction.QueryTheOne(sql).Int(0); }

}  // namespace

Cart SqlStore::Find(const CartId& id) {
  return database_.Read([&](Transaction& transaction) { return Load(transaction, id); });
}

Result<std::optional<Cart>> SqlStore::FindDone(const Change& change) {
  return database_.Read([&](Transaction& transaction) -> Result<std::optional<Cart>> {
    if (!TRY(IsDone(transaction, change))) return std::optional<Cart>();
    return std::optional(Load(transaction, change.cart));
  });
}

Result<Cart> SqlStore::Write(const Change& change, const Apply& apply, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Cart> {
    const Cart before = Load(transaction, change.cart);
    if (TRY(IsDone(transaction, change))) return before;
    if (change.expected_version && *change.expected_version != before.version) return EtagMismatch(before);
    Cart cart = before;
    TRY(apply(cart));
    cart = Save(transaction, before, std::move(cart), now);
    MarkDone(transaction, change, now);
    return cart;
  });
}

Result<Cart> SqlStore::MergeFrom(const CartId& from, const Change& change, Timestamp now) {
  return database_.Write([&](Transaction& transaction) -> Result<Cart> {
    const Cart before = Load(transaction, change.cart);
    if (TRY(IsDone(transaction, change))) return before;
    const Cart source_before = Load(transaction, from);
    Cart source = source_before;
    Cart cart = before;
    Merge(source, cart);
    Save(transaction, source_before, std::move(source), now);
    cart = Save(transaction, before, std::move(cart), now);
    MarkDone(transaction, change, now);
    return cart;
  });
}

Cart SqlStore::ClearOrdered(const Ordered& ordered, Timestamp now) {
  return database_.Write([&](Transaction& transaction) { return ClearIn(transaction, ordered, now); });
}

void SqlStore::Delete(const CartId& id) {
  database_.Write([&](Transaction& transaction) {
    for (const std::string_view statement : {kDeleteLines, kDeleteCart, kDeleteDone}) {
      transaction.Execute(statement, id.value());
    }
  });
}

void SqlStore::RecordSeen(const CartId& id, const std::map<BookId, Seen>& seen) {
  database_.Write([&](Transaction& transaction) {
    for (const auto& [book, shown] : seen) {
      transaction.Execute(kSetSeen, id.value(), book.value(), shown.title, shown.authors, MinorOf(shown.price),
                          CurrencyOf(shown.price), static_cast<int>(shown.availability));
    }
  });
}

std::int64_t SqlStore::FollowedPosition() {
  return database_.Read([](Transaction& transaction) { return FollowedIn(transaction); });
}

BookId SqlStore::LastBook(BookId most) {
  return database_.Read(
      [&](Transaction& transaction) { return BookId{transaction.QueryTheOne(kLastBook, most.value()).Int(0)}; });
}

void SqlStore::FollowTo(std::int64_t position, const std::vector<Ordered>& ordered, Timestamp now) {
  database_.Write([&](Transaction& transaction) {
    if (position <= FollowedIn(transaction)) return;
    for (const Ordered& order : ordered) ClearIn(transaction, order, now);
    transaction.Execute(kSetFollowed, position);
  });
}

std::vector<BookId> SqlStore::ReadBooks(BookId after, int count_max) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<BookId> books;
    for (const Row& row : transaction.Query(kBooks, after.value(), count_max)) books.emplace_back(row.Int(0));
    return books;
  });
}

std::vector<std::string> SqlStore::ReadUncleared(const std::vector<std::pair<CartId, std::string>>& orders) {
  return database_.Read([&](Transaction& transaction) {
    std::vector<std::string> uncleared;
    for (const auto& [cart, order] : orders) {
      if (!transaction.QueryOne(kFindCart, cart.value())) continue;  // Deleted, or never written to: there is nothing to clear.
      if (!transaction.QueryOne(kFindDone, cart.value(), "order:" + order)) uncleared.push_back(order);
    }
    return uncleared;
  });
}

void SqlStore::FollowAnew() {
  database_.Write([](Transaction& transaction) { transaction.Execute(kSetFollowed, 0); });
}

CartFacts SqlStore::ReadFacts() {
  return database_.Read([](Transaction& transaction) {
    return CartFacts{
        .carts = Number(transaction, "SELECT COUNT(*) FROM carts"),
        .lines = Number(transaction, "SELECT COUNT(*) FROM cart_lines"),
        .copies = Number(transaction, "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM cart_lines"),
        .lines_without_cart = Number(transaction,
                                     "SELECT COUNT(*) FROM cart_lines l LEFT JOIN carts c ON c.cart_id = l.cart_id WHERE "
                                     "c.cart_id IS NULL"),
        .quantities_out_of_range = Number(transaction, "SELECT COUNT(*) FROM cart_lines WHERE quantity NOT BETWEEN 1 AND 99"),
        .positions_out_of_range =
            Number(transaction,
                   "SELECT COUNT(*) FROM cart_lines l JOIN carts c ON c.cart_id = l.cart_id WHERE l.position >= "
                   "c.next_position OR EXISTS (SELECT 1 FROM cart_lines o WHERE o.cart_id = l.cart_id AND o.position = "
                   "l.position AND o.book_id < l.book_id)"),
        .carts_too_long = Number(transaction,
                                 "SELECT COUNT(*) FROM (SELECT cart_id FROM cart_lines GROUP BY cart_id HAVING COUNT(*) > "
                                 "200) AS long_carts"),
        .versions_out_of_range = Number(transaction, "SELECT COUNT(*) FROM carts WHERE version < 1"),
        .followed_position = FollowedIn(transaction)};
  });
}

}  // namespace octavo::cart
