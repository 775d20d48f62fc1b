#include "lib/base/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "lib/testing/wait_until.h"

namespace octavo {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNull;
using testing::NotNull;

struct Number {
  int value = 0;
  int doubled = 0;
};

// Doubles each number. The first batch waits until it is let go.
class Doubling {
 public:
  Batch Send(std::span<Number* const> batch) {
    sizes.push_back(batch.size());  // Batches come one after the other.
    if (sizes.size() == 1) {
      begun.set_value();
      go.get_future().wait();
    }
    for (Number* number : batch) number->doubled = 2 * number->value;
    return Batch::kDone;
  }

  std::vector<std::size_t> sizes;
  std::promise<void> begun;
  std::promise<void> go;
};

TEST(BatcherTest, ALoneCallerGoesAtOnceAndThoseWhoComeMeanwhileGoTogether) {
  Doubling doubling;
  std::atomic<int> arrived = 0;
  Batcher<Number> batcher({.batch_max = 3}, [&](std::span<Number* const> batch) { return doubling.Send(batch); });
  std::vector<Number> numbers(6);
  std::vector<std::thread> threads;
  const auto run = [&](std::size_t i) {
    numbers[i].value = static_cast<int>(i);
    ++arrived;
    EXPECT_EQ(batcher.Run(numbers[i]), HandedIn::kDone);
  };

  threads.emplace_back(run, 0);
  doubling.begun.get_future().wait();
  for (std::size_t i = 1; i < numbers.size(); ++i) threads.emplace_back(run, i);
  EXPECT_TRUE(WaitUntil([&] { return arrived == 6 && batcher.waiting() == 5; }));
  doubling.go.set_value();
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(doubling.sizes, ElementsAre(1, 3, 2));
  for (const Number& number : numbers) EXPECT_EQ(number.doubled, 2 * number.value);
}

// With a caller or with a thread of its own as the leader.
void ServeACrowd(const std::function<std::unique_ptr<Batcher<Number>>(Batcher<Number>::Work)>& make) {
  std::atomic<int> under_way = 0;
  std::atomic<int> served = 0;
  const auto batcher = make([&](std::span<Number* const> batch) {
    EXPECT_EQ(++under_way, 1);
    for (Number* number : batch) ++number->doubled;
    served += static_cast<int>(batch.size());
    --under_way;
    return Batch::kDone;
  });

  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 500; ++turn) {
        Number numbers[3];
        std::vector<Number*> several;
        for (Number& number : numbers) several.push_back(&number);
        EXPECT_THAT(batcher->RunAll(several), Each(HandedIn::kDone));
        for (const Number& number : numbers) EXPECT_EQ(number.doubled, 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(served, 16 * 500 * 3);
}

TEST(BatcherTest, EveryoneInACrowdIsServedOnce) {
  ServeACrowd(
      [](Batcher<Number>::Work work) { return std::make_unique<Batcher<Number>>(BatchLimits{.batch_max = 8}, std::move(work)); });
}

TEST(BatcherTest, AlsoWithAThreadOfItsOwn) {
  ServeACrowd([](Batcher<Number>::Work work) {
    return std::make_unique<Batcher<Number>>(BatchLimits{.batch_max = 8}, std::move(work), OwnThread{});
  });
}

// A batcher whose first batch waits to be let go, with company gathered behind it.
class CrowdTest : public testing::Test {
 protected:
  using Work = Batcher<Number>::Work;

  // Runs numbers 0 to n - 1: 0 goes first and alone, the others gather. `after` then runs while they wait.
  void Crowd(BatchLimits limits, const Work& send, int n, const std::function<void(Batcher<Number>&)>& after = {}) {
    std::promise<void> begun;
    std::promise<void> go;
    Batcher<Number> batcher(limits, [&](std::span<Number* const> batch) {
      if (batch.front()->value == 0) {
        begun.set_value();
        go.get_future().wait();
        return Batch::kDone;
      }
      return send(batch);
    });
    numbers_.resize(static_cast<std::size_t>(n));
    outcomes_.resize(numbers_.size());
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      numbers_[at].value = i;
      threads.emplace_back([&, at] {
        try {
          outcomes_[at] = batcher.Run(numbers_[at]) == HandedIn::kDone ? "dealt with" : "late";
        } catch (const std::exception& exception) {
          outcomes_[at] = exception.what();
        }
        ++gone_;
      });
      if (i == 0) begun.get_future().wait();
      EXPECT_TRUE(WaitUntil([&] { return static_cast<int>(batcher.waiting()) + gone_ >= i; }));
    }
    if (after) after(batcher);
    go.set_value();
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Number> numbers_;
  std::vector<std::string> outcomes_;
  std::atomic<int> gone_ = 0;
};

TEST_F(CrowdTest, ABatchThatIsRefusedIsTakenApart) {
  std::vector<std::size_t> sizes;
  const auto refuse_three = [&](std::span<Number* const> batch) {
    sizes.push_back(batch.size());
    const auto is_three = [](const Number* number) { return number->value == 3; };
    if (std::any_of(batch.begin(), batch.end(), is_three)) return Batch::kRefused;
    for (Number* number : batch) number->doubled = 2 * number->value;
    return Batch::kDone;
  };

  Crowd({}, refuse_three, 5);

  EXPECT_THAT(sizes, ElementsAre(4, 1, 1, 1, 1));
  for (const int i : {1, 2, 4}) EXPECT_EQ(numbers_[static_cast<std::size_t>(i)].doubled, 2 * i);
  EXPECT_EQ(numbers_[3].doubled, 0);
}

TEST_F(CrowdTest, WhatOneMemberThrowsReachesThatMemberAlone) {
  const auto throw_two = [&](std::span<Number* const> batch) {
    for (Number* number : batch) {
      if (number->value == 2) throw std::runtime_error("two");
      number->doubled = 2 * number->value;
    }
    return Batch::kDone;
  };

  Crowd({}, throw_two, 4);

  EXPECT_THAT(outcomes_, ElementsAre("dealt with", "dealt with", "two", "dealt with"));
}

TEST_F(CrowdTest, ACrowdAboveTheBoundIsRefusedAtOnce) {
  const auto send = [](std::span<Number* const>) { return Batch::kDone; };
  Crowd({.waiting_max = 2}, send, 3, [](Batcher<Number>& batcher) {
    Number one_more;
    EXPECT_EQ(batcher.Run(one_more), HandedIn::kFull);
  });
}

TEST_F(CrowdTest, WhoHasWaitedTooLongGoesAway) {
  Crowd(
      {.wait_max = std::chrono::milliseconds(1)}, [](std::span<Number* const>) { return Batch::kDone; }, 2,
      [](Batcher<Number>& batcher) { EXPECT_TRUE(WaitUntil([&] { return batcher.waiting() == 0; })); });

  EXPECT_THAT(outcomes_, ElementsAre("dealt with", "late"));
}

TEST(RunIsolatedTest, WhatIsNobodysFaultMeetsAllAtOnce) {
  std::vector<Number> numbers(3);
  std::vector<Number*> all;
  for (Number& number : numbers) all.push_back(&number);
  int runs = 0;

  const auto thrown = RunIsolated(std::span<Number* const>(all), [&](std::span<Number* const>) -> Batch {
    ++runs;
    throw Failure({Code::kUnavailable, "AWAY", "it is away"}, "away");
  });

  EXPECT_EQ(runs, 1);
  EXPECT_THAT(thrown, ElementsAre(NotNull(), NotNull(), NotNull()));
}

TEST(RunIsolatedTest, WhatIsNobodysFaultEndsTheRunOfEachAlone) {
  std::vector<Number> numbers(4);
  std::vector<Number*> all;
  for (Number& number : numbers) all.push_back(&number);
  int alone = 0;

  const auto thrown = RunIsolated(std::span<Number* const>(all), [&](std::span<Number* const> batch) {
    if (batch.size() > 1) return Batch::kRefused;
    if (++alone == 2) throw Failure({Code::kDeadlineExceeded, "SLOW", "it is slow"}, "slow");
    return Batch::kDone;
  });

  EXPECT_EQ(alone, 2);
  EXPECT_THAT(thrown, ElementsAre(IsNull(), NotNull(), NotNull(), NotNull()));
  EXPECT_THAT(RunIsolated(std::span<Number* const>(), [](std::span<Number* const>) { return Batch::kDone; }), IsEmpty());
}

TEST(RunIsolatedTest, TellsWhatOneMemberMayHaveBrought) {
  const auto may = [](Code code, const char* reason) { return MayBeOnesFault(Error{code, reason, ""}); };

  EXPECT_TRUE(may(Code::kInternal, "INTERNAL"));
  EXPECT_TRUE(may(Code::kResourceExhausted, "RESOURCE_EXHAUSTED")) << "the message is too long";
  EXPECT_FALSE(may(Code::kResourceExhausted, "OVERLOADED"));
  for (const Code code : {Code::kUnavailable, Code::kDeadlineExceeded, Code::kCancelled}) EXPECT_FALSE(may(code, "AWAY"));
  EXPECT_TRUE(MayBeOnesFault(std::make_exception_ptr(std::runtime_error("odd"))));
}

// A batcher with a thread of its own, which stands in its first batch until it is let go.
class OwnThreadTest : public testing::Test {
 protected:
  Batcher<Number>& Start(BatchLimits limits) {
    batcher_.emplace(
        limits,
        [this](std::span<Number* const> batch) {
          batches_.emplace_back();
          for (const Number* number : batch) batches_.back().push_back(number->value);
          if (batches_.size() > 1) return Batch::kDone;
          begun_.set_value();
          go_.get_future().wait();
          return Batch::kDone;
        },
        OwnThread{.after = [this] { ++after_; }});
    EXPECT_EQ(Post(0), HandedIn::kDone);
    begun_.get_future().wait();
    return *batcher_;
  }
  HandedIn Post(int value) { return batcher_->Post(std::make_unique<Number>(Number{.value = value})); }

  std::vector<std::vector<int>> batches_;
  int after_ = 0;
  std::promise<void> begun_;
  std::promise<void> go_;
  std::optional<Batcher<Number>> batcher_;
};

TEST_F(OwnThreadTest, WhatIsLeftMeanwhileGoesTogetherInOrderAndClosingDealsWithTheRest) {
  Batcher<Number>& batcher = Start({.batch_max = 2});
  for (const int value : {1, 2, 3}) ASSERT_EQ(Post(value), HandedIn::kDone);

  go_.set_value();
  batcher.Close();

  EXPECT_THAT(batches_, ElementsAre(ElementsAre(0), ElementsAre(1, 2), ElementsAre(3)));
  EXPECT_EQ(after_, 3) << "behind each batch";
  EXPECT_EQ(Post(4), HandedIn::kClosed);
  Number late;
  EXPECT_EQ(batcher.Run(late), HandedIn::kClosed);
}

TEST_F(OwnThreadTest, SeveralEnterTogetherOrNotAtAll) {
  Batcher<Number>& batcher = Start({.waiting_max = 2});
  ASSERT_EQ(Post(1), HandedIn::kDone);
  Number two{.value = 2};
  Number three{.value = 3};

  EXPECT_THAT(batcher.RunAll(std::vector<Number*>{&two, &three}), ElementsAre(HandedIn::kFull, HandedIn::kFull));
  EXPECT_EQ(batcher.waiting(), 1u);
  go_.set_value();
  batcher.Close();

  EXPECT_THAT(batches_, ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST_F(OwnThreadTest, WhoFindsItFullIsHeldBackUntilThereIsRoom) {
  Start({.waiting_max = 1, .room_wait = std::chrono::hours(1)});
  ASSERT_EQ(Post(1), HandedIn::kDone);
  std::thread held([this] { EXPECT_EQ(Post(2), HandedIn::kDone); });

  go_.set_value();
  held.join();
  batcher_->Close();

  EXPECT_THAT(batches_, ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST_F(OwnThreadTest, ButNoLongerThanTheLimit) {
  Start({.waiting_max = 1, .room_wait = std::chrono::milliseconds(1)});
  ASSERT_EQ(Post(1), HandedIn::kDone);

  EXPECT_EQ(Post(2), HandedIn::kFull);
  go_.set_value();
}

}  // namespace
}  // namespace octavo
