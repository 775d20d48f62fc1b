// What the recorder does with events that come together: they share a commit, and one that cannot be stored fails alone.
#include "services/recommendations/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <stdexcept>

#include "lib/db/errors.h"
#include "lib/testing/matchers.h"
#include "services/recommendations/memory_store.h"

namespace octavo::recommendations {
namespace {

using testing::ElementsAre;

Event View(const std::string& reader) {
  return {.id = "of " + reader, .reader = ReaderId(reader), .book = BookId(1), .type = EventType::kView};
}

// The first write waits to be let go, so that others come together behind it. No event of "bad" can be stored.
class StubbornStore final : public MemoryStore {
 public:
  std::vector<std::int64_t> Append(std::span<const Event> events) override {
    sizes.push_back(events.size());
    if (sizes.size() == 1) {
      begun.set_value();
      go.get_future().wait();
    }
    if (away) throw db::Unavailable("the database is away");
    const auto is_bad = [](const Event& event) { return event.reader == ReaderId("bad"); };
    if (std::any_of(events.begin(), events.end(), is_bad)) throw std::runtime_error("it cannot be stored");
    return MemoryStore::Append(events);
  }

  std::vector<std::size_t> sizes;
  std::promise<void> begun;
  std::promise<void> go;
  bool away = false;
};

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() {
    recorder_.Start();
    Record("first");
    store_.begun.get_future().wait();
  }
  std::shared_ptr<Tally> Record(const std::string& reader) {
    auto tally = std::make_shared<Tally>();
    recorder_.Record(View(reader), tally);
    return tally;
  }

  StubbornStore store_;
  Histories histories_;
  std::int64_t told_ = 0;
  Recorder recorder_{store_, histories_, [this](std::int64_t count) { told_ += count; }};
};

TEST_F(RecorderTest, EventsThatComeMeanwhileAreStoredTogetherAndOneThatCannotBeStoredFailsAlone) {
  const auto ann = Record("ann");
  const auto bad = Record("bad");
  const auto bob = Record("bob");

  store_.go.set_value();

  EXPECT_EQ(ann->Wait()->recorded, 1);
  EXPECT_EQ(bob->Wait()->recorded, 1);
  EXPECT_THAT(bad->Wait(), HasReason("INTERNAL"));
  recorder_.Stop();
  EXPECT_THAT(store_.sizes, ElementsAre(1, 3, 1, 1, 1));
  EXPECT_EQ(told_, 3) << "with the first";
}

TEST_F(RecorderTest, WhenTheDatabaseIsAwayAllFailAtOnce) {
  const auto ann = Record("ann");
  const auto bob = Record("bob");

  store_.away = true;
  store_.go.set_value();

  EXPECT_THAT(ann->Wait(), HasReason("DATABASE_UNAVAILABLE"));
  EXPECT_THAT(bob->Wait(), HasReason("DATABASE_UNAVAILABLE"));
  recorder_.Stop();
  EXPECT_THAT(store_.sizes, ElementsAre(1, 2));
  EXPECT_EQ(told_, 0);
}

TEST_F(RecorderTest, ACommandStandsBetweenTheEventsAsTheyCame) {
  const auto before = Record("ann");
  auto forgotten = std::async(std::launch::async, [this] { return recorder_.Forget(ReaderId("ann")); });

  store_.go.set_value();

  EXPECT_THAT(forgotten.get(), IsOk());
  EXPECT_EQ(before->Wait()->recorded, 1);
  History history;
  EXPECT_FALSE(histories_.Copy("ann", history));
}

TEST_F(RecorderTest, WhatComesAfterTheEndIsRefused) {
  store_.go.set_value();
  recorder_.Stop();

  EXPECT_THAT(Record("late")->Wait(), HasReason("STOPPING"));
  EXPECT_THAT(recorder_.Forget(ReaderId("ann")), HasReason("STOPPING"));
}

}  // namespace
}  // namespace octavo::recommendations
