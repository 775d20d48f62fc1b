// Requests: checks what callers may ask for. An error names the field, the value and the rule (INVALID_ARGUMENT,
// INVALID_FIELD).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/inventory/domain/reservation.h"
#include "services/inventory/domain/stock.h"

namespace octavo::inventory {

inline constexpr std::size_t kBooksMax = 1'000;         // Of one request or delivery.
inline constexpr std::size_t kReservedLinesMax = 500;   // Of one order.
inline constexpr std::int64_t kQuantityMax = 10'000;    // Of one line.
inline constexpr std::size_t kRequestIdBytesMax = 128;  // Three UUIDs and their separators.
inline constexpr std::size_t kNoteBytesMax = 500;
inline constexpr std::chrono::minutes kTimeToLiveDefault{15};
inline constexpr std::chrono::hours kTimeToLiveMax{7 * 24};

struct Line {
  BookId book;
  std::int64_t quantity = 0;
};

// 1 to 128 letters, digits and . _ : ~ -
Result<RequestId> ParseRequestId(const std::string& text, const std::string& field);
// The id in "reservations/<id>".
Result<RequestId> ParseReservationName(const std::string& name, const std::string& field);

// The demand per book over all lines: 1 to `lines_max` lines of 1 to kQuantityMax copies each.
Result<Demand> SumDemand(std::span<const Line> lines, std::size_t lines_max);

Result<std::chrono::microseconds> CheckTimeToLive(std::chrono::microseconds time_to_live);
Status CheckNote(const std::string& note);

// The reasons that a caller may give for a delivery or a return: delivery, return, found, import, other.
Status CheckReceiptReason(Reason reason);
// The reasons for an adjustment: damage, theft, found, other. A count, a sale and a delivery have their own verbs.
Status CheckAdjustmentReason(Reason reason);

// A change of the stock of one or more books, with a request id of its own.
struct Receipt {
  RequestId request;
  Demand copies;
  Reason reason = Reason::kDelivery;
  std::string note;

  std::int64_t fingerprint() const;
};

struct Adjustment {
  RequestId request;
  BookId book;
  std::int64_t difference = 0;  // Not 0.
  Reason reason = Reason::kOther;
  std::string note;

  std::int64_t fingerprint() const;
};

struct Count {
  RequestId request;
  BookId book;
  std::int64_t on_hand = 0;
  std::string note;

  std::int64_t fingerprint() const;
};

// Copies of a committed reservation that are taken back. If no copies are named: all that are left.
struct Return {
  RequestId request;
  RequestId reservation;
  Demand copies;
  std::string note;
  bool only_waiting = false;  // Cancels only copies that are still waited for; sold copies stay sold.

  std::int64_t fingerprint() const;
};

Status CheckDifference(std::int64_t difference);
Status CheckCounted(std::int64_t on_hand);

}  // namespace octavo::inventory
