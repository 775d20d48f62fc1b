// What every Store does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "lib/base/failure.h"
#include "lib/testing/matchers.h"
#include "services/cart/audit.h"
#include "services/cart/test_store.h"

namespace octavo::cart {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;
const CartId kGuest{"v-1"};
const CartId kCustomer{"c-7"};
const Seen kSeen{
    .title = "Dune", .authors = "Frank Herbert", .price = Money(1290, Currency::Eur()), .availability = Availability::kToOrder};

// "1x2" for two copies of book 1, "1x2 later" where saved for later.
std::vector<std::string> Lines(const Cart& cart) {
  std::vector<std::string> lines;
  for (const Line& line : cart.lines) {
    lines.push_back(std::to_string(line.book.value()) + "x" + std::to_string(line.quantity) +
                    (line.saved_for_later ? " later" : ""));
  }
  return lines;
}

// The change that a request asks for is its fingerprint here.
Change By(const CartId& cart, const std::string& request, std::int64_t fingerprint = 1) {
  return {.cart = cart, .request_id = request, .fingerprint = fingerprint};
}

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  Result<Cart> Put(const CartId& cart, std::int64_t book, std::int64_t quantity, const std::string& request) {
    const auto add = [&](Cart& to) { return Add(to, BookId{book}, quantity, kSeen, kNoon); };
    return store_->Write(By(cart, request), add, kNoon);
  }

  TestStore store_{GetParam()};
};

TEST_P(StoreContractTest, ACartThatNobodyWroteToIsEmpty) { EXPECT_EQ(store_->Find(kGuest), Cart{.id = kGuest}); }

TEST_P(StoreContractTest, RemembersEverythingOfACartAcrossARestart) {
  ASSERT_THAT(Put(kGuest, 3, 2, "a"), IsOk());
  ASSERT_THAT(Put(kGuest, 1, 1, "b"), IsOk());
  const auto change = [](Cart& cart) -> Status {
    cart.codes = {"SPRING", "ß ü"};
    return SetSavedForLater(cart, BookId{3}, true);
  };
  const auto written = store_->Write(By(kGuest, "c"), change, kNoon + 1h);
  ASSERT_THAT(written, IsOk());

  store_.Reopen();

  const Cart cart = store_->Find(kGuest);
  EXPECT_EQ(cart, *written);
  EXPECT_THAT(Lines(cart), ElementsAre("3x2 later", "1x1"));
  EXPECT_THAT(cart.codes, ElementsAre("SPRING", "ß ü"));
  EXPECT_EQ(cart.lines[0].seen, kSeen);
  EXPECT_EQ(cart.lines[0].added, kNoon);
  EXPECT_EQ(cart.version, 3);
  EXPECT_EQ(cart.updated, kNoon + 1h);
}

