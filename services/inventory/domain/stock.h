// Stock: the copies of one book, how many are reserved, and what may be promised when none are left; and Movement, an entry of
// the ledger that explains the number of copies. Plain values; nothing here reads a clock or a store.
//
// Always true of a Stock: 0 <= reserved <= on_hand, backordered >= 0, and nobody waits while a copy is free (backordered == 0 or
// available() == 0). Only Move changes on_hand, and it makes the ledger's entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "lib/names/books.h"

namespace octavo::inventory {

// The caller's key of a change, so that repeating the change does nothing. It is also the name of a reservation.
using RequestId = StrongId<struct RequestIdTag>;

// Same numbers as octavo.inventory.v1.Backorder.
enum class Backorder { kRefused = 1, kAllowed = 2, kPreorder = 3, kSpecialOrder = 4 };

struct Policy {
  Backorder backorder = Backorder::kRefused;
  std::int64_t backorder_max = 0;  // At most this many copies in all may be owed.
  std::int64_t backorder_days = 0;
  std::optional<Timestamp> available_time;
  std::int64_t low_stock_threshold = 0;  // 0: no warning.

  bool operator==(const Policy&) const = default;
};

// Same numbers as octavo.inventory.v1.Reason.
enum class Reason {
  kDelivery = 1,
  kReturn = 2,
  kDamage = 3,
  kTheft = 4,
  kFound = 5,
  kCount = 6,
  kSale = 7,
  kImport = 8,
  kOther = 9,
};

struct Stock {
  BookId book;
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t backordered = 0;  // Promised from a delivery that has not come yet.
  Policy policy = {};
  std::int64_t movement_sequence = 0;  // Of the last entry of this book's ledger; 0: it has none.
  std::int64_t version = 0;            // 0: never stored.

  std::int64_t available() const { return on_hand - reserved; }
  bool IsLow() const { return policy.low_stock_threshold > 0 && available() <= policy.low_stock_threshold; }
  bool operator==(const Stock&) const = default;
};

// One entry of the ledger; entries are only added. The entries of a book are numbered 1, 2, 3 …
struct Movement {
  BookId book;
  std::int64_t sequence = 0;
  std::int64_t difference = 0;  // Never 0.
  std::int64_t balance = 0;     // on_hand after it.
  Reason reason = Reason::kOther;
  RequestId cause;  // The reservation or request.
  std::string note;
  Timestamp created;

  bool operator==(const Movement&) const = default;
};

// The reason of a movement, for the ledger.
struct Cause {
  RequestId request;
  Reason reason = Reason::kOther;
  std::string note = {};
  Timestamp time;
};

// A billion copies of one book: far more than any shop has, and sums over all books stay far below 2^63.
inline constexpr std::int64_t kOnHandMax = 1'000'000'000;

// Changes on_hand by `difference` (not 0) and gives the ledger's entry. The result must be within [reserved, kOnHandMax]
// (CHECK): ask CheckCorrection first.
Movement Move(Stock& stock, std::int64_t difference, const Cause& cause);

// FAILED_PRECONDITION (BELOW_RESERVED) if stock cannot be changed by `difference`; INVALID_ARGUMENT above kOnHandMax.
Status CheckCorrection(const Stock& stock, std::int64_t difference);

// INVALID_ARGUMENT naming the field (below `field`) and its value.
Status CheckPolicy(const Policy& policy, const std::string& field);

}  // namespace octavo::inventory
