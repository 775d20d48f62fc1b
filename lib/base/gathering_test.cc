#include "lib/base/gathering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace octavo {
namespace {

using testing::ElementsAre;

struct Number {
  int value = 0;
  int doubled = 0;
};

// Doubles each number. The first group waits until it is let go.
class Doubling {
 public:
  Journey Send(std::span<Number* const> group) {
    sizes.push_back(group.size());  // Groups come one after the other.
    if (sizes.size() == 1) {
      begun.set_value();
      go.get_future().wait();
    }
    for (Number* number : group) number->doubled = 2 * number->value;
    return Journey::kDone;
  }

  std::vector<std::size_t> sizes;
  std::promise<void> begun;
  std::promise<void> go;
};

TEST(GatheringTest, ALoneCallerGoesAtOnceAndThoseWhoComeMeanwhileGoTogether) {
  Doubling doubling;
  std::atomic<int> arrived = 0;
  Gathering<Number> gathering({.group_max = 3}, [&](std::span<Number* const> group) { return doubling.Send(group); });
  std::vector<Number> numbers(6);
  std::vector<std::thread> threads;
  const auto run = [&](std::size_t i) {
    numbers[i].value = static_cast<int>(i);
    ++arrived;
    EXPECT_EQ(gathering.Run(numbers[i]), Gathered::kDealtWith);
  };

  threads.emplace_back(run, 0);
  doubling.begun.get_future().wait();
  for (std::size_t i = 1; i < numbers.size(); ++i) threads.emplace_back(run, i);
  while (arrived < 6 || gathering.waiting() < 5) std::this_thread::yield();
  doubling.go.set_value();
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(doubling.sizes, ElementsAre(1, 3, 2));
  for (const Number& number : numbers) EXPECT_EQ(number.doubled, 2 * number.value);
}

TEST(GatheringTest, EveryoneInACrowdIsServedOnce) {
  std::atomic<int> under_way = 0;
  std::atomic<int> served = 0;
  Gathering<Number> gathering({.group_max = 8}, [&](std::span<Number* const> group) {
    EXPECT_EQ(++under_way, 1);
    for (Number* number : group) ++number->doubled;
    served += static_cast<int>(group.size());
    --under_way;
    return Journey::kDone;
  });

  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 500; ++turn) {
        Number number;
        EXPECT_EQ(gathering.Run(number), Gathered::kDealtWith);
        EXPECT_EQ(number.doubled, 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(served, 16 * 500);
}

// A gathering whose first journey waits to be let go, with company gathered behind it.
class CrowdTest : public testing::Test {
 protected:
  using Send = Gathering<Number>::Send;

  // Runs numbers 0 to n - 1: 0 goes first and alone, the others gather. `after` then runs while they wait.
  void Crowd(GatheringLimits limits, const Send& send, int n, const std::function<void(Gathering<Number>&)>& after = {}) {
    std::promise<void> begun;
    std::promise<void> go;
    Gathering<Number> gathering(limits, [&](std::span<Number* const> group) {
      if (group.front()->value == 0) {
        begun.set_value();
        go.get_future().wait();
        return Journey::kDone;
      }
      return send(group);
    });
    numbers_.resize(static_cast<std::size_t>(n));
    outcomes_.resize(numbers_.size());
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      numbers_[at].value = i;
      threads.emplace_back([&, at] {
        try {
          outcomes_[at] = gathering.Run(numbers_[at]) == Gathered::kDealtWith ? "dealt with" : "late";
        } catch (const std::exception& exception) {
          outcomes_[at] = exception.what();
        }
        ++gone_;
      });
      if (i == 0) begun.get_future().wait();
      while (static_cast<int>(gathering.waiting()) + gone_ < i) std::this_thread::yield();
    }
    if (after) after(gathering);
    go.set_value();
    for (std::thread& thread : threads) thread.join();
  }

  std::vector<Number> numbers_;
  std::vector<std::string> outcomes_;
  std::atomic<int> gone_ = 0;
};

TEST_F(CrowdTest, AGroupThatIsRefusedIsTakenApart) {
  std::vector<std::size_t> sizes;
  const auto refuse_three = [&](std::span<Number* const> group) {
    sizes.push_back(group.size());
    const auto is_three = [](const Number* number) { return number->value == 3; };
    if (std::any_of(group.begin(), group.end(), is_three)) return Journey::kRefused;
    for (Number* number : group) number->doubled = 2 * number->value;
    return Journey::kDone;
  };

  Crowd({}, refuse_three, 5);

  EXPECT_THAT(sizes, ElementsAre(4, 1, 1, 1, 1));
  for (const int i : {1, 2, 4}) EXPECT_EQ(numbers_[static_cast<std::size_t>(i)].doubled, 2 * i);
  EXPECT_EQ(numbers_[3].doubled, 0);
}

TEST_F(CrowdTest, WhatOneMemberThrowsReachesThatMemberAlone) {
  const auto throw_two = [&](std::span<Number* const> group) {
    for (Number* number : group) {
      if (number->value == 2) throw std::runtime_error("two");
      number->doubled = 2 * number->value;
    }
    return Journey::kDone;
  };

  Crowd({}, throw_two, 4);

  EXPECT_THAT(outcomes_, ElementsAre("dealt with", "dealt with", "two", "dealt with"));
}

TEST_F(CrowdTest, ACrowdAboveTheBoundIsRefusedAtOnce) {
  const auto send = [](std::span<Number* const>) { return Journey::kDone; };
  Crowd({.waiting_max = 2}, send, 3, [](Gathering<Number>& gathering) {
    Number one_more;
    EXPECT_EQ(gathering.Run(one_more), Gathered::kFull);
  });
}

TEST_F(CrowdTest, WhoHasWaitedTooLongGoesAway) {
  Crowd(
      {.wait_max = std::chrono::milliseconds(1)}, [](std::span<Number* const>) { return Journey::kDone; }, 2,
      [](Gathering<Number>& gathering) {
        while (gathering.waiting() > 0) std::this_thread::yield();
      });

  EXPECT_THAT(outcomes_, ElementsAre("dealt with", "late"));
}

}  // namespace
}  // namespace octavo
