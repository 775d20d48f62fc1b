// What a checkout needs from the other services and from payment providers, in transactions' own words.
// pricing_client.h, stock_client.h and card_client.h implement them over gRPC; tests use fakes. All are thread-safe and safe to
// repeat with the same order.
//
// An Error of these says one of two things, told apart by Transient(): the other side refused (final), or it could not be
// asked or its answer was lost (try again; the effect may have happened).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/rpc/limits.h"
#include "services/transactions/domain/order.h"

namespace octavo::transactions {

// One step of a checkout may take so long at most. It is the lease of an intent, so that whoever drives it never works beyond
// the lease.
inline constexpr std::chrono::milliseconds kStepMax{4000};

inline bool Transient(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kResourceExhausted:
    case Code::kAborted:
    case Code::kCancelled:
    case Code::kInternal:
    case Code::kUnknown:
    // The services of the shop do not know each other, as while keys are renewed: that decides nothing about an order.
    case Code::kUnauthenticated:
    case Code::kPermissionDenied: return true;
    default: return false;
  }
}

// What is ordered, as the reader asked for it.
struct Basket {
  std::vector<Item> items;  // Each book once.
  Buyer buyer;
  std::vector<std::string> codes;
  DeliveryMethod delivery_method = DeliveryMethod::kCollection;
};

class Pricing {
 public:
  virtual ~Pricing() = default;
  // Lines, totals, campaigns and currency of an order for this basket. NOT_FOUND (UNKNOWN_BOOK).
  virtual Result<Order> Quote(const Basket& basket, std::int64_t previous_order_count, const rpc::Limits& limits) = 0;
  // FAILED_PRECONDITION (LIMIT_REACHED and the like).
  virtual Status Claim(const Order& order, const rpc::Limits& limits) = 0;
  virtual Status ReleaseClaim(const OrderId& order, const rpc::Limits& limits) = 0;
  // Nullopt: nothing was ever claimed for the order, nor given back. Else a number that changes when the claim is given back.
  // What is never brought back from an older copy knows all; so do the other ports.
  virtual Result<std::optional<std::int64_t>> Known(const OrderId&, const rpc::Limits&) { return std::optional<std::int64_t>(0); }
  // How far promotions, who follow every event of the orders, have followed them.
  virtual Result<std::int64_t> FollowedPosition(const rpc::Limits&) { return std::int64_t{0}; }
};

struct StockLevel {
  std::int64_t available = 0;
  Promise beyond_shelf = Promise::kUnavailable;  // How copies beyond the shelf are promised.
  std::int64_t promisable = 0;                   // So many more of them.
};

// What becomes of copies that are taken back and had left the shelf: those that are still waited for are struck off anyway.
enum class Restock { kYes, kNo };

class Stock {
 public:
  virtual ~Stock() = default;
  virtual Result<std::map<BookId, StockLevel>> Levels(const std::vector<BookId>& books, const rpc::Limits& limits) = 0;
  // Holds the order's copies; per book how many of them come later than from the shelf.
  // FAILED_PRECONDITION (OUT_OF_STOCK, with metadata book and available).
  virtual Result<std::map<BookId, std::int64_t>> Reserve(const Order& order, const rpc::Limits& limits) = 0;
  // The copies are sold. FAILED_PRECONDITION when the reservation is gone.
  virtual Status Commit(const OrderId& order, const rpc::Limits& limits) = 0;
  // Nullopt: it has nothing of the order. Else how many of its copies were taken back or struck off.
  virtual Result<std::optional<std::int64_t>> Known(const OrderId&, const rpc::Limits&) { return std::optional<std::int64_t>(0); }
  virtual Status Release(const OrderId& order, const rpc::Limits& limits) = 0;
  // Committed copies are taken back. No items: all that are left of the order. `key` makes it happen once.
  virtual Status TakeBack(const OrderId& order, const std::string& key, const std::vector<Item>& items, Restock restock,
                          const rpc::Limits& limits) = 0;
};

// A payment provider. A real one's adapter implements this; so does the sandbox's.
class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;
  // Holds the order's total. FAILED_PRECONDITION (PAYMENT_DECLINED). A transient error leaves it unknown whether it is held.
  virtual Status Authorize(const Order& order, const std::string& token, const rpc::Limits& limits) = 0;
  // Nullopt: there is no charge. Else a number that changes when money is given back or let go.
  virtual Result<std::optional<std::int64_t>> Known(const OrderId&, const rpc::Limits&) { return std::optional<std::int64_t>(0); }
  // Takes what is held.
  virtual Status Capture(const OrderId& order, const rpc::Limits& limits) = 0;
  // Lets go what is or may be held; a later Authorize for this order is then refused.
  virtual Status Void(const OrderId& order, const rpc::Limits& limits) = 0;
  virtual Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string& currency_code,
                        const rpc::Limits& limits) = 0;
};

}  // namespace octavo::transactions
