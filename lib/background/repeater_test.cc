#include "lib/background/repeater.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <semaphore>
#include <stdexcept>

#include "lib/testing/wait_until.h"

namespace octavo::background {
namespace {

using namespace std::chrono_literals;

class RepeaterTest : public testing::Test {
 protected:
  std::string Failing() const {
    const std::string text = metrics_.Text();
    const std::string name = "background_worker_failing{worker=\"test_work\"} ";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? "" : text.substr(at + name.size(), 1);
  }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
};

TEST_F(RepeaterTest, BeginsAtOnceAndGoesOn) {
  std::counting_semaphore<> turns{0};
  Repeater repeater({.name = "test_work", .interval = 1ms}, *log_, metrics_, [&](const std::stop_token&) { turns.release(); });
  for (int i = 0; i < 3; ++i) turns.acquire();
}

TEST_F(RepeaterTest, ComesWhenSomebodyRings) {
  std::counting_semaphore<> turns{0};
  Repeater repeater({.name = "test_work", .interval = 24h}, *log_, metrics_, [&](const std::stop_token&) { turns.release(); });
  turns.acquire();
  repeater.Ring();
  turns.acquire();
}

TEST_F(RepeaterTest, ARingDuringATurnIsNotLost) {
  std::counting_semaphore<> turns{0};
  std::latch go{1};
  Repeater repeater({.name = "test_work", .interval = 24h}, *log_, metrics_, [&](const std::stop_token&) {
    turns.release();
    go.wait();
  });
  turns.acquire();  // It runs.
  repeater.Ring();
  go.count_down();
  turns.acquire();
}

TEST_F(RepeaterTest, GoesOnBehindATurnThatThrowsAndSaysSo) {
  std::atomic<bool> fails = true;
  std::counting_semaphore<> turns{0};
  Repeater repeater({.name = "test_work", .interval = 24h}, *log_, metrics_, [&](const std::stop_token&) {
    turns.release();
    if (fails) throw std::runtime_error("the database is away");
  });
  turns.acquire();
  repeater.Ring();
  turns.acquire();  // The first has ended.
  EXPECT_EQ(Failing(), "1");

  fails = false;
  repeater.Ring();
  turns.acquire();
  repeater.Stop();
  EXPECT_EQ(Failing(), "0");
}

TEST_F(RepeaterTest, StopEndsALongTurnAndNoTurnFollows) {
  std::counting_semaphore<> turns{0};
  Repeater repeater({.name = "test_work", .interval = 0ms}, *log_, metrics_, [&](const std::stop_token& stop) {
    turns.release();
    EXPECT_TRUE(WaitUntil([&] { return stop.stop_requested(); }));
  });
  turns.acquire();
  repeater.Stop();
  repeater.Ring();
  EXPECT_FALSE(turns.try_acquire());
  repeater.Stop();
}

}  // namespace
}  // namespace octavo::background
