#include "services/recommendations/showroom.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/recommendations/test_books.h"

namespace octavo::recommendations {
namespace {

TEST(ShowroomTest, BeginsWithAnEmptyDisplay) {
  const Showroom showroom;

  EXPECT_EQ(showroom.display()->live.assortment->items(), 0U);
  EXPECT_EQ(showroom.display()->challenger.assortment, nullptr);
}

TEST(ShowroomTest, AChangeOfStockIsOnDisplayAtOnce) {
  Showroom showroom;
  showroom.ReplaceBooks(TestBooks());
  showroom.Settle();
  const auto available = [&](int book) {
    const auto display = showroom.display();
    return display->live.available.Contains(display->live.assortment->ItemOf(BookId(book)));
  };
  EXPECT_TRUE(available(3));

  showroom.ReplaceStock({{3, 0}, {4, 1}});
  EXPECT_FALSE(available(3));
  EXPECT_TRUE(available(4));
  EXPECT_FALSE(available(5));

  showroom.PutStock(BookId(3), 2);
  EXPECT_TRUE(available(3));
}

TEST(ShowroomTest, StockThatCameBeforeTheBookCounts) {
  Showroom showroom;
  showroom.ReplaceStock({{1, 1}});

  showroom.ReplaceBooks(TestBooks());
  showroom.Settle();

  const auto display = showroom.display();
  EXPECT_TRUE(display->live.available.Contains(display->live.assortment->ItemOf(BookId(1))));
  EXPECT_FALSE(display->live.available.Contains(display->live.assortment->ItemOf(BookId(2))));
}

TEST(ShowroomTest, AnInventoryThatHasNeverReceivedABookSaysNothing) {
  Showroom showroom;
  showroom.ReplaceBooks(TestBooks());
  showroom.ReplaceStock({});
  showroom.Settle();

  const auto display = showroom.display();
  EXPECT_TRUE(display->live.available.Contains(display->live.assortment->ItemOf(BookId(1))));

  showroom.PutStock(BookId(2), 1);
  const auto later = showroom.display();
  EXPECT_FALSE(later->live.available.Contains(later->live.assortment->ItemOf(BookId(1))));
  EXPECT_TRUE(later->live.available.Contains(later->live.assortment->ItemOf(BookId(2))));
}

TEST(ShowroomTest, KeepsReadyWhatTheAdapterMakesOfABook) {
  Showroom showroom([](const Book& book) { return "<" + book.title + ">"; });
  showroom.ReplaceBooks(TestBooks());
  showroom.Settle();

  const auto assortment = showroom.display()->live.assortment;
  for (int number = 1; number <= 19; ++number) {
    EXPECT_EQ(assortment->RenderedOf(assortment->ItemOf(BookId(number))), "<Book " + std::to_string(number) + ">");
  }
}

TEST(ShowroomTest, TitlesAndNumbersStayTogether) {
  Showroom showroom;
  showroom.ReplaceBooks(TestBooks());
  showroom.SetModels({"m1", TestModel()}, {});
  showroom.PutBook(TestBook(20));
  showroom.Settle();

  const auto assortment = showroom.display()->live.assortment;
  EXPECT_EQ(assortment->items(), 20U);
  for (int number = 1; number <= 20; ++number) {
    const ItemIndex item = assortment->ItemOf(BookId(number));
    EXPECT_EQ(assortment->BookOf(item), BookId(number));
    EXPECT_EQ(assortment->TitleOf(item), "Book " + std::to_string(number));
  }
  EXPECT_EQ(assortment->ItemOf(BookId(21)), recommender::kNoIndex);
}

TEST(ShowroomTest, ReadersAndWritersDoNotDisturbEachOther) {
  Showroom showroom;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      const auto display = showroom.display();
      for (const ItemIndex item : display->live.assortment->all().members) {
        ASSERT_FALSE(display->live.assortment->TitleOf(item).empty());
      }
    }
  });
  for (int round = 0; round < 50; ++round) {
    for (int number = 1; number <= 20; ++number) showroom.PutBook(TestBook(number + round));
    showroom.ReplaceStock({{1, 1}});
    showroom.PutStock(BookId(2), round % 2);
    showroom.Settle();
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace octavo::recommendations
