// What every Store does, held against the memory fake, SQLite and PostgreSQL.
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "lib/testing/matchers.h"
#include "lib/testing/test_store.h"
#include "services/transactions/domain/returns.h"
#include "services/transactions/memory_store.h"
#include "services/transactions/migrations.h"
#include "services/transactions/sql_store.h"
#include "services/transactions/testing/orders.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

constexpr Timestamp kNow = FakeClock::kNoon;

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  static Intent ExampleIntent(int n = 1) {
    Intent intent{.key = "guest/" + std::to_string(n), .fingerprint = "f", .draft = ExampleOrder(), .payment_token = "tok"};
    intent.draft.id = OrderId("0193583c-5a00-7abc-8def-00000000000" + std::to_string(n));
    intent.create_time = kNow + std::chrono::seconds(n);
    intent.lease_until = kNow + 4s;
    return intent;
  }
  // Cancelled, so that nothing is left to do for it.
  Order Over(const Order& order) {
    return store_->Decided(order.id, "", "", kNow, [](const Order& now) { return Cancel(now, ""); }).value();
  }
  Order PlaceExample(int n = 1) {
    const Intent intent = ExampleIntent(n);
    EXPECT_FALSE(store_->Begin(intent).has_value());
    return *store_->Place(intent.key, intent.draft);
  }
  static Store::Decide Cancelling() {
    return [](const Order& order) { return Cancel(order, "test"); };
  }

  TestStore store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

TEST_P(StoreContractTest, OrdersAreOpenedByTheLastTokensUntilTheirBuyerIsErased) {
  const Order order = PlaceExample(1);
  const Order other = PlaceExample(2);
  EXPECT_FALSE(store_->HasAccess(order.id, "hash-0"));

  for (int i = 0; i <= Store::kAccessTokensMax; ++i) {
    store_->AddAccess(order.id, "hash-" + std::to_string(i), kNow + std::chrono::seconds(i));
  }

  EXPECT_FALSE(store_->HasAccess(order.id, "hash-0")) << "the oldest made room";
  EXPECT_TRUE(store_->HasAccess(order.id, "hash-1"));
  EXPECT_TRUE(store_->HasAccess(order.id, "hash-8"));
  EXPECT_FALSE(store_->HasAccess(other.id, "hash-8"));
  Over(order);
  store_->EraseBuyer("", "reader@example.org", kNow);
  EXPECT_FALSE(store_->HasAccess(order.id, "hash-8"));
}

TEST_P(StoreContractTest, AKeyHoldsItsFirstIntent) {
  Intent second = ExampleIntent();
  second.fingerprint = "other";
  EXPECT_FALSE(store_->Begin(ExampleIntent()).has_value());

  const auto known = store_->Begin(second);

  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->fingerprint, "f");
  EXPECT_EQ(known->draft, ExampleIntent().draft);
  EXPECT_EQ(known->state, Intent::State::kRunning);
}

TEST_P(StoreContractTest, OneHolderOfALease) {
  (void)store_->Begin(ExampleIntent());

  EXPECT_FALSE(store_->TakeLease("guest/1", kNow + 1s, kNow + 5s));
  const auto leased = store_->TakeLease("guest/1", kNow + 4s, kNow + 8s);
  ASSERT_TRUE(leased.has_value());
  EXPECT_EQ(leased->lease_until, kNow + 8s);
  EXPECT_EQ(leased->draft, ExampleIntent().draft);
  EXPECT_FALSE(store_->TakeLease("guest/1", kNow + 4s, kNow + 8s));
  EXPECT_FALSE(store_->TakeLease("guest/unknown", kNow, kNow + 8s));
}

TEST_P(StoreContractTest, ALeaseIsMovedByItsHolderOnly) {
  (void)store_->Begin(ExampleIntent());
  ASSERT_TRUE(store_->TakeLease("guest/1", kNow + 4s, kNow + 8s).has_value());

  EXPECT_FALSE(store_->MoveLease("guest/1", kNow + 4s, kNow + 20s)) << "the lease before";
  EXPECT_TRUE(store_->MoveLease("guest/1", kNow + 8s, kNow + 12s));
  EXPECT_FALSE(store_->TakeLease("guest/1", kNow + 9s, kNow + 13s));
  EXPECT_TRUE(store_->MoveLease("guest/1", kNow + 12s, Timestamp()));
  EXPECT_EQ(store_->DueIntents(kNow, 10).size(), 1U);
  ASSERT_TRUE(store_->BeginUndo("guest/1", {Code::kFailedPrecondition, "OUT_OF_STOCK", "none left"}));
  const auto undoing = store_->TakeLease("guest/1", kNow, kNow + 8s);
  ASSERT_TRUE(undoing.has_value());
  EXPECT_EQ(undoing->state, Intent::State::kUndoing) << "as it is under the lease";
  store_->Fail("guest/1");
  EXPECT_FALSE(store_->MoveLease("guest/1", kNow + 8s, kNow + 9s)) << "it has ended";
}

