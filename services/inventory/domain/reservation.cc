#include "services/inventory/domain/reservation.h"

#include "lib/base/fingerprint.h"

#include <algorithm>

namespace octavo::inventory {
namespace {

Error Refused(const char* reason, const RequestId& id, const std::string& why) {
  return Error{.code = Code::kFailedPrecondition, .reason = reason, .message = ReservationName(id) + " " + why};
}

Error Released(const RequestId& id) { return Refused("RESERVATION_RELEASED", id, "was released"); }

Error Expired(const Reservation& reservation) {
  return Refused("RESERVATION_EXPIRED", reservation.id, "expired at " + ToString(reservation.expires));
}

bool IsPastItsTime(const Reservation& reservation, Timestamp now) {
  return reservation.state == State::kExpired || (reservation.state == State::kOpen && reservation.expires <= now);
}

}  // namespace

std::int64_t Fingerprint(const std::string& text) {
  const std::uint64_t hash = octavo::Fingerprint(text);
  return static_cast<std::int64_t>(hash == 0 ? 1 : hash);
}

std::int64_t FingerprintOf(const Demand& demand, std::chrono::microseconds time_to_live) {
  std::string text = "reserve " + std::to_string(time_to_live.count());
  for (const auto& [book, quantity] : demand) {
    text += ' ' + std::to_string(book.value()) + '=' + std::to_string(quantity);
  }
  return Fingerprint(text);
}

Result<ReservedLine> Promise(const Stock& stock, std::int64_t quantity) {
  CHECK(quantity > 0);
  const std::int64_t shelf = std::min(quantity, stock.available());
  const std::int64_t beyond = quantity - shelf;
  const std::int64_t promisable = stock.policy.backorder == Backorder::kRefused
                                      ? 0
                                      : std::max<std::int64_t>(0, stock.policy.backorder_max - stock.backordered);
  if (beyond <= promisable) {
    return ReservedLine{.book = stock.book, .quantity = shelf, .backordered = beyond, .waiting = beyond};
  }
  const std::int64_t available = stock.available() + promisable;
  return Error{.code = Code::kFailedPrecondition,
               .reason = "OUT_OF_STOCK",
               .message = BookName(stock.book) + ": " + std::to_string(quantity) + " asked for, " + std::to_string(available) +
                          " available",
               .metadata = {{"book", BookName(stock.book)}, {"available", std::to_string(available)}}};
}

void Hold(Stock& stock, const ReservedLine& line) {
  stock.reserved += line.held();
  stock.backordered += line.waiting;
  CHECK(stock.reserved <= stock.on_hand);
}

void GiveUp(Stock& stock, ReservedLine& line) {
  stock.reserved -= line.held();
  stock.backordered -= line.waiting;
  CHECK(stock.reserved >= 0);
  CHECK(stock.backordered >= 0);
  line.cancelled += line.waiting;
  line.waiting = 0;
}

void Ship(Stock& stock, const ReservedLine& line, const RequestId& reservation, Timestamp now, std::vector<Movement>& movements) {
  if (line.held() == 0) return;
  stock.reserved -= line.held();
  CHECK(stock.reserved >= 0);
  movements.push_back(Move(stock, -line.held(), {.request = reservation, .reason = Reason::kSale, .time = now}));
}

std::int64_t StrikeOff(Stock& stock, ReservedLine& line, std::int64_t quantity) {
  CHECK(quantity > 0);
  const std::int64_t struck_off = std::min(quantity, line.waiting);
  line.waiting -= struck_off;
  line.cancelled += struck_off;
  stock.backordered -= struck_off;
  CHECK(stock.backordered >= 0);
  return struck_off;
}

Status TakeBack(Stock& stock, ReservedLine& line, std::int64_t quantity, const Cause& cause, std::vector<Movement>& movements) {
  const std::int64_t left = line.waiting + line.held() - line.returned;
  if (quantity > left) {
    return Error{.code = Code::kFailedPrecondition,
                 .reason = "RETURN_TOO_MANY",
                 .message = BookName(line.book) + ": " + std::to_string(quantity) + " to be taken back, " + std::to_string(left) +
                            " are left of the order",
                 .metadata = {{"book", BookName(line.book)}, {"left", std::to_string(left)}}};
  }
  const std::int64_t back = quantity - StrikeOff(stock, line, quantity);
  line.returned += back;
  if (back > 0) movements.push_back(Move(stock, back, cause));
  return Ok();
}

Result<Demand> CopiesToTakeBack(const Reservation& reservation, const Demand& copies) {
  Demand left;
  for (const ReservedLine& line : reservation.lines) {
    const std::int64_t quantity = line.waiting + line.held() - line.returned;
    if (quantity > 0 || copies.contains(line.book)) left[line.book] = quantity;
  }
  for (const auto& [book, quantity] : copies) {
    if (!left.contains(book)) {
      return InvalidField("lines", BookName(book) + " is not in " + ReservationName(reservation.id));
    }
  }
  return copies.empty() ? left : copies;
}

std::vector<Filled> Fill(Stock& stock, std::span<const Waiting> waiting, Timestamp now, std::vector<Movement>& movements) {
  std::vector<Filled> filled;
  for (const Waiting& next : waiting) {
    const std::int64_t quantity = std::min(stock.available(), next.quantity);
    if (quantity == 0) break;
    stock.backordered -= quantity;
    CHECK(stock.backordered >= 0);
    if (next.state == State::kOpen) {
      stock.reserved += quantity;
    } else {
      movements.push_back(Move(stock, -quantity, {.request = next.reservation, .reason = Reason::kSale, .time = now}));
    }
    filled.push_back({next.reservation, quantity});
  }
  return filled;
}

Status CheckRepeatedReserve(const Reservation& reservation, std::int64_t fingerprint, Timestamp now) {
  if (reservation.fingerprint != 0 && reservation.fingerprint != fingerprint) return RequestIdReused(reservation.id);
  if (reservation.state == State::kReleased) return Released(reservation.id);
  if (IsPastItsTime(reservation, now)) return Expired(reservation);
  return Ok();
}

Result<Step> DecideCommit(const Reservation& reservation, Timestamp now) {
  if (reservation.state == State::kCommitted) return Step::kDoneBefore;
  if (reservation.state == State::kReleased) return Released(reservation.id);
  if (IsPastItsTime(reservation, now)) return Expired(reservation);
  return Step::kDo;
}

Result<Step> DecideRelease(const Reservation& reservation) {
  if (reservation.state == State::kOpen) return Step::kDo;
  if (reservation.state != State::kCommitted) return Step::kDoneBefore;
  return Refused("RESERVATION_COMMITTED", reservation.id, "was committed: its copies have left the shelf");
}

Status CheckReturn(const Reservation& reservation) {
  if (reservation.state == State::kCommitted) return Ok();
  return Refused("RESERVATION_NOT_COMMITTED", reservation.id, "was never committed: nothing left the shelf");
}

std::string ReservationName(const RequestId& id) { return "reservations/" + id.value(); }

Error UnknownReservation(const RequestId& id) {
  return Error{Code::kNotFound, "UNKNOWN_RESERVATION", ReservationName(id) + " is not known"};
}

Error RequestIdReused(const RequestId& id) {
  return Error{Code::kFailedPrecondition, "REQUEST_ID_REUSED",
               "request_id " + id.value() + " was used before for something else"};
}

}  // namespace octavo::inventory
