// Reservation: copies held for an order until it is placed, given up or expired; and the decisions about them, as pure functions
// of stock and time.
//
// A line first takes copies from stock. Missing copies are promised from a delivery if the book's policy allows it: the line
// waits for them, in the order of the reservations, and gets them as soon as copies are free.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "services/inventory/domain/stock.h"

namespace octavo::inventory {

// Same numbers as octavo.inventory.v1.Reservation.State.
enum class State { kOpen = 1, kCommitted = 2, kReleased = 3, kExpired = 4 };

struct ReservedLine {
  BookId book;
  std::int64_t quantity = 0;     // Promised from stock …
  std::int64_t backordered = 0;  // … and from a delivery. Both keep their first value.
  std::int64_t waiting = 0;      // The part of `backordered` that has not come yet; 0 once released or expired.
  std::int64_t returned = 0;     // Taken back after the commit; only copies that were sent can be.
  std::int64_t cancelled = 0;    // Cancelled after the commit while still waited for.

  // Copies that are held, or that were sent if committed (including returned ones).
  std::int64_t held() const { return quantity + backordered - waiting - cancelled; }
  bool operator==(const ReservedLine&) const = default;
};

struct Reservation {
  RequestId id;
  State state = State::kOpen;
  std::int64_t fingerprint = 0;     // Of the request; 0 if it was released before it came.
  std::vector<ReservedLine> lines;  // By book, each once.
  Timestamp created;
  Timestamp expires;

  bool operator==(const Reservation&) const = default;
};

// Copies per book: at least 1 each.
using Demand = std::map<BookId, std::int64_t>;

// A 64-bit FNV-1a hash (Fowler, Noll, Vo) of a request's content: it tells a repeated request from a reused id.
std::int64_t Fingerprint(const std::string& text);
std::int64_t FingerprintOf(const Demand& demand, std::chrono::microseconds time_to_live);

// What can be promised of `stock` for `quantity` copies: from stock first, then from a delivery. FAILED_PRECONDITION
// (OUT_OF_STOCK) with metadata book and available if that is not enough.
Result<ReservedLine> Promise(const Stock& stock, std::int64_t quantity);

// Reserves the copies of `line`, which Promise has just made.
void Hold(Stock& stock, const ReservedLine& line);
// Frees the copies of a held line, which then no longer waits. Call Fill afterwards, for the freed copies.
void GiveUp(Stock& stock, ReservedLine& line);
// The order is placed: the held copies leave stock. Adds to `movements` unless all copies are still waited for.
void Ship(Stock& stock, const ReservedLine& line, const RequestId& reservation, Timestamp now, std::vector<Movement>& movements);

// Cancels up to `quantity` copies of a committed line that are still waited for. Gives how many.
std::int64_t StrikeOff(Stock& stock, ReservedLine& line, std::int64_t quantity);

// Takes copies of a committed line back: first cancels those still waited for, then returns the others to stock, where they are
// free. Call Fill afterwards. FAILED_PRECONDITION (RETURN_TOO_MANY) for more than the line has left.
Status TakeBack(Stock& stock, ReservedLine& line, std::int64_t quantity, const Cause& cause, std::vector<Movement>& movements);

// How many copies of each book to take back: `copies`, or, when empty, all that are left of the order. INVALID_ARGUMENT for a
// book that is not in it.
Result<Demand> CopiesToTakeBack(const Reservation& reservation, const Demand& copies);

// A reservation that waits for copies of a book.
struct Waiting {
  RequestId reservation;
  State state = State::kOpen;  // Open or committed.
  std::int64_t quantity = 0;   // At least 1.
};

struct Filled {
  RequestId reservation;
  std::int64_t quantity = 0;
};

// Gives free copies to waiting reservations, in the order of `waiting`. Copies of a committed order leave stock at once.
std::vector<Filled> Fill(Stock& stock, std::span<const Waiting> waiting, Timestamp now, std::vector<Movement>& movements);

// What a verb has to do with a reservation that exists.
enum class Step { kDo, kDoneBefore };

// For reserving again. The same request gets the reservation again, open or committed. FAILED_PRECONDITION: REQUEST_ID_REUSED,
// RESERVATION_RELEASED, RESERVATION_EXPIRED.
Status CheckRepeatedReserve(const Reservation& reservation, std::int64_t fingerprint, Timestamp now);
// FAILED_PRECONDITION: RESERVATION_RELEASED, RESERVATION_EXPIRED (also before the sweep has expired it).
Result<Step> DecideCommit(const Reservation& reservation, Timestamp now);
// FAILED_PRECONDITION: RESERVATION_COMMITTED.
Result<Step> DecideRelease(const Reservation& reservation);
// FAILED_PRECONDITION: RESERVATION_NOT_COMMITTED.
Status CheckReturn(const Reservation& reservation);

// "reservations/<id>".
std::string ReservationName(const RequestId& id);

Error UnknownReservation(const RequestId& id);
Error RequestIdReused(const RequestId& id);

}  // namespace octavo::inventory
