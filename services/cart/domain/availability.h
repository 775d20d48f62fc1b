// Availability: whether the copies of a line can be had now, from what the inventory says about the book.
#pragma once

#include <cstdint>
#include <optional>

namespace octavo::cart {

// Same numbers as octavo.cart.v1.Availability.
enum class Availability { kOnShelf = 1, kPartly = 2, kToOrder = 3, kSoldOut = 4, kGone = 5, kUnknown = 6, kNotForSale = 7 };

struct StockLevel {
  std::int64_t available = 0;   // In stock and not reserved.
  std::int64_t promisable = 0;  // More than is in stock: back-order, pre-order, special order.
};

// Of a book that is in the catalogue and has a price. `stock` is missing if the inventory could not be asked.
inline Availability AvailabilityOf(std::int64_t quantity, const std::optional<StockLevel>& stock) {
  if (!stock) return Availability::kUnknown;
  if (stock->available >= quantity) return Availability::kOnShelf;
  // The inventory promises copies in stock first, and the rest from a delivery.
  if (stock->available + stock->promisable >= quantity) return Availability::kToOrder;
  return stock->available > 0 ? Availability::kPartly : Availability::kSoldOut;
}

}  // namespace octavo::cart
