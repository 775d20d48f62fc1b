#include "services/recommendations/domain/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
