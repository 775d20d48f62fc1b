#include "lib/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>

namespace octavo {
namespace {

// Holds the pool's only thread until it is released.
class Busy {
 public:
  explicit Busy(ThreadPool& pool) {
    EXPECT_TRUE(pool.Submit([this] {
      running_.count_down();
      release_.wait();
      finished_ = true;
    }));
    running_.wait();
  }
  void Release() { release_.count_down(); }
  bool finished() const { return finished_; }

 private:
  std::latch running_{1};
  std::latch release_{1};
  std::atomic<bool> finished_ = false;
};

TEST(ThreadPoolTest, RunsEverythingItAcceptedBeforeItStops) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool({.threads = 4, .queue_max = 1000});
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pool.Submit([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 1000);
}

TEST(ThreadPoolTest, RefusesAtOnceWhenTheQueueIsFull) {
  ThreadPool pool({.threads = 1, .queue_max = 2});
  Busy busy(pool);

  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_FALSE(pool.Submit([] {}));
  EXPECT_TRUE(pool.SubmitNextStep([] {}));
  EXPECT_EQ(pool.waiting(), 3U);

  busy.Release();
}

TEST(ThreadPoolTest, RefusesAfterStop) {
  ThreadPool pool({.threads = 1, .queue_max = 2});
  pool.Stop();

  EXPECT_FALSE(pool.Submit([] {}));
  EXPECT_FALSE(pool.SubmitNextStep([] {}));
}

TEST(ThreadPoolTest, WaitsForWhatRunsAndDropsWhatWaitsWhereItWasToldTo) {
  ThreadPool pool({.threads = 1, .queue_max = 2, .at_stop = ThreadPool::AtStop::kDropWaiting});
  Busy busy(pool);
  std::atomic<bool> ran = false;
  // The task owns what releases the busy thread at its end: dropped, it lets Stop come to its end.
  const auto release = [&busy](int* number) {
    delete number;
    busy.Release();
  };
  ASSERT_TRUE(pool.Submit([&ran, owned = std::shared_ptr<int>(new int(0), release)] { ran = true; }));
  pool.Stop();

  EXPECT_TRUE(busy.finished());
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace octavo
