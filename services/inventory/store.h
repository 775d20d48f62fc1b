// Store: what the inventory remembers, in the shop's words. Two implementations pass one contract test
// (store_contract_test.cc): SqlStore over lib/db, and MemoryStore for tests of what stands on a store.
//
// Every verb is one transaction, with its entries in the ledger and its request id. It gives back, beside its answer, the
// stocks that it changed, for those who watch: each with a version above the one before, in no promised order between
// concurrent verbs. A verb that fails has changed nothing.
//
// A reservation past its time no longer holds its copies: whoever needs them takes them, in the same transaction. Until
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

// What the store itself can say of one book in one moment, from different tables: they have to agree (audit.h).
struct BookFacts {
  Stock stock;  // version 0: it has no row, but others speak of it.

  std::int64_t ledger_sum = 0;
  std::int64_t ledger_entries = 0;
  std::int64_t ledger_last_sequence = 0;
  std::int64_t ledger_last_balance = 0;
  std::int64_t ledger_breaks = 0;  // Entries that do not begin where the one before ended.
  std::int64_t ledger_sold = 0;    // Copies that left by sales.

  std::int64_t open_held = 0;       // Of open reservations.
  std::int64_t committed_held = 0;  // Of committed ones, returned copies included.
  std::int64_t waiting = 0;         // Of open and committed ones.
  std::int64_t closed_waiting = 0;  // Of released and expired ones: has to be none.
};

class Store {
 public:
  virtual ~Store() = default;

  // In the order asked for; a book without stock has version 0. At most kBooksMax.
  virtual std::vector<Stock> GetStocks(std::span<const BookId> books) = 0;
  // The next `count_max` stored stocks behind `after`, by book.
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
  // The same for several, each by itself and in order.
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
  // One that is not there is remembered as released. Errors: DecideRelease.
  virtual Result<Changed<Reservation>> Release(const RequestId& id, Timestamp now) = 0;
  // Errors: UNKNOWN_RESERVATION, RETURN_TOO_MANY, RESERVATION_NOT_COMMITTED, REQUEST_ID_REUSED.
  virtual Result<Changed<Reservation>> TakeBack(const Return& returned, Timestamp now) = 0;

  // The stock of the books received, as it is then. Errors: REQUEST_ID_REUSED; INVALID_ARGUMENT above kOnHandMax.
  virtual Result<Changed<std::vector<Stock>>> Receive(const Receipt& receipt, Timestamp now) = 0;
  // Errors: BELOW_RESERVED, REQUEST_ID_REUSED.
  virtual Result<Changed<Stock>> Adjust(const Adjustment& adjustment, Timestamp now) = 0;
  virtual Result<Changed<Stock>> SetCounted(const Count& count, Timestamp now) = 0;
  // A policy that is already so is no change.
  virtual Changed<Stock> SetPolicy(BookId book, const Policy& policy) = 0;

  // Expires up to `count_max` reservations that are past their time; the answer says how many.
  virtual Changed<int> Sweep(Timestamp now, int count_max) = 0;

  // Facts of the next `count_max` books behind `after` that any table speaks of, as of one moment.
  virtual std::vector<BookFacts> ReadFacts(BookId after, int count_max) = 0;
  // The last book with a stock, of those up to `most`; 0: none.
  virtual BookId LastBook(BookId most) = 0;
};

}  // namespace octavo::inventory
