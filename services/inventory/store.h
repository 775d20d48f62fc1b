// Store: what the inventory remembers, in the shop's words. Two implementations pass one contract test (store_contract_test.cc):
// SqlStore over lib/db, and MemoryStore for tests of code that uses a store.
//
// Every verb is one transaction, together with its ledger entries and its request id. Besides its answer it returns the stocks
// that it changed, for the watchers: each version is above the one before; between concurrent verbs their order is not fixed. A
// verb that fails has changed nothing.
//
// An expired reservation no longer holds its copies: a reservation that needs them takes them, in the same transaction. Until
// then, or until Sweep, they are still counted as reserved.
//
// Thread-safe. All may throw octavo::Failure when the database is gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/inventory/domain/request.h"
#include "services/inventory/domain/reservation.h"
#include "services/inventory/domain/stock.h"

namespace octavo::inventory {

template <typename T>
struct Changed {
  T answer;
  std::vector<Stock> stocks;  // By book, each once, as they are after the change.
};

struct ReserveOrder {
  RequestId request;
  Demand demand;
  std::chrono::microseconds time_to_live = kTimeToLiveDefault;
};

// What different tables say about one book at one moment; they have to agree (audit.h).
struct BookFacts {
  Stock stock;  // version 0: it has no row, but other tables name it.

  std::int64_t ledger_sum = 0;
  std::int64_t ledger_entries = 0;
  std::int64_t ledger_last_sequence = 0;
  std::int64_t ledger_last_balance = 0;
  std::int64_t ledger_breaks = 0;  // Entries that do not begin where the one before ended.
  std::int64_t ledger_sold = 0;    // Copies that left by sales.

  std::int64_t open_held = 0;       // Of open reservations.
  std::int64_t committed_held = 0;  // Of committed reservations, including returned copies.
  std::int64_t waiting = 0;         // Of open and committed ones.
  std::int64_t closed_waiting = 0;  // Of released and expired ones: must be 0.
};

class Store {
 public:
  virtual ~Store() = default;

  // In the order asked for; a book without stock has version 0. At most kBooksMax.
  virtual std::vector<Stock> GetStocks(std::span<const BookId> books) = 0;
  // The next `count_max` stored stocks after `after`, by book.
  virtual std::vector<Stock> ListStocks(BookId after, int count_max) = 0;
  // As ListStocks, those at or below their threshold.
  virtual std::vector<Stock> ListLowStocks(BookId after, int count_max) = 0;
  // The ledger of a book from `before` (exclusive; INT64_MAX: the newest) backwards.
  virtual std::vector<Movement> ListMovements(BookId book, std::int64_t before, int count_max) = 0;
  virtual std::optional<Reservation> FindReservation(const RequestId& id) = 0;

  // Holds copies of every book, or of none. Errors: Promise, CheckRepeatedReserve.
  virtual Result<Changed<Reservation>> Reserve(const ReserveOrder& order, Timestamp now) = 0;
  // Errors: UNKNOWN_RESERVATION, DecideCommit.
  virtual Result<Changed<Reservation>> Commit(const RequestId& id, Timestamp now) = 0;
  // The same for several, each for itself and in order.
  virtual std::vector<Result<Changed<Reservation>>> ReserveEach(std::span<const ReserveOrder> orders, Timestamp now) {
    std::vector<Result<Changed<Reservation>>> reserved;
    for (const ReserveOrder& order : orders) reserved.push_back(Reserve(order, now));
    return reserved;
  }
  virtual std::vector<Result<Changed<Reservation>>> CommitEach(std::span<const RequestId> ids, Timestamp now) {
    std::vector<Result<Changed<Reservation>>> committed;
    for (const RequestId& id : ids) committed.push_back(Commit(id, now));
    return committed;
  }
  // A missing reservation is stored as released. Errors: DecideRelease.
  virtual Result<Changed<Reservation>> Release(const RequestId& id, Timestamp now) = 0;
  // Errors: UNKNOWN_RESERVATION, RETURN_TOO_MANY, RESERVATION_NOT_COMMITTED, REQUEST_ID_REUSED.
  virtual Result<Changed<Reservation>> TakeBack(const Return& returned, Timestamp now) = 0;

  // The stock of the received books after that. Errors: REQUEST_ID_REUSED; INVALID_ARGUMENT above kOnHandMax.
  virtual Result<Changed<std::vector<Stock>>> Receive(const Receipt& receipt, Timestamp now) = 0;
  // Errors: BELOW_RESERVED, REQUEST_ID_REUSED.
  virtual Result<Changed<Stock>> Adjust(const Adjustment& adjustment, Timestamp now) = 0;
  virtual Result<Changed<Stock>> SetCounted(const Count& count, Timestamp now) = 0;
  // Setting the same policy again is no change.
  virtual Changed<Stock> SetPolicy(BookId book, const Policy& policy) = 0;

  // Expires up to `count_max` reservations whose time has passed; gives how many.
  virtual Changed<int> Sweep(Timestamp now, int count_max) = 0;

  // Facts of the next `count_max` books after `after` that any table names, as of one moment.
  virtual std::vector<BookFacts> ReadFacts(BookId after, int count_max) = 0;
  // The highest book up to `most` that has a stock; 0: none.
  virtual BookId LastBook(BookId most) = 0;
};

}  // namespace octavo::inventory
