#include "services/inventory/stock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lib/testing/fake_clock.h"
#include "services/inventory/memory_store.h"

namespace octavo::inventory {
namespace {

constexpr int kBooks = 1200;  // More than two pages.

// The store as another process changes it: nobody publishes.
class StockWatchTest : public testing::Test {
 protected:
  StockWatchTest() {
    for (int book = 1; book <= kBooks; ++book) Receive(book);
  }
  void Receive(int book) {
    const std::string request = std::to_string(++requests_);
    ASSERT_TRUE(store_.Receive({.request = RequestId{request}, .copies = {{BookId{book}, 1}}}, FakeClock::kNoon).ok());
  }
  // The reader's first look at a book.
  void See(StockHub::Watch& watch, int book) { watch.Seen(store_.GetStocks(std::vector{BookId{book}}).front()); }

  MemoryStore store_;
  StockHub hub_;
  StockWatch watch_{store_, hub_};
  int requests_ = 0;
};

TEST_F(StockWatchTest, ABookThatIsWatchedIsToldAfterOneTurnAndOnce) {
  const auto watch = hub_.Subscribe({BookId{7}, BookId{1100}});
  See(*watch, 7);
  See(*watch, 1100);
  watch_.Turn();
  EXPECT_EQ(watch->Take(), std::nullopt) << "nothing has changed";

  Receive(1100);
  watch_.Turn();
  watch_.Turn();

  const auto change = watch->Take();
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->book, BookId{1100});
  EXPECT_EQ(change->on_hand, 2);
  EXPECT_EQ(watch->Take(), std::nullopt);
}

TEST_F(StockWatchTest, WhoWatchesEverythingIsToldWithinOneRound) {
  const auto watch = hub_.Subscribe({});
  for (int book = 1; book <= kBooks; ++book) See(*watch, book);

  for (const int book : {1, 600, kBooks, 1}) {
    Receive(book);
    for (int turn = 0; turn < 3; ++turn) watch_.Turn();
    const auto change = watch->Take();
    ASSERT_TRUE(change.has_value()) << book;
    EXPECT_EQ(change->book, BookId{book});
  }
}

TEST_F(StockWatchTest, NobodyWatchesNothingIsRead) {
  watch_.Turn();

  EXPECT_TRUE(hub_.watched().books.empty());
  EXPECT_FALSE(hub_.watched().everything);
}

}  // namespace
}  // namespace octavo::inventory
