// What every Store does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/inventory/test_store.h"

namespace octavo::inventory {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;
const BookId kOne{1};
const BookId kTwo{2};
const BookId kNine{9};

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  Stock StockOf(BookId book) {
    const BookId books[] = {book};
    return store_->GetStocks(books)[0];
  }
  void Receive(const std::string& request, const Demand& copies) {
    ASSERT_THAT(store_->Receive(Delivery(request, copies), kNoon), IsOk());
  }
  Status Reserve(const std::string& request, const Demand& demand, Timestamp now = kNoon) {
    TRY(store_->Reserve(Order(request, demand), now));
    return Ok();
  }
  Status Commit(const std::string& request, Timestamp now = kNoon) {
    TRY(store_->Commit(RequestId{request}, now));
    return Ok();
  }
  Status Release(const std::string& request, Timestamp now = kNoon) {
    TRY(store_->Release(RequestId{request}, now));
    return Ok();
  }
  void Allow(BookId book, std::int64_t backorder_max) {
    store_->SetPolicy(book, {.backorder = Backorder::kAllowed, .backorder_max = backorder_max});
  }
  std::vector<std::int64_t> LedgerOf(BookId book) {
    std::vector<std::int64_t> differences;
    for (const Movement& movement : store_->ListMovements(book, INT64_MAX, 100)) {
      differences.insert(differences.begin(), movement.difference);
    }
    return differences;
  }

  TestStore store_{GetParam()};
};

MATCHER_P3(HasCopies, on_hand, reserved, backordered, "") {
  *result_listener << arg.on_hand << " on hand, " << arg.reserved << " reserved, " << arg.backordered << " backordered";
  return arg.on_hand == on_hand && arg.reserved == reserved && arg.backordered == backordered;
}

TEST_P(StoreContractTest, ABookNeverReceivedHasNone) {
  EXPECT_EQ(StockOf(kOne), Stock{.book = kOne});
  EXPECT_THAT(store_->ListStocks(BookId{0}, 10), IsEmpty());
}

TEST_P(StoreContractTest, SeveralAtOnceAreEachByThemselves) {
  Receive("a", {{kOne, 3}, {kTwo, 1}});
  const ReserveOrder orders[] = {Order("r1", {{kOne, 2}}), Order("r2", {{kTwo, 1}, {kOne, 2}}), Order("r3", {{kOne, 1}})};
  const RequestId ids[] = {RequestId{"r3"}, RequestId{"r2"}, RequestId{"r1"}, RequestId{"r1"}};

  const auto reserved = store_->ReserveEach(orders, kNoon);
  const auto committed = store_->CommitEach(ids, kNoon);

  ASSERT_EQ(reserved.size(), 3U);
  EXPECT_THAT(reserved[0], IsOk());
  EXPECT_THAT(reserved[1], HasReason("OUT_OF_STOCK"));
  EXPECT_EQ(reserved[2]->answer.id, RequestId{"r3"});
  ASSERT_EQ(committed.size(), 4U);
  EXPECT_EQ(committed[0]->answer.state, State::kCommitted);
  EXPECT_THAT(committed[1], HasReason("UNKNOWN_RESERVATION"));
  EXPECT_THAT(committed[2], IsOk());
  EXPECT_THAT(committed[3], IsOk());  // Done before, a moment ago.
  EXPECT_THAT(StockOf(kOne), HasCopies(0, 0, 0));
  EXPECT_THAT(StockOf(kTwo), HasCopies(1, 0, 0));
  EXPECT_THAT(LedgerOf(kOne), ElementsAre(3, -1, -2));
}

TEST_P(StoreContractTest, GivesStocksInTheOrderAskedFor) {
  Receive("a", {{kOne, 3}, {kTwo, 5}});
  const BookId books[] = {kTwo, kNine, kOne, kTwo};

  const auto stocks = store_->GetStocks(books);

  EXPECT_THAT(stocks, ElementsAre(HasCopies(5, 0, 0), HasCopies(0, 0, 0), HasCopies(3, 0, 0), HasCopies(5, 0, 0)));
}

