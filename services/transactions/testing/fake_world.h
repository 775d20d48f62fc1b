// FakeWorld: the other services and the card provider in memory, honest about what they promise: each effect happens once
// per order, tombstones refuse what comes late. It counts every call, and can fail at the nth one, before the effect (the
// request was lost) or after it (the answer was), the way a crash or a broken network does. Thread-safe; what happened is read
// when nobody calls any more.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

#include "services/transactions/ports.h"

namespace octavo::transactions {

// Stands for the end of the process: nobody catches it but the test.
struct Crash : std::runtime_error {
  Crash() : std::runtime_error("crash") {}
};

enum class Fault { kNone, kCrashBefore, kCrashAfter, kLoseRequest, kLoseAnswer };

class FakeWorld final : public Pricing, public Stock, public PaymentProvider {
 public:
  struct Reservation {
    std::map<BookId, std::int64_t> copies;
    enum class State { kOpen, kCommitted, kReleased } state = State::kOpen;
  };
  struct Charge {
    std::int64_t amount = 0;
    std::int64_t refunded = 0;
    enum class State { kAuthorised, kCaptured, kVoid, kDeclined } state = State::kAuthorised;
    std::set<std::string> refund_keys = {};
  };

  std::map<BookId, std::int64_t> shelf;
  std::int64_t price_minor = 1000;
  std::int64_t first_order_discount_minor = 0;  // Off the total of whoever has not ordered before.
  std::int64_t claim_limit = 1'000'000;
  bool decline = false;
  bool expire = false;  // Reservations run out before they are committed.
  bool away = false;    // Nothing can be asked.
  // As a provider's older copy would, which knows nothing of the charge.
  bool refuse_refunds = false;
  bool refuse_voids = false;
  std::map<OrderId, Reservation> reservations;
  std::map<OrderId, bool> claims;  // False: released.
  std::map<OrderId, Charge> charges;
  std::set<std::string> returned;
  std::int64_t followed = 0;  // Order events, by promotions.

  // Called before each call, while others may call too.
  std::function<void()> before_call = [] {};
  // The fault happens at call number `fault_at`, counted from 1.
  Fault fault = Fault::kNone;
  int fault_at = 0;
  int calls = 0;

  std::int64_t claimed() const {
    std::int64_t count = 0;
    for (const auto& [order, held] : claims) count += held ? 1 : 0;
    return count;
  }

