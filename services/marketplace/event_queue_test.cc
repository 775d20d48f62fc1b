#include "services/marketplace/event_queue.h"

#include <gtest/gtest.h>

#include <future>

#include "lib/base/uuid.h"
#include "lib/testing/fake_clock.h"
#include "services/marketplace/testing/fake_shop.h"

namespace octavo::marketplace {
namespace {

class EventQueueTest : public testing::Test {
 protected:
  double Count(const std::string& outcome) {
    return metrics_
        .Counter("outbox_items_total", "What became of what was handed over in the background",
                 {{"outbox", "readers_events"}, {"outcome", outcome}})
        .Value();
  }

  FakeClock clock_;
  const std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  SystemRandom random_;
  obs::Metrics metrics_;
  FakeShop shop_;
  rpc::Peer<RecommendationsService> recommendations_{shop_.server.channel(), shop_.server.telemetry(), rpc::Breaking::kWhenAway};
};

TEST_F(EventQueueTest, SendsWhatIsAdded) {
  EventQueue queue(recommendations_, clock_, random_, *log_, metrics_);

  queue.Add(recommendations::v1::EVENT_TYPE_VIEW, "readers/v-1", "books/12", "home.for-you");
  queue.Flush();

  const auto events = shop_.recommendations.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].reader(), "readers/v-1");
  EXPECT_EQ(events[0].book(), "books/12");
  EXPECT_EQ(events[0].shelf(), "home.for-you");
  EXPECT_EQ(events[0].event_time().seconds(), ToMicros(FakeClock::kNoon) / 1'000'000);
  EXPECT_TRUE(IsUuid(events[0].event_id()));
  EXPECT_EQ(Count("delivered"), 1);
}

TEST_F(EventQueueTest, DropsAndCountsWhatCannotBeSent) {
  shop_.recommendations.condition = Condition::kDown;
  EventQueue queue(recommendations_, clock_, random_, *log_, metrics_);

  for (int i = 0; i < 10; ++i) queue.Add(recommendations::v1::EVENT_TYPE_VIEW, "readers/v-1", "books/12", "");
  queue.Flush();

  EXPECT_EQ(Count("lost"), 10);
  EXPECT_EQ(Count("delivered"), 0);
}

TEST_F(EventQueueTest, HoldsNoMoreThanItsLimitAndCountsTheRest) {
  std::promise<void> gate;
  shop_.recommendations.before_record = [open = gate.get_future().share()] { open.wait(); };
  // One group may be on its way while the queue is full.
  const int added = static_cast<int>(EventQueue::kWaitingMax + EventQueue::kGroupMax) + 10;
  {
    EventQueue queue(recommendations_, clock_, random_, *log_, metrics_);
    for (int i = 0; i < added; ++i) {
      queue.Add(recommendations::v1::EVENT_TYPE_VIEW, "readers/v-1", "books/12", "");
    }
    EXPECT_GE(Count("lost"), 10);
    gate.set_value();
  }
  EXPECT_EQ(Count("delivered") + Count("lost"), added);
}

}  // namespace
}  // namespace octavo::marketplace
