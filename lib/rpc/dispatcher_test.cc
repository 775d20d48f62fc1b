#include "lib/rpc/dispatcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace octavo::rpc {
namespace {

TEST(DispatcherTest, RunsEverythingItAcceptedBeforeItStops) {
  std::atomic<int> ran = 0;
  {
    Dispatcher dispatcher({.threads = 4, .queue_max = 1000});
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(dispatcher.Submit([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 1000);
}

TEST(DispatcherTest, RefusesAtOnceWhenTheQueueIsFull) {
  Dispatcher dispatcher({.threads = 1, .queue_max = 2});
  std::latch running(1);
  std::latch release(1);
  ASSERT_TRUE(dispatcher.Submit([&] {
    running.count_down();
    release.wait();
  }));
  running.wait();

  EXPECT_TRUE(dispatcher.Submit([] {}));
  EXPECT_TRUE(dispatcher.Submit([] {}));
  EXPECT_FALSE(dispatcher.Submit([] {}));
  EXPECT_TRUE(dispatcher.SubmitNextStep([] {}));

  release.count_down();
}

TEST(DispatcherTest, RefusesAfterStop) {
  Dispatcher dispatcher({.threads = 1, .queue_max = 2});
  dispatcher.Stop();

  EXPECT_FALSE(dispatcher.Submit([] {}));
  EXPECT_FALSE(dispatcher.SubmitNextStep([] {}));
}

}  // namespace
}  // namespace octavo::rpc
