// SqlStore: the Store over lib/db, on SQLite or PostgreSQL alike. The tables are in migrations/; run
// db::Migrate(database, Migrations()) before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/db/database.h"
#include "services/cart/store.h"

namespace octavo::cart {

class SqlStore : public Store {
 public:
  // `database` must outlive the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

  Cart Find(const CartId& id) override;
  Result<std::optional<Cart>> FindDone(const Change& change) override;
  Result<Cart> Write(const Change& change, const Apply& apply, Timestamp now) override;
  Result<Cart> MergeFrom(const CartId& from, const Change& change, Timestamp now) override;
  Cart ClearOrdered(const Ordered& ordered, Timestamp now) override;
  void Delete(const CartId& id) override;
  void RecordSeen(const CartId& id, const std::map<BookId, Seen>& seen) override;
  std::int64_t FollowedPosition() override;
  void FollowTo(std::int64_t position, const std::vector<Ordered>& ordered, Timestamp now) override;
  void FollowAnew() override;
  BookId LastBook(BookId most) override;
  CartFacts ReadFacts() override;

  // For the audit of the whole shop: of the orders ("orders/…") with their carts, those whose cart is there and was never
  // cleared of them.
  std::vector<std::string> ReadUncleared(const std::vector<std::pair<CartId, std::string>>& orders);
  // Likewise the next `count_max` books behind `after` that lie in a cart.
  std::vector<BookId> ReadBooks(BookId after, int count_max);

 protected:
  db::Database& database_;
};

}  // namespace octavo::cart
