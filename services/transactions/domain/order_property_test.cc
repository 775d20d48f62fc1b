// Orders in random steps of the shop and the buyer. Whatever happens, money and books add up.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/transactions/domain/order.h"
#include "services/transactions/domain/returns.h"
#include "services/transactions/testing/orders.h"

namespace octavo::transactions {
namespace {

constexpr Timestamp kNoon = FakeClock::kNoon;

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), order_(ExampleOrder()) {
    order_.lines.clear();
    order_.totals = {.delivery_minor = Below(3) * 195};
    const std::int64_t books = Below(3) + 1;
    for (std::int64_t book = 1; book <= books; ++book) {
      OrderLine line{.book = BookId(book), .quantity = Below(3) + 1};
      for (std::int64_t unit = 0; unit < line.quantity; ++unit) line.unit_total_minor.push_back(Below(4) * 500);
      std::sort(line.unit_total_minor.rbegin(), line.unit_total_minor.rend());
      line.total_minor = std::accumulate(line.unit_total_minor.begin(), line.unit_total_minor.end(), std::int64_t{0});
      order_.totals.total_minor += line.total_minor;
      order_.lines.push_back(line);
    }
    order_.totals.total_minor += order_.totals.delivery_minor;
  }

  void Step() {
    switch (Below(8)) {
      case 0: return Take(RecordPayment(order_));
      case 1: return Take(AdvanceFulfilment(order_, FulfilmentState::kShipped, kNoon));
      case 2: return Take(AdvanceFulfilment(order_, FulfilmentState::kDelivered, kNoon));
      case 3: return Below(8) == 0 ? Take(Cancel(order_, "")) : void();
      case 4: return Take(Refund(order_, SomeItems(), Below(2) == 0, ""));
      case 5: return Take(RequestReturn(order_, SomeItems(), "", Asker::kStaff, kNoon));
      case 6: return Take(AcceptReturn(order_, Below(3) + 1, kNoon));
      default: return Take(ReceiveReturn(order_, Below(3) + 1, Below(2) == 0, kNoon));
    }
  }

  void ExpectSound() const {
    CheckInvariants(order_);
    EXPECT_EQ(order_.refunded_minor, refunded_) << "the card's provider is told of every refund";
    std::int64_t taken_units = 0, left_shares = 0;
    for (const OrderLine& line : order_.lines) {
      taken_units += line.refunded_quantity;
      for (std::int64_t unit = line.refunded_quantity; unit < line.quantity; ++unit) {
        left_shares += line.unit_total_minor[static_cast<std::size_t>(unit)];
      }
    }
    EXPECT_EQ(taken_units, given_back_) << "the stock is told of every unit";
    const std::int64_t kept = order_.charged_minor - order_.refunded_minor;
    const std::int64_t due = order_.totals.total_minor - order_.credited_minor;
    if (order_.payment_state == PaymentState::kDue) {
      EXPECT_GE(due, left_shares);
      EXPECT_LE(due, left_shares + order_.totals.delivery_minor);
    } else if (order_.payment_state != PaymentState::kVoided) {
      EXPECT_GE(kept, left_shares) << "what the buyer keeps is paid";
      EXPECT_LE(kept, left_shares + order_.totals.delivery_minor) << "what went back is given back";
    }
    if (order_.state == OrderState::kCancelled) {
      EXPECT_EQ(kept, 0);
      EXPECT_TRUE(UnitsLeft(order_).empty());
    }
    EXPECT_EQ(released_, order_.state == OrderState::kCancelled ? 1 : 0);
    if (order_.refunded_minor > 0) {
      EXPECT_EQ(order_.payment_state, kept == 0 ? PaymentState::kRefunded : PaymentState::kPartlyRefunded);
    }
  }

 private:
  std::int64_t Below(std::uint64_t bound) { return static_cast<std::int64_t>(random_.Below(bound)); }

  std::vector<Item> SomeItems() {
    if (Below(4) == 0) return {};
    return {{BookId(Below(3) + 1), Below(2) + 1}};
  }

  void Take(const Result<Change>& change) {
    if (change.ok()) Take(*change);
  }
  void Take(const Result<std::optional<Change>>& change) {
    if (change.ok() && change->has_value()) Take(**change);
  }
  void Take(const Change& change) {
    order_ = change.order;
    for (const Effect& effect : change.effects) {
      refunded_ += effect.amount_minor;
      released_ += effect.kind == Effect::Kind::kReleaseRedemptions ? 1 : 0;
      for (const Item& item : effect.items) given_back_ += item.quantity;
    }
  }

  SeededRandom random_;
  Order order_;
  std::int64_t refunded_ = 0;
  std::int64_t given_back_ = 0;
  std::int64_t released_ = 0;
};

TEST(OrderPropertyTest, MoneyAndBooksAddUp) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    for (int step = 0; step < 25; ++step) {
      history.Step();
      history.ExpectSound();
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace octavo::transactions
