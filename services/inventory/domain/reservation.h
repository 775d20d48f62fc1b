// Reservation: copies held for an order until it is placed, given up or too late; and the decisions about them, as pure
// functions of the stock and the time.
//
// A line takes from the shelf first. What the shelf lacks is promised from a delivery where the book's policy allows
// it: such copies are waited for, in the order of the reservations, and come to them as soon as copies are free.
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
  std::int64_t quantity = 0;     // Promised from the shelf …
  std::int64_t backordered = 0;  // … and from a delivery. Both stay as they were promised.
  std::int64_t waiting = 0;      // Of `backordered`, what has not come yet; 0 once released or expired.
  std::int64_t returned = 0;     // Taken back after the commit; only ever of copies that left the shelf.
  std::int64_t cancelled = 0;    // Struck off after the commit, while still waited for.

  // Copies that are held, or that left the shelf if committed (returned ones included).
  std::int64_t held() const { return quantity + backordered - waiting - cancelled; }
  bool operator==(const ReservedLine&) const = default;
};

struct Reservation {
  RequestId id;
  State state = State::kOpen;
  std::int64_t fingerprint = 0;     // Of the request; 0 for one that was released before it came.
  std::vector<ReservedLine> lines;  // By book, each once.
  Timestamp created;
  Timestamp expires;

  bool operator==(const Reservation&) const = default;
};

// Copies per book: at least 1 each.
using Demand = std::map<BookId, std::int64_t>;

// A 64-bit FNV-1a hash (Fowler, Noll, Vo) of what a request asks for: tells an honest repetition from a reused id.
std::int64_t Fingerprint(const std::string& text);
std::int64_t FingerprintOf(const Demand& demand, std::chrono::microseconds time_to_live);

// What can be promised of `stock` for `quantity` copies: from the shelf first, then from a delivery.
// FAILED_PRECONDITION (OUT_OF_STOCK) with metadata book and available when that is not all of them.
Result<ReservedLine> Promise(const Stock& stock, std::int64_t quantity);

// The stock once `line`, fresh from Promise, is held.
void Hold(Stock& stock, const ReservedLine& line);
// The stock once a held line is given up; the line no longer waits. Copies come free: Fill afterwards.
void GiveUp(Stock& stock, ReservedLine& line);
// The order is placed: the held copies leave the shelf. Adds to `movements` unless all are still waited for.
void Ship(Stock& stock, const ReservedLine& line, const RequestId& reservation, Timestamp now, std::vector<Movement>& movements);

// Of a committed line, at most `quantity` of the copies that are still waited for are waited for no more. Gives how many.
std::int64_t StrikeOff(Stock& stock, ReservedLine& line, std::int64_t quantity);

// A committed line taken back: copies still waited for are struck off first, the others come back on the shelf, where they
// are free: Fill afterwards. FAILED_PRECONDITION (RETURN_TOO_MANY) beyond what the line has left.
Status TakeBack(Stock& stock, ReservedLine& line, std::int64_t quantity, const Cause& cause, std::vector<Movement>& movements);

// What is to be taken back of each book: `copies` as asked for, or, when empty, all that is left of the order.
// INVALID_ARGUMENT for a book that is not in it.
Result<Demand> CopiesToTakeBack(const Reservation& reservation, const Demand& copies);

// One that waits for copies of a book.
struct Waiting {
  RequestId reservation;
  State state = State::kOpen;  // Open or committed.
  std::int64_t quantity = 0;   // At least 1.
};

struct Filled {
  RequestId reservation;
  std::int64_t quantity = 0;
};

// Gives free copies to those who wait, in the order of `waiting`. A committed order's copies leave the shelf.
std::vector<Filled> Fill(Stock& stock, std::span<const Waiting> waiting, Timestamp now, std::vector<Movement>& movements);

// Whether a reservation still holds its copies: open and not past its time.
bool Holds(const Reservation& reservation, Timestamp now);

// What to do about a verb on a reservation that is there.
enum class Step { kDo, kDoneBefore };

// Reserving again. The same request gives the reservation again, open or committed. FAILED_PRECONDITION:
// REQUEST_ID_REUSED, RESERVATION_RELEASED, RESERVATION_EXPIRED.
Status CheckRepeatedReserve(const Reservation& reservation, std::int64_t fingerprint, Timestamp now);
// FAILED_PRECONDITION: RESERVATION_RELEASED, RESERVATION_EXPIRED (also when merely past its time).
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
