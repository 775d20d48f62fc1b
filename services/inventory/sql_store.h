// SqlStore: the Store over lib/db, on SQLite or PostgreSQL alike. The tables are in migrations/; run
// db::Migrate(database, Migrations()) before.
//
// A transaction reads the stocks it needs, decides by the pure functions of domain/, and writes each changed stock by one
// statement, in the order of the books (so that two never wait for each other), on the condition that its version is
// still the one that was read. The schema repeats the rules as CHECK constraints.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "lib/db/database.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

class SqlStore : public Store {
 public:
  // `database` must outlive the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

  std::vector<Stock> GetStocks(std::span<const BookId> books) override;
  std::vector<Stock> ListStocks(BookId after, int count_max) override;
  std::vector<Stock> ListLowStocks(BookId after, int count_max) override;
  std::vector<Movement> ListMovements(BookId book, std::int64_t before, int count_max) override;
  std::optional<Reservation> FindReservation(const RequestId& id) override;
  Result<Changed<Reservation>> Reserve(const ReserveOrder& order, Timestamp now) override;
  Result<Changed<Reservation>> Commit(const RequestId& id, Timestamp now) override;
  std::vector<Result<Changed<Reservation>>> ReserveEach(std::span<const ReserveOrder> orders, Timestamp now) override;
  std::vector<Result<Changed<Reservation>>> CommitEach(std::span<const RequestId> ids, Timestamp now) override;
  Result<Changed<Reservation>> Release(const RequestId& id, Timestamp now) override;
  Result<Changed<Reservation>> TakeBack(const Return& returned, Timestamp now) override;
  Result<Changed<std::vector<Stock>>> Receive(const Receipt& receipt, Timestamp now) override;
  Result<Changed<Stock>> Adjust(const Adjustment& adjustment, Timestamp now) override;
  Result<Changed<Stock>> SetCounted(const Count& count, Timestamp now) override;
  Changed<Stock> SetPolicy(BookId book, const Policy& policy) override;
  Changed<int> Sweep(Timestamp now, int count_max) override;
  std::vector<BookFacts> ReadFacts(BookId after, int count_max) override;
  BookId LastBook(BookId most) override;

  // For the audit of the whole shop: reservations with `after` < id <= `until`, by id, as of one moment.
  std::vector<Reservation> ReadReservations(const std::string& after, const std::string& until);

 protected:
  db::Database& database_;
};

}  // namespace octavo::inventory