TEST_P(StoreContractTest, ReceivingRaisesTheShelfOnceForARequest) {
  const auto first = store_->Receive(Delivery("a", {{kOne, 3}}), kNoon);
  const auto again = store_->Receive(Delivery("a", {{kOne, 3}}), kNoon + 1h);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->stocks.size(), 1u);
  EXPECT_THAT(again->stocks, IsEmpty());
  EXPECT_EQ(again->answer, first->answer);
  EXPECT_EQ(StockOf(kOne).on_hand, 3);
  EXPECT_THAT(LedgerOf(kOne), ElementsAre(3));
}

TEST_P(StoreContractTest, ARequestIdMeansOneThingOnly) {
  Receive("a", {{kOne, 3}});

  EXPECT_THAT(store_->Receive(Delivery("a", {{kOne, 4}}), kNoon), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(store_->Adjust({.request = RequestId{"a"}, .book = kOne, .difference = 3}, kNoon), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 0, 0));
}

TEST_P(StoreContractTest, ReservingHoldsCopiesOfEveryBook) {
  Receive("a", {{kOne, 3}, {kTwo, 5}});

  const auto reserved = store_->Reserve(Order("r", {{kOne, 2}, {kTwo, 5}}), kNoon);

  ASSERT_THAT(reserved, IsOk());
  EXPECT_EQ(reserved->answer.state, State::kOpen);
  EXPECT_EQ(reserved->answer.expires, kNoon + 15min);
  EXPECT_THAT(reserved->answer.lines,
              ElementsAre(ReservedLine{.book = kOne, .quantity = 2}, ReservedLine{.book = kTwo, .quantity = 5}));
  EXPECT_THAT(reserved->stocks, ElementsAre(HasCopies(3, 2, 0), HasCopies(5, 5, 0)));
  EXPECT_THAT(StockOf(kTwo), HasCopies(5, 5, 0));
}

TEST_P(StoreContractTest, ReservingTakesAllLinesOrNone) {
  Receive("a", {{kOne, 3}, {kTwo, 5}});

  const auto refused = store_->Reserve(Order("r", {{kOne, 3}, {kTwo, 6}}), kNoon);

  ASSERT_THAT(refused, HasReason("OUT_OF_STOCK"));
  EXPECT_EQ(refused.error().metadata.at("book"), "books/2");
  EXPECT_EQ(refused.error().metadata.at("available"), "5");
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 0, 0));
  EXPECT_EQ(store_->FindReservation(RequestId{"r"}), std::nullopt);
  EXPECT_THAT(Reserve("r", {{kOne, 3}}), IsOk());  // A refusal does not use the id up.
}

TEST_P(StoreContractTest, ReservingAgainGivesTheSameReservation) {
  Receive("a", {{kOne, 3}});
  const auto first = store_->Reserve(Order("r", {{kOne, 2}}), kNoon);

  const auto again = store_->Reserve(Order("r", {{kOne, 2}}), kNoon + 1min);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->answer, first->answer);
  EXPECT_THAT(again->stocks, IsEmpty());
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 2, 0));
  EXPECT_THAT(Reserve("r", {{kOne, 1}}), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(store_->Reserve(Order("r", {{kOne, 2}}, 1h), kNoon), HasReason("REQUEST_ID_REUSED"));
}

TEST_P(StoreContractTest, CommittingTakesTheCopiesOffTheShelfOnce) {
  Receive("a", {{kOne, 3}});
  ASSERT_THAT(Reserve("r", {{kOne, 2}}), IsOk());

  EXPECT_THAT(Commit("r"), IsOk());
  EXPECT_THAT(Commit("r", kNoon + 100h), IsOk());

  EXPECT_THAT(StockOf(kOne), HasCopies(1, 0, 0));
  EXPECT_THAT(LedgerOf(kOne), ElementsAre(3, -2));
  const Movement sale = store_->ListMovements(kOne, INT64_MAX, 1)[0];
  EXPECT_EQ(sale, (Movement{.book = kOne,
                            .sequence = 2,
                            .difference = -2,
                            .balance = 1,
                            .reason = Reason::kSale,
                            .cause = RequestId{"r"},
                            .created = kNoon}));
  EXPECT_THAT(Reserve("r", {{kOne, 2}}), IsOk());  // The order's driver after a crash: it has them already.
  EXPECT_THAT(StockOf(kOne), HasCopies(1, 0, 0));
}