TEST_P(StoreContractTest, OrderEventAndIntentArePlacedAsOneAndOnce) {
  const Order order = PlaceExample();

  const Order again = *store_->Place("guest/1", ExampleIntent().draft);

  EXPECT_EQ(again, order);
  EXPECT_EQ(order.number, 1);
  EXPECT_EQ(store_->FindOrder(order.id), order);
  EXPECT_EQ(store_->FindIntent("guest/1")->state, Intent::State::kPlaced);
  EXPECT_EQ(store_->FindIntent("guest/1")->payment_token, "");
  const auto events = store_->Events(0, std::nullopt, 10);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0], (OrderEvent{.position = 1, .type = EventType::kPlaced, .time = kNow, .order = order}));
  EXPECT_TRUE(store_->DueIntents(kNow + 1h, 10).empty());
}

TEST_P(StoreContractTest, WhatIsBeingUndoneIsNeverPlaced) {
  (void)store_->Begin(ExampleIntent());
  const Error why{Code::kFailedPrecondition, "OUT_OF_STOCK", "none left", {}, {{"book", "books/1"}}};
  EXPECT_TRUE(store_->BeginUndo("guest/1", why));

  EXPECT_THAT(store_->Place("guest/1", ExampleIntent().draft), HasReason("BEING_UNDONE"));
  EXPECT_EQ(store_->FindIntent("guest/1")->error, why);
  EXPECT_EQ(store_->DueIntents(kNow + 1h, 10).size(), 1U);
  store_->Fail("guest/1");
  EXPECT_EQ(store_->FindIntent("guest/1")->state, Intent::State::kFailed);
  EXPECT_TRUE(store_->DueIntents(kNow + 1h, 10).empty());
}

TEST_P(StoreContractTest, WhatIsPlacedIsNeverUndone) {
  PlaceExample();

  EXPECT_FALSE(store_->BeginUndo("guest/1", Error{Code::kAborted, "LATE", "late"}));
}

TEST_P(StoreContractTest, ADecisionWritesOrderEventAndEffectsTogether) {
  const Order order = PlaceExample();

  const auto cancelled = store_->Decided(order.id, "", "", kNow + 1s, Cancelling());

  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(store_->FindOrder(order.id), *cancelled);
  EXPECT_EQ(store_->Events(1, std::nullopt, 10).at(0).type, EventType::kCancelled);
  const auto effects = store_->DueEffects(kNow, 10);
  ASSERT_EQ(effects.size(), 2U);
  EXPECT_EQ(effects[0].effect.kind, Effect::Kind::kRestock);
  EXPECT_EQ(effects[0].effect.items, (std::vector<Item>{{BookId(1), 3}, {BookId(2), 1}}));
  EXPECT_TRUE(store_->LastDoneEffects(10).empty());
  store_->RetryEffect(effects[0].id, Store::Attempt::kLost, kNow + 1h);
  store_->FinishEffect(effects[1].id);
  const auto done = store_->LastDoneEffects(10);
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].id, effects[1].id);
  EXPECT_EQ(done[0].effect, effects[1].effect);
  EXPECT_TRUE(store_->LastDoneEffects(0).empty());
  EXPECT_TRUE(store_->DueEffects(kNow, 10).empty());
  EXPECT_EQ(store_->DueEffects(kNow + 1h, 10).at(0).attempts, 1);
  EXPECT_EQ(store_->DueEffects(kNow + 1h, 10).at(0).refusals, 0);
}