TEST_P(StoreContractTest, AChangeIsDoneOnce) {
  const auto first = Put(kGuest, 1, 2, "a");
  EXPECT_EQ(*store_->FindDone(By(kGuest, "a")), *first);
  EXPECT_EQ(*store_->FindDone(By(kGuest, "b")), std::nullopt);
  EXPECT_EQ(*store_->FindDone(By(kCustomer, "a")), std::nullopt);

  const auto again = Put(kGuest, 1, 2, "a");

  EXPECT_EQ(*again, *first);
  EXPECT_THAT(Lines(store_->Find(kGuest)), ElementsAre("1x2"));
  EXPECT_THAT(store_->FindDone(By(kGuest, "a", 2)), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(store_->Write(
                  By(kGuest, "a", 2), [](Cart&) { return Ok(); }, kNoon),
              HasReason("REQUEST_ID_REUSED"));
}

TEST_P(StoreContractTest, AChangeThatFailsChangesNothingAndMayBeTriedAgain) {
  const auto fail = [](Cart& cart) -> Status {
    cart.codes = {"X"};
    return Error{Code::kNotFound, "UNKNOWN_LINE", "told to"};
  };

  EXPECT_THAT(store_->Write(By(kGuest, "a"), fail, kNoon), HasReason("UNKNOWN_LINE"));

  EXPECT_EQ(store_->Find(kGuest), Cart{.id = kGuest});
  EXPECT_THAT(Put(kGuest, 1, 1, "a"), IsOk());
}

TEST_P(StoreContractTest, TwoTabsNeverLoseALine) {
  ASSERT_THAT(Put(kGuest, 1, 1, "a"), IsOk());
  const std::int64_t seen_by_both = Put(kGuest, 2, 1, "b")->version;
  const auto remove = [&](std::int64_t book, const std::string& request) {
    Change change = By(kGuest, request);
    change.expected_version = seen_by_both;
    return store_->Write(
        change, [&](Cart& cart) { return SetQuantity(cart, BookId{book}, 0); }, kNoon);
  };

  EXPECT_THAT(remove(1, "tab one"), IsOk());
  EXPECT_THAT(remove(2, "tab two"), HasReason("ETAG_MISMATCH"));

  EXPECT_THAT(Lines(store_->Find(kGuest)), ElementsAre("2x1"));
  EXPECT_THAT(remove(1, "tab one"), IsOk());  // Repeated, though its etag is old by now.
}

TEST_P(StoreContractTest, ACartThatStaysTheSameKeepsItsVersion) {
  const std::int64_t version = Put(kGuest, 1, 2, "a")->version;

  const auto same = store_->Write(
      By(kGuest, "b"), [](Cart& cart) { return SetQuantity(cart, BookId{1}, 2); }, kNoon);

  EXPECT_EQ(same->version, version);
}

TEST_P(StoreContractTest, MergingNeitherLosesNorDoubles) {
  ASSERT_THAT(Put(kGuest, 1, 3, "a"), IsOk());
  ASSERT_THAT(Put(kGuest, 2, 1, "b"), IsOk());
  ASSERT_THAT(Put(kCustomer, 5, 1, "a"), IsOk());
  ASSERT_THAT(Put(kCustomer, 1, 2, "b"), IsOk());

  const auto merged = store_->MergeFrom(kGuest, By(kCustomer, "m"), kNoon);
  const auto again = store_->MergeFrom(kGuest, By(kCustomer, "m"), kNoon);
  const auto anew = store_->MergeFrom(kGuest, By(kCustomer, "n"), kNoon);

  ASSERT_THAT(merged, IsOk());
  EXPECT_THAT(Lines(*merged), ElementsAre("5x1", "1x3", "2x1"));
  EXPECT_EQ(*again, *merged);
  EXPECT_EQ(*anew, *merged);
  EXPECT_EQ(store_->Find(kCustomer), *merged);
  EXPECT_THAT(Lines(store_->Find(kGuest)), IsEmpty());
  EXPECT_THAT(store_->MergeFrom(kGuest, By(kCustomer, "m", 2), kNoon), HasReason("REQUEST_ID_REUSED"));
}

TEST_P(StoreContractTest, AnOrderClearsTheCartOnce) {
  ASSERT_THAT(Put(kGuest, 1, 3, "a"), IsOk());
  ASSERT_THAT(Put(kGuest, 2, 1, "b"), IsOk());
  const Ordered ordered{.cart = kGuest, .order = "orders/1", .copies = {{BookId{1}, 1}, {BookId{2}, 5}, {BookId{9}, 1}}};

  EXPECT_THAT(Lines(store_->ClearOrdered(ordered, kNoon)), ElementsAre("1x2"));
  EXPECT_THAT(Lines(store_->ClearOrdered(ordered, kNoon)), ElementsAre("1x2"));

  EXPECT_THAT(Put(kGuest, 2, 1, "b"), IsOk());  // Asked for again from before the order.
  EXPECT_THAT(Lines(store_->Find(kGuest)), ElementsAre("1x2"));
}

TEST_P(StoreContractTest, OfADeletedCartNothingIsLeft) {
  ASSERT_THAT(Put(kGuest, 1, 3, "a"), IsOk());
  ASSERT_THAT(Put(kCustomer, 2, 1, "a"), IsOk());
  store_->ClearOrdered({.cart = kGuest, .order = "orders/1", .copies = {{BookId{9}, 1}}}, kNoon);

  store_->Delete(kGuest);
  store_->Delete(kGuest);

  EXPECT_EQ(store_->Find(kGuest), Cart{.id = kGuest});
  EXPECT_THAT(Lines(store_->Find(kCustomer)), ElementsAre("2x1"));
  EXPECT_EQ(store_->ReadFacts().lines, 1);
  // What was done to it is forgotten too: the same keys are new ones.
  EXPECT_THAT(Put(kGuest, 1, 2, "a"), IsOk());
  const Ordered ordered{.cart = kGuest, .order = "orders/1", .copies = {{BookId{1}, 1}}};
  EXPECT_THAT(Lines(store_->ClearOrdered(ordered, kNoon)), ElementsAre("1x1"));
}

TEST_P(StoreContractTest, AnOrderEventIsAppliedOnceWithItsPosition) {
  ASSERT_THAT(Put(kGuest, 1, 3, "a"), IsOk());
  const auto order = [](const std::string& name) { return Ordered{.cart = kGuest, .order = name, .copies = {{BookId{1}, 1}}}; };
  EXPECT_EQ(store_->FollowedPosition(), 0);

  store_->FollowTo(4, {order("orders/1")}, kNoon);
  store_->FollowTo(4, {order("orders/1")}, kNoon);
  store_->FollowTo(3, {order("orders/0")}, kNoon);  // Behind what is known: never.
  store_->FollowTo(9, {}, kNoon);

  EXPECT_EQ(store_->FollowedPosition(), 9);
  EXPECT_THAT(Lines(store_->Find(kGuest)), ElementsAre("1x2"));
  store_.Reopen();
  store_->FollowAnew();
  EXPECT_EQ(store_->FollowedPosition(), 0);
  store_->FollowTo(1, {order("orders/1")}, kNoon);
  EXPECT_THAT(Lines(store_->Find(kGuest)), ElementsAre("1x2"));  // Known by the order.
  store_->FollowTo(3, {order("orders/2"), order("orders/1"), order("orders/3")}, kNoon);
  EXPECT_THAT(Lines(store_->Find(kGuest)), ElementsAre());
}

TEST_P(StoreContractTest, TellsTheLastBookThatLiesInACart) {
  EXPECT_EQ(store_->LastBook(BookId{9}), BookId{0});
  ASSERT_THAT(Put(kGuest, 3, 1, "a"), IsOk());
  ASSERT_THAT(Put(kCustomer, 7, 1, "b"), IsOk());

  EXPECT_EQ(store_->LastBook(BookId{9}), BookId{7});
  EXPECT_EQ(store_->LastBook(BookId{6}), BookId{3});
}

TEST_P(StoreContractTest, WhatWasSeenIsRecordedWithoutAChange) {
  const Cart before = *Put(kGuest, 1, 1, "a");
  const Seen seen{.title = "Dune", .authors = "F. Herbert", .price = std::nullopt, .availability = Availability::kSoldOut};

  store_->RecordSeen(kGuest, {{BookId{1}, seen}, {BookId{2}, seen}});
  store_->RecordSeen(kCustomer, {{BookId{1}, seen}});

  const Cart after = store_->Find(kGuest);
  EXPECT_EQ(after.lines[0].seen, seen);
  EXPECT_EQ(after.version, before.version);
  EXPECT_EQ(after.lines.size(), 1u);
}

TEST_P(StoreContractTest, RequestsAreRememberedForThirtyDays) {
  ASSERT_THAT(Put(kGuest, 1, 1, "a"), IsOk());
  const auto nothing = [](Cart&) { return Ok(); };

  ASSERT_THAT(store_->Write(By(kGuest, "b"), nothing, kNoon + kRequestsKept), IsOk());
  EXPECT_THAT(*store_->FindDone(By(kGuest, "a")), testing::Ne(std::nullopt));
  ASSERT_THAT(store_->Write(By(kGuest, "c"), nothing, kNoon + kRequestsKept + 1us), IsOk());
  EXPECT_EQ(*store_->FindDone(By(kGuest, "a")), std::nullopt);
}

TEST_P(StoreContractTest, ManyTabsAtOnceLoseNothing) {
  constexpr int kTabs = 16;
  constexpr int kBooks = 5;
  std::atomic<int> failed = 0;
  std::latch start(kTabs);
  std::vector<std::thread> threads;
  for (int tab = 0; tab < kTabs; ++tab) {
    threads.emplace_back([&, tab] {
      start.arrive_and_wait();
      for (int book = 1; book <= kBooks; ++book) {
        // Each says it twice, as a double click does; what others made impossible is said again.
        for (int click = 0; click < 2;) {
          try {
            if (!Put(kGuest, book, 1, std::to_string(tab) + "-" + std::to_string(book)).ok()) ++failed;
            ++click;
          } catch (const Failure& failure) {
            if (failure.error().code != Code::kAborted) throw;
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(failed, 0);
  EXPECT_EQ(store_->Find(kGuest).item_count(), kTabs * kBooks);
  EXPECT_EQ(store_->Find(kGuest).version, kTabs * kBooks);
  EXPECT_THAT(Audit(*store_).violations, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::cart