TEST_P(StoreContractTest, ReleasingFreesTheCopiesOnce) {
  Receive("a", {{kOne, 3}});
  ASSERT_THAT(Reserve("r", {{kOne, 2}}), IsOk());

  EXPECT_THAT(Release("r"), IsOk());
  EXPECT_THAT(Release("r"), IsOk());

  EXPECT_THAT(StockOf(kOne), HasCopies(3, 0, 0));
  EXPECT_THAT(Commit("r"), HasReason("RESERVATION_RELEASED"));
  EXPECT_THAT(Reserve("r", {{kOne, 2}}), HasReason("RESERVATION_RELEASED"));
}

TEST_P(StoreContractTest, ACommittedReservationIsNotReleased) {
  Receive("a", {{kOne, 3}});
  ASSERT_THAT(Reserve("r", {{kOne, 2}}), IsOk());
  ASSERT_THAT(Commit("r"), IsOk());

  EXPECT_THAT(Release("r"), HasReason("RESERVATION_COMMITTED"));
  EXPECT_THAT(StockOf(kOne), HasCopies(1, 0, 0));
}

TEST_P(StoreContractTest, AReleaseThatCameFirstRefusesTheLateReserve) {
  Receive("a", {{kOne, 3}});

  EXPECT_THAT(Release("r"), IsOk());

  EXPECT_THAT(Reserve("r", {{kOne, 2}}), HasReason("RESERVATION_RELEASED"));
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 0, 0));
}

TEST_P(StoreContractTest, UnknownReservationsAreNotCommitted) { EXPECT_THAT(Commit("nobody"), HasReason("UNKNOWN_RESERVATION")); }

TEST_P(StoreContractTest, AReservationPastItsTimeHoldsNothing) {
  Receive("a", {{kOne, 3}, {kTwo, 1}});
  ASSERT_THAT(Reserve("r", {{kOne, 2}, {kTwo, 1}}), IsOk());

  EXPECT_THAT(Reserve("s", {{kOne, 3}}, kNoon + 15min - 1us), HasReason("OUT_OF_STOCK"));
  EXPECT_THAT(Reserve("s", {{kOne, 3}}, kNoon + 15min), IsOk());

  EXPECT_THAT(StockOf(kOne), HasCopies(3, 3, 0));
  EXPECT_THAT(StockOf(kTwo), HasCopies(1, 0, 0));
  EXPECT_EQ(store_->FindReservation(RequestId{"r"})->state, State::kExpired);
  EXPECT_THAT(Commit("r", kNoon + 16min), HasReason("RESERVATION_EXPIRED"));
  EXPECT_THAT(Release("r", kNoon + 16min), IsOk());
  EXPECT_THAT(Reserve("r", {{kOne, 2}, {kTwo, 1}}, kNoon + 16min), HasReason("RESERVATION_EXPIRED"));
}

TEST_P(StoreContractTest, CommittingTooLateIsRefusedEvenWhereNobodyTookTheCopies) {
  Receive("a", {{kOne, 3}});
  ASSERT_THAT(Reserve("r", {{kOne, 2}}), IsOk());

  EXPECT_THAT(Commit("r", kNoon + 15min), HasReason("RESERVATION_EXPIRED"));
  EXPECT_THAT(Release("r", kNoon + 15min), IsOk());
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 0, 0));
}

