#include "services/recommendations/snapshot_keeper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/recommendations/test_books.h"

namespace octavo::recommendations {
namespace {

class SnapshotKeeperTest : public testing::Test {
 protected:
  const SystemClock clock_;
  const std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  SnapshotKeeper snapshots_{*log_, metrics_};
};

TEST_F(SnapshotKeeperTest, BeginsWithAnEmptySnapshot) {
  EXPECT_EQ(snapshots_.current()->live.assortment->items(), 0U);
  EXPECT_EQ(snapshots_.current()->challenger.assortment, nullptr);
}

TEST_F(SnapshotKeeperTest, AChangeOfStockMakesANewSnapshotAtOnce) {
  snapshots_.ReplaceBooks(TestBooks());
  snapshots_.WaitUntilCurrent();
  const auto available = [&](int book) {
    const auto snapshot = snapshots_.current();
    return snapshot->live.available.Contains(snapshot->live.assortment->ItemOf(BookId(book)));
  };
  EXPECT_TRUE(available(3));

  snapshots_.ReplaceStock({{3, 0}, {4, 1}});
  EXPECT_FALSE(available(3));
  EXPECT_TRUE(available(4));
  EXPECT_FALSE(available(5));

  snapshots_.PutStock(BookId(3), 2);
  EXPECT_TRUE(available(3));
}

TEST_F(SnapshotKeeperTest, StockThatCameBeforeTheBookCounts) {
  snapshots_.ReplaceStock({{1, 1}});

  snapshots_.ReplaceBooks(TestBooks());
  snapshots_.WaitUntilCurrent();

  const auto snapshot = snapshots_.current();
  EXPECT_TRUE(snapshot->live.available.Contains(snapshot->live.assortment->ItemOf(BookId(1))));
  EXPECT_FALSE(snapshot->live.available.Contains(snapshot->live.assortment->ItemOf(BookId(2))));
}

TEST_F(SnapshotKeeperTest, AnInventoryThatHasNeverReceivedABookSaysNothing) {
  snapshots_.ReplaceBooks(TestBooks());
  snapshots_.ReplaceStock({});
  snapshots_.WaitUntilCurrent();

  const auto snapshot = snapshots_.current();
  EXPECT_TRUE(snapshot->live.available.Contains(snapshot->live.assortment->ItemOf(BookId(1))));

  snapshots_.PutStock(BookId(2), 1);
  const auto later = snapshots_.current();
  EXPECT_FALSE(later->live.available.Contains(later->live.assortment->ItemOf(BookId(1))));
  EXPECT_TRUE(later->live.available.Contains(later->live.assortment->ItemOf(BookId(2))));
}

TEST_F(SnapshotKeeperTest, KeepsReadyWhatTheAdapterMakesOfABook) {
  SnapshotKeeper snapshots(*log_, metrics_, [](const Book& book) { return "<" + book.title + ">"; });
  snapshots.ReplaceBooks(TestBooks());
  snapshots.WaitUntilCurrent();

  const auto assortment = snapshots.current()->live.assortment;
  for (int number = 1; number <= 19; ++number) {
    EXPECT_EQ(assortment->RenderedOf(assortment->ItemOf(BookId(number))), "<Book " + std::to_string(number) + ">");
  }
}

TEST_F(SnapshotKeeperTest, TitlesAndNumbersStayTogether) {
  snapshots_.ReplaceBooks(TestBooks());
  snapshots_.SetModels({"m1", TestModel()}, {});
  snapshots_.PutBook(TestBook(20));
  snapshots_.WaitUntilCurrent();

  const auto assortment = snapshots_.current()->live.assortment;
  EXPECT_EQ(assortment->items(), 20U);
  for (int number = 1; number <= 20; ++number) {
    const ItemIndex item = assortment->ItemOf(BookId(number));
    EXPECT_EQ(assortment->BookOf(item), BookId(number));
    EXPECT_EQ(assortment->TitleOf(item), "Book " + std::to_string(number));
  }
  EXPECT_EQ(assortment->ItemOf(BookId(21)), recommender::kNoIndex);
}

TEST_F(SnapshotKeeperTest, ReadersAndWritersDoNotDisturbEachOther) {
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      const auto snapshot = snapshots_.current();
      for (const ItemIndex item : snapshot->live.assortment->all().members) {
        ASSERT_FALSE(snapshot->live.assortment->TitleOf(item).empty());
      }
    }
  });
  for (int round = 0; round < 50; ++round) {
    for (int number = 1; number <= 20; ++number) snapshots_.PutBook(TestBook(number + round));
    snapshots_.ReplaceStock({{1, 1}});
    snapshots_.PutStock(BookId(2), round % 2);
    snapshots_.WaitUntilCurrent();
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace octavo::recommendations
