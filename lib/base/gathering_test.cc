#include "lib/base/gathering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
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
  void Send(std::span<Number* const> group) {
    sizes.push_back(group.size());  // Groups come one after the other.
    if (sizes.size() == 1) {
      begun.set_value();
      go.get_future().wait();
    }
    for (Number* number : group) number->doubled = 2 * number->value;
  }

  std::vector<std::size_t> sizes;
  std::promise<void> begun;
  std::promise<void> go;
};

TEST(GatheringTest, ALoneCallerGoesAtOnceAndThoseWhoComeMeanwhileGoTogether) {
  Doubling doubling;
  std::atomic<int> arrived = 0;
  Gathering<Number> gathering(3, [&](std::span<Number* const> group) { doubling.Send(group); });
  std::vector<Number> numbers(6);
  std::vector<std::thread> threads;
  const auto run = [&](std::size_t i) {
    numbers[i].value = static_cast<int>(i);
    ++arrived;
    gathering.Run(numbers[i]);
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
  Gathering<Number> gathering(8, [&](std::span<Number* const> group) {
    EXPECT_EQ(++under_way, 1);
    for (Number* number : group) ++number->doubled;
    served += static_cast<int>(group.size());
    --under_way;
  });

  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 500; ++turn) {
        Number number;
        gathering.Run(number);
        EXPECT_EQ(number.doubled, 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(served, 16 * 500);
}

}  // namespace
}  // namespace octavo