TEST_P(StoreContractTest, SweepingExpiresWhatIsDue) {
  Receive("a", {{kOne, 9}});
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Reserve("r" + std::to_string(i), {{kOne, 1}}, kNoon + i * 1min), IsOk());

  EXPECT_EQ(store_->Sweep(kNoon + 14min, 10).answer, 0);
  const auto swept = store_->Sweep(kNoon + 17min, 2);

  EXPECT_EQ(swept.answer, 2);
  EXPECT_THAT(swept.stocks, ElementsAre(HasCopies(9, 3, 0)));
  EXPECT_EQ(store_->Sweep(kNoon + 17min, 10).answer, 1);
  EXPECT_THAT(StockOf(kOne), HasCopies(9, 2, 0));
}

TEST_P(StoreContractTest, BeyondTheShelfCopiesArePromisedWhereThePolicyAllows) {
  Receive("a", {{kOne, 3}});
  Allow(kOne, 4);

  const auto reserved = store_->Reserve(Order("r", {{kOne, 5}}), kNoon);

  ASSERT_THAT(reserved, IsOk());
  EXPECT_THAT(reserved->answer.lines, ElementsAre(ReservedLine{.book = kOne, .quantity = 3, .backordered = 2, .waiting = 2}));
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 3, 2));
  const auto refused = store_->Reserve(Order("s", {{kOne, 3}}), kNoon);
  ASSERT_THAT(refused, HasReason("OUT_OF_STOCK"));
  EXPECT_EQ(refused.error().metadata.at("available"), "2");
}

TEST_P(StoreContractTest, CopiesThatComeGoToThoseWhoWaitInTheirOrder) {
  Allow(kOne, 100);
  ASSERT_THAT(Reserve("first", {{kOne, 2}}), IsOk());
  ASSERT_THAT(Reserve("second", {{kOne, 3}}, kNoon + 1s), IsOk());
  ASSERT_THAT(Commit("first"), IsOk());
  EXPECT_THAT(LedgerOf(kOne), IsEmpty());

  Receive("a", {{kOne, 3}});

  EXPECT_THAT(LedgerOf(kOne), ElementsAre(3, -2));  // The first has been sold; the second holds one.
  EXPECT_THAT(StockOf(kOne), HasCopies(1, 1, 2));
  EXPECT_EQ(store_->FindReservation(RequestId{"second"})->lines[0].waiting, 2);
  ASSERT_THAT(Commit("second"), IsOk());
  Receive("b", {{kOne, 10}});
  EXPECT_THAT(LedgerOf(kOne), ElementsAre(3, -2, -1, 10, -2));
  EXPECT_THAT(StockOf(kOne), HasCopies(8, 0, 0));
}

TEST_P(StoreContractTest, CopiesThatAreReleasedGoToThoseWhoWait) {
  Receive("a", {{kOne, 2}});
  Allow(kOne, 10);
  ASSERT_THAT(Reserve("holder", {{kOne, 2}}), IsOk());
  ASSERT_THAT(Reserve("waiter", {{kOne, 3}}, kNoon + 1s), IsOk());
  ASSERT_THAT(Reserve("leaver", {{kOne, 1}}, kNoon + 2s), IsOk());

  EXPECT_THAT(Release("holder"), IsOk());
  EXPECT_THAT(Release("leaver"), IsOk());

  EXPECT_THAT(StockOf(kOne), HasCopies(2, 2, 1));
  EXPECT_EQ(store_->FindReservation(RequestId{"waiter"})->lines[0].held(), 2);
}

