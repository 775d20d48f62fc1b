// The pool and the cache, without any database: these run under ThreadSanitizer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lib/db/lines.h"
#include "lib/db/pool.h"
#include "lib/db/sql_text.h"
#include "lib/db/statement_cache.h"

namespace octavo::db {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<int> MakeZero() { return std::make_unique<int>(0); }

TEST(PoolTest, ReusesWhatIsGivenBack) {
  int made = 0;
  Pool<int> pool({.items_max = 2}, [&] { return std::make_unique<int>(++made); });
  { const auto lease = pool.Take(); }
  const auto again = pool.Take();

  EXPECT_EQ(*again, 1);
  EXPECT_EQ(made, 1);
}

TEST(PoolTest, ReplacesWhatIsDiscardedOrDropped) {
  int made = 0;
  Pool<int> pool({.items_max = 1}, [&] { return std::make_unique<int>(++made); });
  {
    auto lease = pool.Take();
    lease.Discard();
  }
  { EXPECT_EQ(*pool.Take(), 2); }
  pool.DropIdle();
  EXPECT_EQ(*pool.Take(), 3);
}

TEST(PoolTest, RefusesTheWaiterThatIsTooMany) {
  Pool<int> pool({.items_max = 1, .waiting_max = 0, .wait_max = std::chrono::hours(1)}, MakeZero);
  const auto lease = pool.Take();
  EXPECT_THROW((void)pool.Take(), Overloaded);
}

TEST(PoolTest, RefusesWhoWaitedTooLong) {
  Pool<int> pool({.items_max = 1, .waiting_max = 1, .wait_max = milliseconds(1)}, MakeZero);
  const auto lease = pool.Take();
  EXPECT_THROW((void)pool.Take(), Overloaded);
  EXPECT_EQ(pool.waiting(), 0);
}

TEST(PoolTest, AFailureToMakeFreesThePlace) {
  int tries = 0;
  Pool<int> pool({.items_max = 1}, [&]() -> std::unique_ptr<int> {
    if (++tries == 1) throw Unavailable("not yet");
    return MakeZero();
  });
  EXPECT_THROW((void)pool.Take(), Unavailable);
  EXPECT_NO_THROW((void)pool.Take());
}

TEST(PoolTest, NeverLendsAnItemTwiceAtOnce) {
  Pool<int> pool({.items_max = 3, .waiting_max = 8, .wait_max = std::chrono::minutes(1)}, MakeZero);
  std::vector<std::thread> threads;
  std::atomic<int> used_at_once = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        const auto lease = pool.Take();
        EXPECT_LE(++used_at_once, 3);
        ++*lease;  // A race, if another thread has it too.
        --used_at_once;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(StatementCacheTest, MakesRoomByTheLeastRecentlyUsed) {
  StatementCache<std::string> cache(2);
  cache.Insert("a", "A");
  cache.Insert("b", "B");
  ASSERT_NE(cache.Find("a"), nullptr);

  EXPECT_EQ(cache.MakeRoom(), "B");
  EXPECT_EQ(cache.MakeRoom(), std::nullopt);
  cache.Insert("c", "C");
  EXPECT_EQ(*cache.Find("a"), "A");
  EXPECT_EQ(cache.Find("b"), nullptr);
  EXPECT_EQ(*cache.Find("c"), "C");
}

TEST(LinesTest, WhatIsJoinedComesBackAlsoWhereItIsEmpty) {
  for (const std::vector<std::string>& lines :
       {std::vector<std::string>{}, {"one"}, {"one", "two"}, {""}, {"", "two"}, {"one", ""}}) {
    EXPECT_EQ(SplitLines(JoinLines(lines)), lines);
  }
}

TEST(LinesTest, OlderRowsHaveNoLineEndBehindTheLast) {
  EXPECT_EQ(SplitLines("one\ntwo"), (std::vector<std::string>{"one", "two"}));
}

TEST(SqlTextTest, NumbersParameters) {
  EXPECT_EQ(Placeholders(1), "$1");
  EXPECT_EQ(Placeholders(3), "$1,$2,$3");
  EXPECT_EQ(Placeholders(2, 5), "$5,$6");
  EXPECT_EQ(Tuples(1, 1), "($1)");
  EXPECT_EQ(Tuples(2, 3), "($1,$2,$3),($4,$5,$6)");
}

TEST(SqlTextTest, ShortensLongStatements) {
  EXPECT_EQ(ForMessage("SELECT 1"), "SELECT 1");
  EXPECT_EQ(ForMessage(std::string(1000, 'x')), std::string(300, 'x') + "...");
}

}  // namespace
}  // namespace octavo::db
