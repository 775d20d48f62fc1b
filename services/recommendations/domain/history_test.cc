#include "services/recommendations/domain/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"

namespace octavo::recommendations {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Timestamp kNoon = FakeClock::kNoon;

std::vector<std::int32_t> BooksOf(const History& history) {
  std::vector<std::int32_t> books;
  for (const Seen& seen : history.seen()) books.push_back(seen.book);
  return books;
}

TEST(HistoryTest, IsOrderedByTimeWhateverTheOrderOfTheEvents) {
  History history;

  history.Apply(EventType::kView, 0, BookId(2), kNoon + 2s);
  history.Apply(EventType::kView, 0, BookId(3), kNoon + 3s);
  history.Apply(EventType::kView, 0, BookId(1), kNoon + 1s);
  history.Apply(EventType::kView, 0, BookId(2), kNoon + 4s);

  EXPECT_THAT(BooksOf(history), ElementsAre(1, 3, 2));
}

TEST(HistoryTest, TheStrongestEventOfABookCounts) {
  History history;

  history.Apply(EventType::kPurchase, 0, BookId(1), kNoon);
  history.Apply(EventType::kView, 0, BookId(1), kNoon + 1h);

  ASSERT_EQ(history.seen().size(), 1U);
  EXPECT_EQ(history.seen()[0].weight, WeightOf(EventType::kPurchase, 0));
  EXPECT_EQ(history.seen()[0].strongest, EventType::kPurchase);
}

TEST(HistoryTest, TheReadersOwnWordStandsAgainstTheClicks) {
  struct Case {
    const char* what;
    std::vector<std::pair<EventType, int>> events;
    float weight;
  };
  const Case kCases[] = {
      {"bought, disliked", {{EventType::kPurchase, 0}, {EventType::kRating, 1}}, 0},
      {"disliked, looked at again", {{EventType::kRating, 1}, {EventType::kView, 0}}, 0},
      {"disliked, then loved", {{EventType::kRating, 1}, {EventType::kRating, 5}}, 6},
      {"loved, then disliked", {{EventType::kRating, 5}, {EventType::kRating, 2}}, 0},
      {"looked at, dismissed", {{EventType::kView, 0}, {EventType::kDismiss, 0}}, 0},
      {"looked at, loved", {{EventType::kView, 0}, {EventType::kRating, 5}}, 6},
  };
  for (const Case& c : kCases) {
    History history;
    for (std::size_t i = 0; i < c.events.size(); ++i) {
      history.Apply(c.events[i].first, c.events[i].second, BookId(1), kNoon + std::chrono::seconds(i));
    }
    EXPECT_EQ(history.seen().at(0).weight, c.weight) << c.what;
  }
}

TEST(WeightTest, SaysHowMuchAnEventSays) {
  EXPECT_EQ(WeightOf(EventType::kImpression, 0), 0);
  EXPECT_EQ(WeightOf(EventType::kDismiss, 0), 0);
  EXPECT_EQ(WeightOf(EventType::kView, 0), 1);
  EXPECT_EQ(WeightOf(EventType::kBasket, 0), 3);
  EXPECT_EQ(WeightOf(EventType::kPurchase, 0), 5);
  const float of_stars[] = {0, 0, 2, 5, 6};
  for (int stars = 1; stars <= 5; ++stars) EXPECT_EQ(WeightOf(EventType::kRating, stars), of_stars[stars - 1]) << stars;
}

TEST(HistoryTest, EventsOfOneSecondStandInTheOrderInWhichTheyCame) {
  History history;
  for (const int book : {3, 1, 2}) history.Apply(EventType::kView, 0, BookId(book), kNoon);
  EXPECT_THAT(BooksOf(history), ElementsAre(3, 1, 2));

  history.Apply(EventType::kRating, 1, BookId(1), kNoon);
  history.Apply(EventType::kRating, 5, BookId(1), kNoon);
  EXPECT_EQ(history.seen().back().weight, WeightOf(EventType::kRating, 5)) << "the later word counts";
}

TEST(HistoryTest, AnOlderEventOfABookLeavesItsPlaceAndItsTime) {
  History history;
  history.Apply(EventType::kRating, 5, BookId(1), kNoon + 2s);
  history.Apply(EventType::kRating, 1, BookId(1), kNoon);

  EXPECT_EQ(history.seen()[0].weight, WeightOf(EventType::kRating, 5));
  EXPECT_EQ(history.seen()[0].time_s, (kNoon + 2s).time_since_epoch() / 1s);
}

TEST(HistoryTest, TimesBeyondWhatASecondCounterHoldsAreItsEnds) {
  History history;
  history.Apply(EventType::kView, 0, BookId(1), Timestamp{} - 1s);
  history.Apply(EventType::kView, 0, BookId(2), Timestamp{} + 2s - 1us);
  history.Apply(EventType::kView, 0, BookId(3), Timestamp{} + std::chrono::years(200));

  EXPECT_EQ(history.seen()[0].time_s, 0U);
  EXPECT_EQ(history.seen()[1].time_s, 1U);
  EXPECT_EQ(history.seen()[2].time_s, UINT32_MAX);
}

TEST(HistoryTest, KeepsTheLastTwoHundredBooks) {
  History history;
  for (int book = 1; book <= 200; ++book) history.Apply(EventType::kView, 0, BookId(book), kNoon + std::chrono::seconds(book));
  EXPECT_EQ(history.seen().size(), 200U);

  history.Apply(EventType::kView, 0, BookId(201), kNoon + 1h);
  EXPECT_EQ(history.seen().size(), 200U);
  EXPECT_EQ(history.seen().front().book, 2);
}

TEST(HistoryTest, WhatIsBoughtTwiceIsOwnedOnce) {
  History history;
  for (const int book : {5, 9, 5, 1, 9}) history.Apply(EventType::kPurchase, 0, BookId(book), kNoon);
  EXPECT_THAT(history.never_again(), ElementsAre(1, 5, 9));
}

TEST(HistoryTest, WhatIsOwnedOrNotWantedIsNeverForgotten) {
  History history;
  history.Apply(EventType::kPurchase, 0, BookId(1'000'000), kNoon);
  history.Apply(EventType::kDismiss, 0, BookId(1'000'001), kNoon);
  history.Apply(EventType::kBasket, 0, BookId(1'000'002), kNoon);

  for (int book = 1; book <= 100'000; ++book) history.Apply(EventType::kView, 0, BookId(book), kNoon + 1h);

  EXPECT_EQ(history.seen().size(), kSeenMax);
  EXPECT_THAT(history.never_again(), ElementsAre(1'000'000, 1'000'001));
}

TEST(HistoryTest, AnImpressionSaysNothing) {
  History history;

  history.Apply(EventType::kImpression, 0, BookId(1), kNoon);

  EXPECT_TRUE(history.empty());
}

TEST(HistoryTest, JoiningIsTheSameAsHavingDoneBoth) {
  const std::uint64_t seed = SystemRandom().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  History visitor;
  History customer;
  History both;
  for (int i = 0; i < 150; ++i) {
    // Each book once: of several events of one book, the order decides what a rating says.
    const auto type = static_cast<EventType>(2 + random.Below(5));
    const int rating = type == EventType::kRating ? 1 + static_cast<int>(random.Below(5)) : 0;
    History& one = random.Below(2) == 0 ? visitor : customer;
    one.Apply(type, rating, BookId(i + 1), kNoon + std::chrono::seconds(i));
    both.Apply(type, rating, BookId(i + 1), kNoon + std::chrono::seconds(i));
  }

  customer.Join(visitor);

  EXPECT_EQ(customer.seen(), both.seen());
  EXPECT_EQ(customer.never_again(), both.never_again());
}

Event View(const char* reader, int book) {
  return {.reader = ReaderId(reader), .book = BookId(book), .type = EventType::kView, .time = kNoon};
}

TEST(HistoriesTest, AMergedVisitorIsEmptyAfterwardsAndMergingAgainChangesNothing) {
  Histories histories;
  histories.Apply(View("visitor", 1));
  histories.Apply(View("customer", 2));

  histories.Merge(ReaderId("visitor"), ReaderId("customer"));
  histories.Merge(ReaderId("visitor"), ReaderId("customer"));

  History history;
  EXPECT_FALSE(histories.Copy("visitor", history));
  EXPECT_TRUE(history.empty());
  EXPECT_TRUE(histories.Copy("customer", history));
  EXPECT_THAT(BooksOf(history), testing::UnorderedElementsAre(1, 2));
  EXPECT_EQ(histories.size(), 1U);
}

TEST(HistoriesTest, MergingAReaderIntoItselfChangesNothing) {
  Histories histories;
  histories.Apply(View("7", 1));

  histories.Merge(ReaderId("7"), ReaderId("7"));

  History history;
  EXPECT_TRUE(histories.Copy("7", history));
}

TEST(HistoriesTest, AForgottenReaderIsUnknown) {
  Histories histories;
  histories.Apply(View("7", 1));

  histories.Forget(ReaderId("7"));

  History history;
  EXPECT_FALSE(histories.Copy("7", history));
}

TEST(HistoriesTest, EachChangeOfAReaderGivesAnotherVersion) {
  Histories histories;
  EXPECT_EQ(histories.VersionOf("7"), 0U);
  std::set<std::uint32_t> versions = {0};
  const auto is_new = [&](const char* reader) { return versions.insert(histories.VersionOf(reader)).second; };

  histories.Apply(View("7", 1));
  EXPECT_TRUE(is_new("7"));
  histories.Apply({.reader = ReaderId("7"), .book = BookId(2), .type = EventType::kImpression, .time = kNoon});
  EXPECT_FALSE(is_new("7")) << "an impression says nothing of the reader";
  histories.Apply(View("8", 3));
  const std::uint32_t of_the_other = histories.VersionOf("8");
  histories.Merge(ReaderId("8"), ReaderId("7"));
  EXPECT_TRUE(is_new("7"));
  EXPECT_NE(histories.VersionOf("8"), of_the_other);
  histories.Forget(ReaderId("7"));
  EXPECT_TRUE(is_new("7"));
  EXPECT_EQ(histories.size(), 0U);
}

TEST(HistoriesTest, AreManyAndClearForgetsThemAll) {
  Histories histories;
  for (int reader = 0; reader < 1'000; ++reader) histories.Apply(View(std::to_string(reader).c_str(), 1));
  EXPECT_EQ(histories.size(), 1'000U);

  histories.Clear();

  EXPECT_EQ(histories.size(), 0U);
  History history;
  EXPECT_FALSE(histories.Copy("7", history));
}

TEST(HistoriesTest, ManyThreadsMayWriteAndRead) {
  Histories histories;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&histories, thread] {
      History history;
      for (int book = 1; book <= 100; ++book) {
        histories.Apply(View("shared", thread * 1000 + book));
        histories.Copy("shared", history);
        histories.Merge(ReaderId("a"), ReaderId("b"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  History history;
  histories.Copy("shared", history);
  EXPECT_EQ(history.seen().size(), kSeenMax);
}

}  // namespace
}  // namespace octavo::recommendations
