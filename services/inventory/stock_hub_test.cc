#include "services/inventory/stock_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace octavo::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Stock At(std::int64_t book, std::int64_t version) { return {.book = BookId{book}, .version = version}; }

// All that a watch has to give, as "book.version".
std::vector<std::string> TakeAll(StockHub::Watch& watch) {
  std::vector<std::string> taken;
  while (const auto stock = watch.Take()) {
    taken.push_back(std::to_string(stock->book.value()) + "." + std::to_string(stock->version));
  }
  return taken;
}

void Publish(StockHub& hub, const std::vector<Stock>& stocks) { hub.Publish(stocks); }

TEST(StockHubTest, TellsThoseWhoWatchTheBook) {
  StockHub hub;
  const auto one = hub.Subscribe({BookId{1}});
  const auto all = hub.Subscribe({});

  Publish(hub, {At(1, 1), At(2, 1)});

  EXPECT_THAT(TakeAll(*one), ElementsAre("1.1"));
  EXPECT_THAT(TakeAll(*all), ElementsAre("1.1", "2.1"));
  EXPECT_THAT(TakeAll(*all), IsEmpty());
}

TEST(StockHubTest, ASlowReaderGetsTheLatestOfEachBook) {
  StockHub hub;
  const auto watch = hub.Subscribe({});

  for (int version = 1; version <= 1000; ++version) Publish(hub, {At(1, version), At(2, version)});

  EXPECT_THAT(TakeAll(*watch), ElementsAre("1.1000", "2.1000"));
}

TEST(StockHubTest, VersionsOnlyGrowThoughCommitsArePublishedOutOfOrder) {
  StockHub hub;
  const auto watch = hub.Subscribe({BookId{1}});

  Publish(hub, {At(1, 3)});
  Publish(hub, {At(1, 2)});
  EXPECT_THAT(TakeAll(*watch), ElementsAre("1.3"));
  Publish(hub, {At(1, 1)});
  EXPECT_THAT(TakeAll(*watch), IsEmpty());
}

TEST(StockHubTest, WhatWasSeenElsewhereIsNotToldAgain) {
  StockHub hub;
  const auto watch = hub.Subscribe({BookId{1}});
  Publish(hub, {At(1, 4)});

  watch->Seen(At(1, 4));

  EXPECT_THAT(TakeAll(*watch), IsEmpty());
  Publish(hub, {At(1, 3)});
  Publish(hub, {At(1, 5)});
  EXPECT_THAT(TakeAll(*watch), ElementsAre("1.5"));
}

TEST(StockHubTest, WakesOnceUntilAllIsTaken) {
  StockHub hub;
  const auto watch = hub.Subscribe({});
  int woken = 0;
  watch->SetWaker([&] { ++woken; });

  Publish(hub, {At(1, 1)});
  Publish(hub, {At(2, 1)});
  EXPECT_EQ(woken, 1);
  TakeAll(*watch);
  Publish(hub, {At(1, 2)});
  EXPECT_EQ(woken, 2);
}

TEST(StockHubTest, ForgetsAWatchThatIsGoneAlsoOneThatNamesABookTwice) {
  StockHub hub;
  hub.Subscribe({BookId{1}, BookId{1}}).reset();
  hub.Subscribe({}).reset();

  Publish(hub, {At(1, 1)});

  EXPECT_EQ(hub.watch_count(), 0u);
}

TEST(StockHubTest, ManyWritersAndReadersAtOnceEndWithTheLatest) {
  constexpr int kWriters = 4;
  constexpr std::int64_t kVersions = 2000;
  StockHub hub;
  std::atomic<std::int64_t> next_version = 1;
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, watch = std::shared_ptr(hub.Subscribe({BookId{1}}))] {
      std::int64_t last = 0;
      for (bool over = false; !over || last < kVersions;) {
        over = writing == 0;
        const auto stock = watch->Take();
        if (!stock && over) break;
        if (!stock) continue;
        if (stock->version <= last) ++failures;
        last = stock->version;
      }
      if (last != kVersions) ++failures;
    });
  }
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&] {
      for (std::int64_t version = next_version++; version <= kVersions; version = next_version++) {
        Publish(hub, {At(1, version)});
        hub.Subscribe({BookId{1}}).reset();
      }
      --writing;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace octavo::inventory