  Result<Order> Quote(const Basket& basket, std::int64_t previous_order_count, const rpc::Limits&) override {
    return Call<Order>([&]() -> Result<Order> {
      Order order{.buyer = basket.buyer, .currency_code = "EUR", .delivery_method = basket.delivery_method};
      for (const Item& item : basket.items) {
        OrderLine line{.book = item.book, .title = "Book", .quantity = item.quantity, .unit_price_minor = price_minor};
        line.total_minor = price_minor * item.quantity;
        line.unit_total_minor.assign(static_cast<std::size_t>(item.quantity), price_minor);
        order.totals.subtotal_minor += line.total_minor;
        order.lines.push_back(line);
      }
      if (previous_order_count == 0 && first_order_discount_minor > 0) {
        OrderLine& line = order.lines.front();
        line.discount_minor = first_order_discount_minor;
        line.total_minor -= first_order_discount_minor;
        line.unit_total_minor.back() -= first_order_discount_minor;
        order.totals.discount_minor = first_order_discount_minor;
      }
      order.totals.total_minor = order.totals.subtotal_minor - order.totals.discount_minor;
      order.campaigns = {{.campaign = "campaigns/1", .applied = true}};
      return order;
    });
  }
  Result<std::optional<std::int64_t>> Known(const OrderId&, const rpc::Limits&) override {
    return std::optional<std::int64_t>(0);
  }
  Result<std::int64_t> FollowedPosition(const rpc::Limits&) override {
    if (away) return Error{Code::kUnavailable, "UNAVAILABLE", "lost"};
    return followed;
  }
  Status Claim(const Order& order, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      const auto known = claims.find(order.id);
      if (known != claims.end()) return known->second ? Ok() : Refuse("CLAIM_RELEASED");
      if (claimed() >= claim_limit) return Refuse("LIMIT_REACHED");
      claims[order.id] = true;
      return Ok();
    });
  }
  Result<std::map<BookId, StockLevel>> Levels(const std::vector<BookId>& books, const rpc::Limits&) override {
    return Call<std::map<BookId, StockLevel>>([&]() -> Result<std::map<BookId, StockLevel>> {
      std::map<BookId, StockLevel> levels;
      for (const BookId& book : books) levels[book] = {.available = shelf[book]};
      return levels;
    });
  }
  Result<std::map<BookId, std::int64_t>> Reserve(const Order& order, const rpc::Limits&) override {
    return Call<std::map<BookId, std::int64_t>>([&]() -> Result<std::map<BookId, std::int64_t>> {
      const auto known = reservations.find(order.id);
      if (known != reservations.end()) {
        if (known->second.state == Reservation::State::kReleased) return Refuse("RESERVATION_RELEASED");
        return std::map<BookId, std::int64_t>();
      }
      for (const OrderLine& line : order.lines) {
        if (shelf[line.book] < line.quantity) return Refuse("OUT_OF_STOCK");
      }
      Reservation& reservation = reservations[order.id];
      for (const OrderLine& line : order.lines) {
        shelf[line.book] -= line.quantity;
        reservation.copies[line.book] = line.quantity;
      }
      return std::map<BookId, std::int64_t>();
    });
  }
  Status Commit(const OrderId& order, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      const auto known = reservations.find(order);
      if (known == reservations.end()) return Refuse("UNKNOWN_RESERVATION");
      if (expire) return Refuse("RESERVATION_EXPIRED");
      if (known->second.state == Reservation::State::kReleased) return Refuse("RESERVATION_RELEASED");
      known->second.state = Reservation::State::kCommitted;
      return Ok();
    });
  }
  Status ReleaseClaim(const OrderId& order, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      claims[order] = false;
      return Ok();
    });
  }
  Status Release(const OrderId& order, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      Reservation& reservation = reservations[order];
      if (reservation.state == Reservation::State::kCommitted) return Refuse("RESERVATION_COMMITTED");
      if (reservation.state == Reservation::State::kOpen) {
        for (const auto& [book, copies] : reservation.copies) shelf[book] += copies;
      }
      reservation.state = Reservation::State::kReleased;
      return Ok();
    });
  }
  Status TakeBack(const OrderId& order, const std::string& key, const std::vector<Item>& items, Restock restock,
                  const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      Reservation& reservation = reservations.at(order);
      if (reservation.state != Reservation::State::kCommitted) return Refuse("RESERVATION_NOT_COMMITTED");
      if (!returned.insert(key).second) return Ok();
      std::map<BookId, std::int64_t> back;
      for (const Item& item : items) back[item.book] += item.quantity;
      for (const auto& [book, copies] : items.empty() ? reservation.copies : back) {
        if (reservation.copies[book] < copies) return Refuse("RETURN_TOO_MANY");
        if (restock == Restock::kNo) continue;  // Nobody waits here.
        reservation.copies[book] -= copies;
        shelf[book] += copies;
      }
      return Ok();
    });
  }
  Status Authorize(const Order& order, const std::string&, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      const auto known = charges.find(order.id);
      if (known != charges.end()) {
        const bool held = known->second.state == Charge::State::kAuthorised || known->second.state == Charge::State::kCaptured;
        return held ? Ok() : Refuse("PAYMENT_DECLINED");
      }
      charges[order.id] = {.amount = order.totals.total_minor,
                           .state = decline ? Charge::State::kDeclined : Charge::State::kAuthorised};
      return decline ? Status(Refuse("PAYMENT_DECLINED")) : Ok();
    });
  }
  Status Capture(const OrderId& order, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      Charge& charge = charges.at(order);
      if (charge.state == Charge::State::kVoid) return Refuse("VOIDED");
      charge.state = Charge::State::kCaptured;
      return Ok();
    });
  }
  Status Void(const OrderId& order, const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      if (refuse_voids) return Refuse("UNKNOWN_CHARGE");
      Charge& charge = charges[order];
      if (charge.state == Charge::State::kCaptured) return Refuse("CAPTURED");
      if (charge.state != Charge::State::kDeclined) charge.state = Charge::State::kVoid;
      return Ok();
    });
  }
  Status Refund(const OrderId& order, const std::string& key, std::int64_t amount_minor, const std::string&,
                const rpc::Limits&) override {
    return Call<void>([&]() -> Status {
      if (refuse_refunds) return Refuse("UNKNOWN_CHARGE");
      Charge& charge = charges.at(order);
      if (charge.refund_keys.insert(key).second) charge.refunded += amount_minor;
      return Ok();
    });
  }

 private:
  static Error Refuse(const char* reason) { return {Code::kFailedPrecondition, reason, "refused"}; }

  template <typename T>
  Result<T> Call(const std::function<Result<T>()>& effect) {
    before_call();
    const std::lock_guard lock(*mutex_);
    const bool now = ++calls == fault_at;
    const Error lost{Code::kUnavailable, "UNAVAILABLE", "lost"};
    if (now && fault == Fault::kCrashBefore) throw Crash();
    if (away || (now && fault == Fault::kLoseRequest)) return lost;
    Result<T> result = effect();
    if (now && fault == Fault::kCrashAfter) throw Crash();
    if (now && fault == Fault::kLoseAnswer) return lost;
    return result;
  }

  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  // Kept apart, so that a world can be replaced.
};

}  // namespace octavo::transactions
