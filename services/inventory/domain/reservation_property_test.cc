// Orders for one book in random steps. Whatever happens, the stock says what the lines of the orders and the ledger say.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/inventory/domain/reservation.h"

namespace octavo::inventory {
namespace {

constexpr Timestamp kNoon = FakeClock::kNoon;

struct Order {
  RequestId id;
  State state = State::kOpen;
  ReservedLine line;
};

class Trade {
 public:
  explicit Trade(std::uint64_t seed) : random_(seed) {
    stock_.policy = {.backorder = random_.Below(3) == 0 ? Backorder::kRefused : Backorder::kAllowed, .backorder_max = Few()};
  }

  void Step() {
    switch (random_.Below(6)) {
      case 0: return Receive();
      case 1:
      case 2: return Reserve();
      case 3: return CommitOne();
      case 4: return ReleaseOne();
      default: return GiveBackOne();
    }
  }

  void ExpectSound() const {
    std::int64_t held = 0, waiting = 0, sold = 0;
    for (const Order& order : orders_) {
      const bool open = order.state == State::kOpen;
      held += open ? order.line.held() : 0;
      waiting += order.line.waiting;
      sold += order.state == State::kCommitted ? order.line.held() - order.line.returned : 0;
      EXPECT_LE(0, order.line.returned);
      EXPECT_LE(order.line.returned, order.line.held());
      EXPECT_LE(0, order.line.cancelled);
    }
    EXPECT_EQ(stock_.reserved, held);
    EXPECT_EQ(stock_.backordered, waiting);
    EXPECT_EQ(stock_.on_hand, received_ - sold);
    EXPECT_TRUE(stock_.backordered == 0 || stock_.available() == 0) << "nobody waits while a copy is free";
    std::int64_t balance = 0, sequence = 0;
    for (const Movement& movement : movements_) {
      EXPECT_EQ(movement.sequence, ++sequence);
      EXPECT_EQ(movement.balance, balance += movement.difference);
    }
    EXPECT_EQ(balance, stock_.on_hand);
  }

 private:
  std::int64_t Few() { return static_cast<std::int64_t>(random_.Below(5)); }

  void Receive() {
    const std::int64_t copies = Few() + 1;
    received_ += copies;
    movements_.push_back(Move(stock_, copies, {.reason = Reason::kDelivery}));
    FillWaiting();
  }

  void Reserve() {
    const std::int64_t wanted = Few() + 1;
    const std::int64_t promisable =
        stock_.policy.backorder == Backorder::kRefused ? 0 : stock_.policy.backorder_max - stock_.backordered;
    const auto line = Promise(stock_, wanted);
    ASSERT_EQ(line.ok(), wanted <= stock_.available() + promisable);
    if (!line.ok()) return;
    EXPECT_EQ(line->quantity, std::min(wanted, stock_.available()));
    EXPECT_EQ(line->quantity + line->backordered, wanted);
    Hold(stock_, *line);
    orders_.push_back({RequestId{std::to_string(orders_.size())}, State::kOpen, *line});
  }

  void CommitOne() {
    Order* order = Any(State::kOpen);
    if (order == nullptr) return;
    const std::size_t before = movements_.size();
    Ship(stock_, order->line, order->id, kNoon, movements_);
    order->state = State::kCommitted;
    EXPECT_EQ(movements_.size() - before, order->line.held() > 0 ? 1u : 0u);
  }

  void ReleaseOne() {
    Order* order = Any(State::kOpen);
    if (order == nullptr) return;
    const ReservedLine before = order->line;
    GiveUp(stock_, order->line);
    order->state = State::kReleased;
    EXPECT_EQ(order->line.waiting, 0);
    EXPECT_EQ(order->line.held(), before.held()) << "what was never there was not held";
    FillWaiting();
  }

  // Strikes off or takes back, at times more than there is.
  void GiveBackOne() {
    Order* order = Any(State::kCommitted);
    if (order == nullptr) return;
    const ReservedLine before = order->line;
    const std::int64_t copies = Few() + 1;
    if (random_.Below(2) == 0) {
      EXPECT_EQ(StrikeOff(stock_, order->line, copies), std::min(copies, before.waiting));
      EXPECT_EQ(order->line.held(), before.held()) << "what is sold stays sold";
    } else {
      const std::int64_t left = before.waiting + before.held() - before.returned;
      const std::size_t movements = movements_.size();
      const Status status = TakeBack(stock_, order->line, copies, {.reason = Reason::kReturn}, movements_);
      ASSERT_EQ(status.ok(), copies <= left);
      if (!status.ok()) {
        EXPECT_THAT(status, HasReason("RETURN_TOO_MANY"));
        return;
      }
      const std::int64_t came_back = order->line.returned - before.returned;
      EXPECT_EQ(came_back + (before.waiting - order->line.waiting), copies);
      EXPECT_EQ(movements_.size() - movements, came_back > 0 ? 1u : 0u);
      EXPECT_TRUE(came_back == 0 || order->line.waiting == 0) << "what is waited for is struck off first";
    }
    FillWaiting();
  }

  void FillWaiting() {
    std::vector<Waiting> waiting;
    for (const Order& order : orders_) {
      if (order.line.waiting > 0) waiting.push_back({order.id, order.state, order.line.waiting});
    }
    std::int64_t free = stock_.available();
    const std::vector<Filled> filled = Fill(stock_, waiting, kNoon, movements_);
    for (std::size_t i = 0; i < filled.size(); ++i) {
      ASSERT_EQ(filled[i].reservation, waiting[i].reservation) << "in the order in which they came";
      EXPECT_EQ(filled[i].quantity, std::min(free, waiting[i].quantity));
      free -= filled[i].quantity;
      const auto order =
          std::find_if(orders_.begin(), orders_.end(), [&](const Order& o) { return o.id == filled[i].reservation; });
      order->line.waiting -= filled[i].quantity;
    }
    EXPECT_TRUE(free == 0 || filled.size() == waiting.size());
  }

  // One in this state, or null.
  Order* Any(State state) {
    std::vector<Order*> found;
    for (Order& order : orders_) {
      if (order.state == state) found.push_back(&order);
    }
    return found.empty() ? nullptr : found[random_.Below(found.size())];
  }

  SeededRandom random_;
  Stock stock_{.book = BookId{7}};
  std::deque<Order> orders_;
  std::vector<Movement> movements_;
  std::int64_t received_ = 0;
};

TEST(ReservationPropertyTest, TheStockSaysWhatTheOrdersAndTheLedgerSay) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Trade trade(seed);
    for (int step = 0; step < 60; ++step) {
      trade.Step();
      trade.ExpectSound();
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace octavo::inventory
