#include "lib/background/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <numeric>
#include <stdexcept>

#include "lib/testing/wait_until.h"

namespace octavo::background {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Takes numbers; fails as often as it is told to.
class Receiver {
 public:
  Status Take(std::span<const int> group) {
    if (block_) {
      entered.count_down();
      block_->wait();
    }
    const std::lock_guard lock(mutex_);
    ++attempts_;
    if (failures_ > 0) {
      --failures_;
      return error_;
    }
    groups_.emplace_back(group.begin(), group.end());
    return Ok();
  }
  void Fail(int count, Error error = {Code::kUnavailable, "AWAY", "nobody is there"}) {
    const std::lock_guard lock(mutex_);
    failures_ = count;
    error_ = std::move(error);
  }
  void BlockOn(std::latch& latch) { block_ = &latch; }
  std::vector<std::vector<int>> groups() const {
    const std::lock_guard lock(mutex_);
    return groups_;
  }
  int attempts() const {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }

  std::latch entered{1};

 private:
  std::latch* block_ = nullptr;
  mutable std::mutex mutex_;  // Guards all below.
  int failures_ = 0;
  int attempts_ = 0;
  Error error_;
  std::vector<std::vector<int>> groups_;
};

class OutboxTest : public testing::Test {
 protected:
  Outbox<int>::Deliver To(Receiver& receiver) {
    return [&receiver](std::span<int> group) { return receiver.Take(group); };
  }
  int Counted(const std::string& outcome) const {
    const std::string text = metrics_.Text();
    const std::string name = "outbox_items_total{outbox=\"test_items\",outcome=\"" + outcome + "\"} ";
    const std::size_t at = text.find(name);
    const std::string other = "outbox_items_total{outcome=\"" + outcome + "\",outbox=\"test_items\"} ";
    if (at != std::string::npos) return std::stoi(text.substr(at + name.size()));
    return std::stoi(text.substr(text.find(other) + other.size()));
  }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  Receiver receiver_;
};

TEST_F(OutboxTest, HandsOverInOrder) {
  Outbox<int> outbox({.name = "test_items"}, *log_, metrics_, To(receiver_));
  for (const int i : {1, 2, 3}) EXPECT_TRUE(outbox.Add(i));
  outbox.Flush();
  EXPECT_THAT(receiver_.groups(), ElementsAre(ElementsAre(1), ElementsAre(2), ElementsAre(3)));
  EXPECT_EQ(Counted("delivered"), 3);
  EXPECT_EQ(Counted("lost"), 0);
}

TEST_F(OutboxTest, WhatGathersMeanwhileGoesTogether) {
  std::latch go{1};
  receiver_.BlockOn(go);
  Outbox<int> outbox({.name = "test_items", .group_max = 3}, *log_, metrics_, To(receiver_));
  outbox.Add(1);
  receiver_.entered.wait();
  for (const int i : {2, 3, 4, 5}) outbox.Add(i);
  go.count_down();
  outbox.Flush();
  EXPECT_THAT(receiver_.groups(), ElementsAre(ElementsAre(1), ElementsAre(2, 3, 4), ElementsAre(5)));
}

TEST_F(OutboxTest, AGroupThatGathersGoesWhenItIsFullOrTheOutboxStops) {
  Outbox<int> outbox({.name = "test_items", .group_max = 3, .gather = 24h}, *log_, metrics_, To(receiver_));
  outbox.Add(1);
  // Time enough for a thread that did not wait for more: a hundred ways to another one and back.
  Receiver other_receiver;
  Outbox<int> other({.name = "other_items"}, *log_, metrics_, To(other_receiver));
  for (int i = 0; i < 100; ++i) {
    other.Add(i);
    other.Flush();
  }
  EXPECT_THAT(receiver_.groups(), testing::IsEmpty());
  for (const int i : {2, 3}) outbox.Add(i);
  outbox.Flush();
  EXPECT_THAT(receiver_.groups(), ElementsAre(ElementsAre(1, 2, 3)));
  outbox.Add(4);
  outbox.Stop();
  EXPECT_THAT(receiver_.groups(), ElementsAre(ElementsAre(1, 2, 3), ElementsAre(4)));
}

TEST_F(OutboxTest, TriesAgainAndThenGivesUp) {
  Outbox<int> outbox({.name = "test_items", .attempts_max = 3, .pause = 1ms}, *log_, metrics_, To(receiver_));
  receiver_.Fail(2);
  outbox.Add(1);
  outbox.Flush();
  EXPECT_EQ(receiver_.attempts(), 3);
  EXPECT_EQ(Counted("delivered"), 1);

  receiver_.Fail(3);
  outbox.Add(2);
  outbox.Add(3);
  outbox.Flush();
  EXPECT_EQ(receiver_.attempts(), 7);
  EXPECT_THAT(receiver_.groups(), ElementsAre(ElementsAre(1), ElementsAre(3)));
  EXPECT_EQ(Counted("lost"), 1);
}

TEST_F(OutboxTest, DoesNotRepeatWhatCannotSucceed) {
  Outbox<int> outbox({.name = "test_items",
                      .pause = 24h,
                      .is_worth_repeating = [](const Error& error) { return error.code == Code::kUnavailable; }},
                     *log_, metrics_, To(receiver_));
  receiver_.Fail(1, {Code::kInvalidArgument, "REFUSED", "never"});
  outbox.Add(1);
  outbox.Flush();
  EXPECT_EQ(receiver_.attempts(), 1);
  EXPECT_EQ(Counted("lost"), 1);
}

TEST_F(OutboxTest, AnExceptionLosesOneThing) {
  Outbox<int> outbox({.name = "test_items"}, *log_, metrics_, [&](std::span<int> group) -> Status {
    if (group.front() == 1) throw std::runtime_error("the database is gone");
    return receiver_.Take(group);
  });
  outbox.Add(1);
  outbox.Add(2);
  outbox.Flush();
  EXPECT_THAT(receiver_.groups(), ElementsAre(ElementsAre(2)));
  EXPECT_EQ(Counted("lost"), 1);
}

TEST_F(OutboxTest, RefusesWhatDoesNotFit) {
  std::latch go{1};
  receiver_.BlockOn(go);
  Outbox<int> outbox({.name = "test_items", .waiting_max = 2}, *log_, metrics_, To(receiver_));
  outbox.Add(1);
  receiver_.entered.wait();  // It is being handed over, and does not wait any more.
  EXPECT_TRUE(outbox.Add(2));
  EXPECT_TRUE(outbox.Add(3));
  EXPECT_FALSE(outbox.Add(4));
  EXPECT_EQ(Counted("lost"), 1);
  go.count_down();
  outbox.Flush();
}

TEST_F(OutboxTest, StopHandsOverWhatWaits) {
  std::latch go{1};
  receiver_.BlockOn(go);
  Outbox<int> outbox({.name = "test_items"}, *log_, metrics_, To(receiver_));
  for (const int i : {1, 2, 3}) outbox.Add(i);
  receiver_.entered.wait();
  go.count_down();
  outbox.Stop();
  EXPECT_EQ(receiver_.groups().size(), 3U);
  EXPECT_FALSE(outbox.Add(4));
  EXPECT_EQ(Counted("delivered") + Counted("lost"), 4);
}

TEST_F(OutboxTest, StopDoesNotWaitForWhoIsAway) {
  receiver_.Fail(1000);
  Outbox<int> outbox({.name = "test_items", .pause = 24h}, *log_, metrics_, To(receiver_));
  for (const int i : {1, 2, 3}) outbox.Add(i);
  EXPECT_TRUE(WaitUntil([&] { return receiver_.attempts() > 0; }));
  outbox.Stop();
  EXPECT_EQ(Counted("lost"), 3);
  EXPECT_LE(receiver_.attempts(), 2);
}

}  // namespace
}  // namespace octavo::background