TEST_P(StoreContractTest, AnEffectThatIsGivenUpIsOnTheOrderAndInItsEvents) {
  const Order order = PlaceExample();
  ASSERT_THAT(store_->Decided(order.id, "", "", kNow, [](const Order& now) { return Cancel(now, ""); }), IsOk());
  const std::size_t count = store_->DueEffects(kNow, 10).size();
  store_->RetryEffect(store_->DueEffects(kNow, 10).front().id, Store::Attempt::kRefused, kNow);
  const PendingEffect refused = store_->DueEffects(kNow, 10).front();
  EXPECT_EQ(refused.refusals, 1);

  store_->GiveUpEffect(refused, "refund of 24.90 EUR: no such charge", kNow + 1h);
  store_->GiveUpEffect(refused, "refund of 24.90 EUR: no such charge", kNow + 2h);

  EXPECT_EQ(store_->DueEffects(Timestamp::max(), 10).size(), count - 1);
  const Order now = *store_->FindOrder(order.id);
  EXPECT_EQ(now.left_to_staff, (std::vector<std::string>{"refund of 24.90 EUR: no such charge"}));
  EXPECT_EQ(now.update_time, kNow + 1h);
  const auto events = store_->Events(0, order.id, 10);
  EXPECT_EQ(events.size(), 3U);
  EXPECT_EQ(events.back().type, EventType::kLeftToStaff);
  EXPECT_EQ(events.back().note, "refund of 24.90 EUR: no such charge");
  EXPECT_EQ(events.back().order, now);
}

TEST_P(StoreContractTest, KeepsEveryKindOfEffect) {
  using Kind = Effect::Kind;
  const Order order = PlaceExample();
  const std::vector<Effect> effects = {{.kind = Kind::kRefundPayment, .amount_minor = 1},
                                       {.kind = Kind::kRestock, .items = {{BookId(1), 1}}},
                                       {.kind = Kind::kReleaseRedemptions},
                                       {.kind = Kind::kStrikeOff, .items = {{BookId(2), 1}}}};

  const auto decided = store_->Decided(order.id, "", "", kNow, [&](const Order& now) -> Result<std::optional<Change>> {
    return std::optional(Change{.order = now, .effects = effects});
  });

  ASSERT_THAT(decided, IsOk());
  std::vector<Effect> kept;
  for (const PendingEffect& pending : store_->DueEffects(kNow, 10)) kept.push_back(pending.effect);
  EXPECT_EQ(kept, effects);
}

TEST_P(StoreContractTest, ARefusedDecisionChangesNothing) {
  const Order order = PlaceExample();

  const auto refused = store_->Decided(order.id, "k", "f", kNow, [](const Order&) -> Result<std::optional<Change>> {
    return Error{Code::kFailedPrecondition, "NO", "no"};
  });

  EXPECT_THAT(refused, HasReason("NO"));
  EXPECT_EQ(store_->LastPosition(), 1);
  // The key is free again.
  EXPECT_THAT(store_->Decided(order.id, "k", "other", kNow, Cancelling()), IsOk());
  EXPECT_THAT(store_->Decided(OrderId("none"), "", "", kNow, Cancelling()), HasReason("UNKNOWN_ORDER"));
}

TEST_P(StoreContractTest, ADecisionsKeyMakesItHappenOnce) {
  const Order order = PlaceExample();
  ASSERT_THAT(store_->Decided(order.id, "", "", kNow, [](const Order& o) { return RecordPayment(o); }), IsOk());
  const auto refund = [&](const char* fingerprint) {
    return store_->Decided(order.id, "refund/1", fingerprint, kNow, [](const Order& o) -> Result<std::optional<Change>> {
      return std::optional(TRY(Refund(o, {{BookId(1), 1}}, false, "")));
    });
  };

  EXPECT_EQ(refund("f")->refunded_minor, 1000);
  EXPECT_EQ(refund("f")->refunded_minor, 1000);
  EXPECT_THAT(refund("g"), HasReason("IDEMPOTENCY_KEY_REUSED"));
}