TEST_P(StoreContractTest, CopiesOfAnOrderAreTakenBack) {
  Receive("a", {{kOne, 3}, {kTwo, 1}});
  ASSERT_THAT(Reserve("r", {{kOne, 3}, {kTwo, 1}}), IsOk());
  const auto take_back = [&](const std::string& request, Demand copies) {
    return store_->TakeBack({.request = RequestId{request}, .reservation = RequestId{"r"}, .copies = copies}, kNoon);
  };
  EXPECT_THAT(take_back("early", {}), HasReason("RESERVATION_NOT_COMMITTED"));
  ASSERT_THAT(Commit("r"), IsOk());

  ASSERT_THAT(take_back("one", {{kOne, 1}}), IsOk());
  ASSERT_THAT(take_back("one", {{kOne, 1}}), IsOk());

  EXPECT_THAT(StockOf(kOne), HasCopies(1, 0, 0));
  EXPECT_THAT(take_back("one", {{kOne, 2}}), HasReason("REQUEST_ID_REUSED"));
  EXPECT_THAT(take_back("two", {{kOne, 3}}), HasReason("RETURN_TOO_MANY"));
  EXPECT_THAT(take_back("two", {{kNine, 1}}), HasReason("INVALID_FIELD"));
  ASSERT_THAT(take_back("rest", {}), IsOk());
  EXPECT_THAT(StockOf(kOne), HasCopies(3, 0, 0));
  EXPECT_THAT(StockOf(kTwo), HasCopies(1, 0, 0));
  EXPECT_THAT(LedgerOf(kOne), ElementsAre(3, -3, 1, 2));
  EXPECT_THAT(store_->TakeBack({.request = RequestId{"x"}, .reservation = RequestId{"nobody"}}, kNoon),
              HasReason("UNKNOWN_RESERVATION"));
}

TEST_P(StoreContractTest, CopiesStillWaitedForAreStruckOffFirst) {
  Receive("a", {{kOne, 1}});
  Allow(kOne, 10);
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());
  ASSERT_THAT(Commit("r"), IsOk());

  const auto taken = store_->TakeBack({.request = RequestId{"b"}, .reservation = RequestId{"r"}, .copies = {{kOne, 3}}}, kNoon);

  ASSERT_THAT(taken, IsOk());
  EXPECT_THAT(taken->answer.lines,
              ElementsAre(ReservedLine{.book = kOne, .quantity = 1, .backordered = 2, .returned = 1, .cancelled = 2}));
  EXPECT_THAT(StockOf(kOne), HasCopies(1, 0, 0));
  Receive("c", {{kOne, 5}});
  EXPECT_THAT(StockOf(kOne), HasCopies(6, 0, 0));
}

TEST_P(StoreContractTest, WhatDoesNotComeBackIsWaitedForNoMore) {
  Receive("a", {{kOne, 1}});
  Allow(kOne, 10);
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());
  ASSERT_THAT(Commit("r"), IsOk());
  const auto strike_off = [&](const std::string& request, const Demand& copies) {
    return store_->TakeBack(
        {.request = RequestId{request}, .reservation = RequestId{"r"}, .copies = copies, .only_waiting = true}, kNoon);
  };

  const auto one = strike_off("b", {{kOne, 1}});
  ASSERT_THAT(strike_off("b", {{kOne, 1}}), IsOk());
  const auto all = strike_off("c", {{kOne, 2}});  // One is waited for, the other was handed over and is not seen again.

  ASSERT_THAT(one, IsOk());
  EXPECT_THAT(one->answer.lines,
              ElementsAre(ReservedLine{.book = kOne, .quantity = 1, .backordered = 2, .waiting = 1, .cancelled = 1}));
  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(all->answer.lines, ElementsAre(ReservedLine{.book = kOne, .quantity = 1, .backordered = 2, .cancelled = 2}));
  EXPECT_THAT(LedgerOf(kOne), ElementsAre(1, -1));
  EXPECT_THAT(store_->TakeBack({.request = RequestId{"b"}, .reservation = RequestId{"r"}, .copies = {{kOne, 1}}}, kNoon),
              HasReason("REQUEST_ID_REUSED"));
  Receive("d", {{kOne, 5}});
  EXPECT_THAT(StockOf(kOne), HasCopies(5, 0, 0));
}

