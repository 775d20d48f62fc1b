#include "lib/http/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace octavo::http {
namespace {

TEST(WorkerPoolTest, RunsWhatItAccepts) {
  std::promise<int> promise;
  WorkerPool pool(2, 4);

  ASSERT_TRUE(pool.Submit([&] { promise.set_value(7); }));

  EXPECT_EQ(promise.get_future().get(), 7);
}

TEST(WorkerPoolTest, RefusesAtOnceWhenItsQueueIsFull) {
  std::promise<void> started;
  std::promise<void> gate;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Submit([&] {
    started.set_value();
    gate.get_future().wait();
  }));
  started.get_future().wait();

  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_FALSE(pool.Submit([] {}));

  gate.set_value();
}

TEST(WorkerPoolTest, StopWaitsForWhatRunsAndDropsWhatWaits) {
  std::promise<void> started;
  std::promise<void> gate;
  std::atomic<bool> finished = false;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Submit([&] {
    started.set_value();
    gate.get_future().wait();
    finished = true;
  }));
  started.get_future().wait();
  std::thread stopper([&] { pool.Stop(); });
  while (pool.Submit([] {})) std::this_thread::yield();  // Until the stop is seen, or the queue is full of nothing.
  gate.set_value();
  stopper.join();

  EXPECT_TRUE(finished);
  EXPECT_FALSE(pool.Submit([] {}));
}

}  // namespace
}  // namespace octavo::http