TEST_P(StoreContractTest, OrdersAreListedNewestFirstByWhose) {
  for (int n = 1; n <= 3; ++n) PlaceExample(n);
  EXPECT_EQ(store_->ClaimGuestOrders("customers/c", "reader@example.org", kNow), 3);
  PlaceExample(4);

  const auto numbers = [&](const Store::OrderFilter& filter, int limit) {
    std::vector<std::int64_t> list;
    for (const Order& order : store_->ListOrders(filter, limit)) list.push_back(order.number);
    return list;
  };
  EXPECT_EQ(numbers({}, 10), (std::vector<std::int64_t>{4, 3, 2, 1}));
  EXPECT_EQ(numbers({.customer = "customers/c"}, 2), (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(numbers({.customer = "customers/c", .before_number = 2}, 10), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(numbers({.state = OrderState::kCancelled}, 10), (std::vector<std::int64_t>{}));
}

// Three of a customer's, and one for the same address without the account; one was cancelled.
TEST_P(StoreContractTest, EarlierOrdersCountByAccountAndByAddress) {
  for (int n = 1; n <= 4; ++n) PlaceExample(n);
  EXPECT_EQ(store_->ClaimGuestOrders("customers/c", "reader@example.org", kNow), 4);
  PlaceExample(5);
  ASSERT_THAT(store_->Decided(ExampleIntent(4).draft.id, "", "", kNow, Cancelling()), IsOk());

  EXPECT_EQ(store_->CountOrders("customers/c", ""), 3);
  EXPECT_EQ(store_->CountOrders("", "reader@example.org"), 4) << "a customer who buys as a guest is no new one";
  EXPECT_EQ(store_->CountOrders("customers/c", "reader@example.org"), 4);
  EXPECT_EQ(store_->CountOrders("customers/d", "other@example.org"), 0);
}

TEST_P(StoreContractTest, WhoHasNotSaidWhoTheyAreHasNoEarlierOrders) {
  PlaceExample();
  store_->EraseBuyer("", "reader@example.org", kNow);

  EXPECT_EQ(store_->CountOrders("", ""), 0) << "an erased buyer is not everybody";
  EXPECT_EQ(store_->CountOrders("customers/c", ""), 0);
}

TEST_P(StoreContractTest, PositionsAreDenseUnderConcurrency) {
  constexpr int kOrders = 9;
  std::vector<std::thread> threads;
  for (int n = 1; n <= kOrders; ++n) threads.emplace_back([&, n] { PlaceExample(n); });
  for (std::thread& thread : threads) thread.join();

  const auto events = store_->Events(0, std::nullopt, 100);
  ASSERT_EQ(events.size(), static_cast<std::size_t>(kOrders));
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].position, static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(store_->LastPosition(), kOrders);
}

TEST_P(StoreContractTest, ErasureLeavesTheAmountsAndNoPerson) {
  const Order order = Over(PlaceExample());

  EXPECT_EQ(store_->EraseBuyer("", "reader@example.org", kNow).erased, 1);

  const Order erased = *store_->FindOrder(order.id);
  EXPECT_EQ(erased.buyer, Buyer());
  EXPECT_EQ(erased.address.city, "");
  EXPECT_EQ(erased.totals, order.totals);
  for (const OrderEvent& event : store_->Events(0, std::nullopt, 10)) EXPECT_EQ(event.order.buyer, Buyer());
  EXPECT_EQ(store_->Events(1, order.id, 10).back().type, EventType::kErased);
}

TEST_P(StoreContractTest, OrdersWithReturnsThatWaitAreListedAndErasureTakesTheBuyersWords) {
  const Order order = PlaceExample(1);
  PlaceExample(2);
  const auto decide = [&](const Store::Decide& decision) {
    EXPECT_THAT(store_->Decided(order.id, "", "", kNow, decision), IsOk());
  };
  decide([](const Order& now) { return AdvanceFulfilment(now, FulfilmentState::kDelivered, kNow + 24h); });
  decide([](const Order& now) -> Result<std::optional<Change>> {
    return std::optional(TRY(RequestReturn(now, {{BookId(2), 1}}, "my name is in it", Asker::kBuyer, kNow)));
  });

  const std::vector<Order> waiting = store_->ListOrders({.with_open_returns = true}, 10);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0], *store_->FindOrder(order.id));
  EXPECT_EQ(waiting[0].returns.at(0).reason, "my name is in it");
  EXPECT_EQ(waiting[0].return_end_time, kNow + 24h);
  EXPECT_EQ(store_->Events(0, order.id, 10).back().type, EventType::kReturnChanged);

  decide([](const Order& now) { return RejectReturn(now, 1, "it is torn", kNow); });
  EXPECT_TRUE(store_->ListOrders({.with_open_returns = true}, 10).empty());
  decide([](const Order& now) { return RecordPayment(now); });
  store_->EraseBuyer("", "reader@example.org", kNow);
  EXPECT_EQ(store_->FindOrder(order.id)->returns.at(0).reason, "");
  for (const OrderEvent& event : store_->Events(0, order.id, 10)) {
    for (const Return& given_back : event.order.returns) EXPECT_EQ(given_back.reason, "");
  }
}