TEST_P(StoreContractTest, AdjustingNeverGoesBelowWhatIsReserved) {
  Receive("a", {{kOne, 5}});
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());
  const auto adjust = [&](const std::string& request, std::int64_t difference, Timestamp now) {
    return store_->Adjust(
        {.request = RequestId{request}, .book = kOne, .difference = difference, .reason = Reason::kDamage, .note = "wet"}, now);
  };

  EXPECT_THAT(adjust("b", -3, kNoon), HasReason("BELOW_RESERVED"));
  EXPECT_THAT(adjust("b", -2, kNoon), IsOk());
  EXPECT_THAT(adjust("b", -2, kNoon), IsOk());

  EXPECT_THAT(StockOf(kOne), HasCopies(3, 3, 0));
  EXPECT_EQ(store_->ListMovements(kOne, INT64_MAX, 1)[0].note, "wet");
  EXPECT_THAT(adjust("c", -1, kNoon + 15min), IsOk());  // The reservation has had its time.
  EXPECT_THAT(StockOf(kOne), HasCopies(2, 0, 0));
}

TEST_P(StoreContractTest, CountingSetsTheShelf) {
  Receive("a", {{kOne, 5}});
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());
  const auto count = [&](const std::string& request, std::int64_t on_hand) {
    return store_->SetCounted({.request = RequestId{request}, .book = kOne, .on_hand = on_hand}, kNoon);
  };

  EXPECT_THAT(count("b", 2), HasReason("BELOW_RESERVED"));
  EXPECT_THAT(count("b", 7), IsOk());
  EXPECT_THAT(count("same", 7), IsOk());
  Receive("later", {{kOne, 1}});
  EXPECT_THAT(count("b", 7), IsOk());  // Counted before the last delivery, and only once.

  EXPECT_THAT(LedgerOf(kOne), ElementsAre(5, 2, 1));
  EXPECT_THAT(StockOf(kOne), HasCopies(8, 3, 0));
}

TEST_P(StoreContractTest, EveryChangeOfABookRaisesItsVersionByOne) {
  Receive("a", {{kOne, 5}, {kTwo, 1}});
  EXPECT_EQ(StockOf(kOne).version, 1);
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());
  ASSERT_THAT(Commit("r"), IsOk());
  Allow(kOne, 5);
  Allow(kOne, 5);
  ASSERT_THAT(Reserve("r2", {{kOne, 300}}), HasReason("OUT_OF_STOCK"));

  EXPECT_EQ(StockOf(kOne).version, 4);
  EXPECT_EQ(StockOf(kTwo).version, 1);
}

TEST_P(StoreContractTest, PoliciesAreKeptAndLowStockIsListed) {
  const Policy policy{.backorder = Backorder::kPreorder,
                      .backorder_max = 7,
                      .backorder_days = 3,
                      .available_time = kNoon + 24h,
                      .low_stock_threshold = 2};
  EXPECT_EQ(store_->SetPolicy(kOne, policy).answer.policy, policy);
  store_->SetPolicy(kTwo, {.low_stock_threshold = 2});
  store_->SetPolicy(kNine, {.low_stock_threshold = 2});
  Receive("a", {{kTwo, 3}, {kNine, 3}, {BookId{5}, 1}});
  EXPECT_THAT(store_->ListLowStocks(BookId{0}, 10), ElementsAre(Field(&Stock::book, kOne)));

  ASSERT_THAT(Reserve("r", {{kTwo, 1}}), IsOk());

  EXPECT_THAT(store_->ListLowStocks(BookId{0}, 10), ElementsAre(Field(&Stock::book, kOne), Field(&Stock::book, kTwo)));
  EXPECT_THAT(store_->ListLowStocks(BookId{0}, 1), ElementsAre(Field(&Stock::book, kOne)));
  EXPECT_THAT(store_->ListLowStocks(kOne, 10), ElementsAre(Field(&Stock::book, kTwo)));
  EXPECT_EQ(StockOf(kOne).policy, policy);
}

