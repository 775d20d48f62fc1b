#include "services/inventory/domain/stock.h"

#include <string_view>

#include "lib/base/quoted.h"

namespace octavo::inventory {
namespace {

Status CheckRange(std::int64_t value, std::int64_t max, const std::string& field) {
  if (value >= 0 && value <= max) return Ok();
  return InvalidField(field, "must be from 0 to " + std::to_string(max) + ", is " + std::to_string(value));
}

}  // namespace

Movement Move(Stock& stock, std::int64_t difference, const Cause& cause) {
  CHECK(difference != 0);
  stock.on_hand += difference;
  CHECK(stock.on_hand >= stock.reserved);
  CHECK(stock.on_hand <= kOnHandMax);
  return {.book = stock.book,
          .sequence = ++stock.movement_sequence,
          .difference = difference,
          .balance = stock.on_hand,
          .reason = cause.reason,
          .cause = cause.request,
          .note = cause.note,
          .created = cause.time};
}

Status CheckCorrection(const Stock& stock, std::int64_t difference) {
  if (difference > kOnHandMax - stock.on_hand) {
    return InvalidField("difference", "at most " + std::to_string(kOnHandMax) + " copies of a book may be on hand");
  }
  if (stock.on_hand + difference >= stock.reserved) return Ok();
  return Error{.code = Code::kFailedPrecondition,
               .reason = "BELOW_RESERVED",
               .message = BookName(stock.book) + " would have " + std::to_string(stock.on_hand + difference) + " copies, but " +
                          std::to_string(stock.reserved) + " are reserved",
               .metadata = {{"book", BookName(stock.book)}, {"reserved", std::to_string(stock.reserved)}}};
}

Status CheckPolicy(const Policy& policy, const std::string& field) {
  TRY(CheckRange(policy.backorder_max, kOnHandMax, field + ".backorder_max"));
  TRY(CheckRange(policy.backorder_days, 3650, field + ".backorder_days"));  // A delivery in more than ten years is no promise.
  TRY(CheckRange(policy.low_stock_threshold, kOnHandMax, field + ".low_stock_threshold"));
  if (policy.backorder == Backorder::kRefused && policy.backorder_max > 0) {
    return InvalidField(field + ".backorder_max",
                        "must be 0 where nothing is promised beyond the shelf, is " + std::to_string(policy.backorder_max));
  }
  return Ok();
}

}  // namespace octavo::inventory