TEST_P(StoreContractTest, ErasureLeavesNoPersonInTheIntent) {
  Over(PlaceExample());

  EXPECT_EQ(store_->EraseBuyer("", "reader@example.org", kNow).erased, 1);

  const Intent intent = *store_->FindIntent("guest/1");
  EXPECT_EQ(intent.draft.buyer, Buyer());
  EXPECT_EQ(intent.draft.address.city, "");
  EXPECT_EQ(intent.draft.totals, ExampleIntent().draft.totals);
}

TEST_P(StoreContractTest, ErasureWaitsForWhatIsNotOver) {
  const Order open = PlaceExample(1);
  (void)store_->Begin(ExampleIntent(2));

  const Store::Erasure first = store_->EraseBuyer("", "reader@example.org", kNow);
  EXPECT_EQ(first.erased, 0);
  EXPECT_EQ(first.waiting, 2) << "an order, and one that is being placed";
  EXPECT_EQ(store_->FindOrder(open.id)->buyer, open.buyer);

  Over(open);
  (void)store_->BeginUndo("guest/2", {Code::kFailedPrecondition, "PAYMENT_DECLINED", "no"});
  store_->Fail("guest/2");
  const Store::Erasure second = store_->EraseBuyer("", "reader@example.org", kNow);
  EXPECT_EQ(second.erased, 1);
  EXPECT_EQ(second.waiting, 0);
}

TEST_P(StoreContractTest, AnIntentThatFailedKeepsItsErrorAndNoPerson) {
  (void)store_->Begin(ExampleIntent());
  (void)store_->BeginUndo("guest/1", {Code::kFailedPrecondition, "PAYMENT_DECLINED", "no"});
  store_->Fail("guest/1");

  const Intent failed = *store_->FindIntent("guest/1");
  EXPECT_EQ(failed.state, Intent::State::kFailed);
  EXPECT_EQ(failed.error->reason, "PAYMENT_DECLINED");
  EXPECT_EQ(failed.draft.id, ExampleIntent().draft.id);
  EXPECT_EQ(failed.draft.buyer, Buyer());
  EXPECT_EQ(failed.draft.address.city, "");
}

TEST_P(StoreContractTest, ErasureLeavesWhatOthersOrderedForTheAddress) {
  Intent theirs = ExampleIntent(1);
  theirs.draft.buyer.customer = "customers/other";
  (void)store_->Begin(theirs);
  const Order order = *store_->Place(theirs.key, theirs.draft);
  Over(PlaceExample(2));

  EXPECT_EQ(store_->EraseBuyer("customers/c", "reader@example.org", kNow).erased, 1);

  EXPECT_EQ(store_->FindOrder(order.id)->buyer, order.buyer);
}

TEST_P(StoreContractTest, ForgetsOnlyIntentsThatHaveEnded) {
  PlaceExample(1);
  (void)store_->Begin(ExampleIntent(2));

  EXPECT_EQ(store_->ForgetIntents(kNow + 1h, 10), 1);
  EXPECT_FALSE(store_->FindIntent("guest/1").has_value());
  EXPECT_TRUE(store_->FindIntent("guest/2").has_value());
}

TEST_P(StoreContractTest, NumbersThatMayHaveBeenGivenArePassedOver) {
  (void)PlaceExample();

  EXPECT_EQ(store_->SkipNumbers(1), 0) << "it is known";
  EXPECT_EQ(store_->SkipNumbers(4), 3);
  EXPECT_EQ(store_->SkipNumbers(4), 0);
  EXPECT_EQ(store_->SkipNumbers(5), 1);

  EXPECT_EQ(PlaceExample(2).number, 6);
}

TEST_P(StoreContractTest, TellsTheLastBookThatAnOrderNames) {
  EXPECT_EQ(store_->LastBook(BookId(1'000)), BookId(0));
  const BookId last = PlaceExample().lines.back().book;

  EXPECT_EQ(store_->LastBook(BookId(1'000)), last);
  EXPECT_LT(store_->LastBook(BookId(last.value() - 1)), last);
}

}  // namespace
}  // namespace octavo::transactions