TEST_P(StoreContractTest, ListsStocksAndMovementsPageByPage) {
  for (int i = 1; i <= 5; ++i) Receive("a" + std::to_string(i), {{kOne, i}, {BookId{10 + i}, 1}});

  EXPECT_THAT(store_->ListStocks(BookId{0}, 2), ElementsAre(Field(&Stock::book, kOne), Field(&Stock::book, BookId{11})));
  EXPECT_THAT(store_->ListStocks(BookId{14}, 9), ElementsAre(Field(&Stock::book, BookId{15})));
  EXPECT_THAT(store_->ListMovements(kOne, INT64_MAX, 2),
              ElementsAre(Field(&Movement::sequence, 5), Field(&Movement::sequence, 4)));
  EXPECT_THAT(store_->ListMovements(kOne, 2, 9), ElementsAre(Field(&Movement::sequence, 1)));
}

TEST_P(StoreContractTest, TellsTheLastBookWithAStock) {
  EXPECT_EQ(store_->LastBook(kTwo), BookId{0});
  Receive("a", {{kOne, 1}, {kTwo, 1}});

  EXPECT_EQ(store_->LastBook(BookId{1'000'000}), kTwo);
  EXPECT_EQ(store_->LastBook(kTwo), kTwo);
  EXPECT_EQ(store_->LastBook(kOne), kOne);
}

TEST_P(StoreContractTest, TakesTheLargestOrder) {
  Demand all;
  for (int i = 1; i <= static_cast<int>(kReservedLinesMax); ++i) all[BookId{i}] = i;
  Receive("a", all);

  ASSERT_THAT(Reserve("r", all), IsOk());
  ASSERT_THAT(Commit("r"), IsOk());

  EXPECT_EQ(store_->FindReservation(RequestId{"r"})->lines.size(), all.size());
  EXPECT_THAT(StockOf(BookId{500}), HasCopies(0, 0, 0));
}

TEST_P(StoreContractTest, RemembersEverythingAcrossARestart) {
  Receive("a", {{kOne, 5}});
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());

  store_.Reopen();

  EXPECT_THAT(StockOf(kOne), HasCopies(5, 3, 0));
  ASSERT_THAT(Reserve("r", {{kOne, 3}}), IsOk());
  ASSERT_THAT(Commit("r"), IsOk());
  Receive("a", {{kOne, 5}});
  EXPECT_THAT(StockOf(kOne), HasCopies(2, 0, 0));
}

TEST_P(StoreContractTest, TellsFactsThatAgree) {
  Receive("a", {{kOne, 5}, {kTwo, 2}});
  Allow(kTwo, 9);
  ASSERT_THAT(Reserve("sold", {{kOne, 1}, {kTwo, 3}}), IsOk());
  ASSERT_THAT(Commit("sold"), IsOk());
  ASSERT_THAT(Reserve("open", {{kOne, 2}}), IsOk());
  ASSERT_THAT(Reserve("left", {{kOne, 2}}), IsOk());
  ASSERT_THAT(Release("left"), IsOk());

  const auto facts = store_->ReadFacts(BookId{0}, 10);

  ASSERT_EQ(facts.size(), 2u);
  EXPECT_EQ(facts[0].stock, StockOf(kOne));
  EXPECT_EQ(facts[0].ledger_sum, 4);
  EXPECT_EQ(facts[0].ledger_entries, 2);
  EXPECT_EQ(facts[0].ledger_last_sequence, 2);
  EXPECT_EQ(facts[0].ledger_last_balance, 4);
  EXPECT_EQ(facts[0].ledger_breaks, 0);
  EXPECT_EQ(facts[0].ledger_sold, 1);
  EXPECT_EQ(facts[0].open_held, 2);
  EXPECT_EQ(facts[0].committed_held, 1);
  EXPECT_EQ(facts[0].waiting, 0);
  EXPECT_EQ(facts[0].closed_waiting, 0);
  EXPECT_EQ(facts[1].waiting, 1);
  EXPECT_EQ(facts[1].committed_held, 2);
  EXPECT_EQ(store_->ReadFacts(BookId{0}, 1).size(), 1u);
  EXPECT_EQ(store_->ReadFacts(kOne, 9).size(), 1u);
  EXPECT_THAT(store_->ReadFacts(kTwo, 9), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::inventory
