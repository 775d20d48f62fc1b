// The checkout against an honest fake of the other services, with every single step failing in every way.
#include "services/transactions/checkout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/transactions/memory_store.h"
#include "services/transactions/testing/fake_world.h"

namespace octavo::transactions {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr char kKey[] = "0193583c-5a00-7abc-8def-0123456789ab";

class CheckoutTest : public testing::Test {
 protected:
  CheckoutTest() { world_.shelf[BookId(1)] = 5; }

  std::unique_ptr<Checkout> MakeCheckout() {
    return std::make_unique<Checkout>(Checkout::Parts{*store_, world_, world_, world_, clock_, random_, *log_, metrics_},
                                      Checkout::Options{.wait_max = 20s});
  }

  static PlaceRequest Request(const std::string& key = kKey, std::int64_t quantity = 2) {
    return {.idempotency_key = key,
            .basket = {.items = {{BookId(1), quantity}}, .buyer = {.email = "reader@example.org"}},
            .payment_method = PaymentMethod::kCard,
            .payment_token = "tok_approve",
            .expected_total_minor = 1000 * quantity,
            .expected_currency_code = "EUR"};
  }
  Result<Checkout::Placed> Place(const PlaceRequest& request = Request()) { return checkout_->Place(request, {}); }

  // What must hold whatever happened, once nothing is unfinished any more.
  void ExpectConsistent() {
    std::int64_t captured = 0;
    for (const auto& [order, charge] : world_.charges) {
      const bool placed = store_->FindOrder(order).has_value();
      const std::int64_t kept = charge.state == FakeWorld::Charge::State::kCaptured ? charge.amount - charge.refunded : 0;
      EXPECT_EQ(kept > 0, placed);
      EXPECT_NE(charge.state, FakeWorld::Charge::State::kAuthorised) << "money held for nothing";
      captured += kept;
    }
    std::int64_t sold = 0;
    for (const Order& order : store_->ListOrders({}, 100)) {
      sold += order.lines[0].quantity;
      EXPECT_EQ(world_.reservations.at(order.id).state, FakeWorld::Reservation::State::kCommitted);
      EXPECT_TRUE(world_.claims.at(order.id));
    }
    EXPECT_EQ(world_.shelf[BookId(1)], 5 - sold);
    EXPECT_EQ(captured, sold * 1000);
    EXPECT_EQ(world_.claimed(), static_cast<std::int64_t>(store_->ListOrders({}, 100).size()));
  }

  // Calls, as the recovery thread and the lease's end would.
  void RecoverAll() {
    for (int i = 0; i < 10; ++i) {
      clock_.Advance(5s);
      checkout_->Recover(10, {});
    }
  }

  FakeClock clock_;
  SeededRandom random_{1};
  obs::Metrics metrics_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  std::unique_ptr<MemoryStore> store_ = std::make_unique<MemoryStore>();
  FakeWorld world_;
  std::unique_ptr<Checkout> checkout_ = MakeCheckout();
};

TEST_F(CheckoutTest, PlacesAnOrderAndAnswersTheSameAgain) {
  const auto first = Place();
  const auto second = Place();

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->order, second->order);
  EXPECT_EQ(first->access_token.size(), 32u);
  EXPECT_EQ(second->access_token.size(), 32u);
  EXPECT_NE(first->access_token, second->access_token) << "the first is not kept, so it cannot be said again";
  EXPECT_EQ(first->order.charged_minor, 2000);
  EXPECT_EQ(first->order.payment_state, PaymentState::kPaid);
  ExpectConsistent();
}

TEST_F(CheckoutTest, ACustomersOrderHasNoToken) {
  PlaceRequest request = Request();
  request.basket.buyer.customer = "customers/1";

  const auto placed = Place(request);

  ASSERT_THAT(placed, IsOk());
  EXPECT_EQ(placed->access_token, "");
  EXPECT_EQ(placed->order.access_token_hash, "");
  EXPECT_EQ(Place(request)->access_token, "");
}

TEST_F(CheckoutTest, OneBuyerReservesSoManyCopiesWithoutPayingAndNoMore) {
  Checkout checkout({*store_, world_, world_, world_, clock_, random_, *log_, metrics_}, {.unpaid_copies_max = 4});
  const auto place = [&](int key, std::int64_t quantity, const std::string& email = "reader@example.org") {
    PlaceRequest request = Request("0193583c-5a00-7abc-8def-00000000000" + std::to_string(key), quantity);
    request.basket.buyer.email = email;
    request.payment_method = PaymentMethod::kInvoice;
    return checkout.Place(request, {});
  };
  world_.shelf[BookId(1)] = 50;

  ASSERT_THAT(place(1, 3), IsOk());
  const auto refused = place(2, 2);
  ASSERT_THAT(refused, HasReason("UNPAID_LIMIT"));
  EXPECT_EQ(refused.error().metadata.at("unpaid"), "3");
  EXPECT_EQ(world_.shelf[BookId(1)], 47) << "nothing is reserved";
  EXPECT_THAT(place(1, 3), IsOk()) << "the same order again";
  EXPECT_THAT(place(3, 4, "somebody@example.org"), IsOk());
  EXPECT_THAT(checkout.Place(Request("0193583c-5a00-7abc-8def-000000000004", 9), {}), IsOk()) << "paid at once";
}

TEST_F(CheckoutTest, OrdersAtTheSameTimeShareTheLimitOfUnpaidCopies) {
  Checkout checkout({*store_, world_, world_, world_, clock_, random_, *log_, metrics_}, {.unpaid_copies_max = 6});
  world_.shelf[BookId(1)] = 50;
  std::vector<std::thread> threads;
  for (int key = 0; key < 8; ++key) {
    threads.emplace_back([&, key] {
      PlaceRequest request = Request("0193583c-5a00-7abc-8def-00000000000" + std::to_string(key), 2);
      request.payment_method = PaymentMethod::kInvoice;
      (void)checkout.Place(request, {});
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_LE(store_->UnpaidCopies("", "reader@example.org"), 6);
}

TEST_F(CheckoutTest, WhatNobodyPaysForOrConfirmsRunsOut) {
  Checkout checkout({*store_, world_, world_, world_, clock_, random_, *log_, metrics_}, {.unpaid_kept = 24h});
  const auto place = [&](int key, PaymentMethod method) {
    PlaceRequest request = Request("0193583c-5a00-7abc-8def-00000000000" + std::to_string(key), 1);
    request.payment_method = method;
    return checkout.Place(request, {}).value().order.id;
  };
  const OrderId forgotten = place(1, PaymentMethod::kInvoice);
  const OrderId packed = place(2, PaymentMethod::kInvoice);
  const OrderId paid = place(3, PaymentMethod::kCard);
  (void)store_->Decided(packed, "", "", clock_.Now(),
                        [&](const Order& order) { return AdvanceFulfilment(order, FulfilmentState::kPacked, clock_.Now()); });
  EXPECT_EQ(checkout.CancelRunOut(10), 0);

  clock_.Advance(24h);
  EXPECT_EQ(checkout.CancelRunOut(10), 1);
  checkout.Recover(10, {});

  EXPECT_EQ(store_->FindOrder(forgotten)->state, OrderState::kCancelled);
  EXPECT_EQ(store_->FindOrder(packed)->state, OrderState::kPlaced);
  EXPECT_EQ(store_->FindOrder(paid)->state, OrderState::kPlaced);
  EXPECT_EQ(world_.shelf[BookId(1)], 3);
  EXPECT_EQ(checkout.CancelRunOut(10), 0);
}

TEST_F(CheckoutTest, APartThatWentBackAndThenACancellationGiveEverythingBackOnce) {
  const OrderId id = Place(Request(kKey, 3))->order.id;
  (void)store_->Decided(id, "", "", clock_.Now(), [](const Order& order) -> Result<std::optional<Change>> {
    return std::optional(TRY(Refund(order, {{BookId(1), 1}}, /*restock=*/true, "")));
  });
  RecoverAll();
  EXPECT_EQ(world_.shelf[BookId(1)], 3);
  (void)store_->Decided(id, "", "", clock_.Now(), [](const Order& order) { return Cancel(order, ""); });
  RecoverAll();

  EXPECT_EQ(world_.shelf[BookId(1)], 5);
  EXPECT_EQ(world_.charges.at(id).refunded, 3000);
  EXPECT_EQ(store_->FindOrder(id)->refunded_minor, 3000);
  EXPECT_EQ(world_.claimed(), 0);
}

TEST_F(CheckoutTest, WhatCostsNothingNeedsNoCardAndNoProvider) {
  world_.price_minor = 0;
  PlaceRequest request = Request();
  request.payment_token = "";
  request.expected_total_minor = 0;

  const auto placed = Place(request);

  ASSERT_THAT(placed, IsOk());
  EXPECT_EQ(placed->order.payment_state, PaymentState::kPaid);
  EXPECT_TRUE(world_.charges.empty());
}

TEST_F(CheckoutTest, ASecondAttemptWhileTheFirstHoldsTheLastCopyChargesNothingAndAThirdGetsIt) {
  world_.shelf[BookId(1)] = 1;
  world_.fault = Fault::kLoseRequest;
  world_.fault_at = 4;  // The authorisation: quote, reserve and claim came before.
  const PlaceRequest first = Request(kKey, 1);
  ASSERT_FALSE(Place(first).ok());
  world_.fault = Fault::kNone;
  EXPECT_EQ(world_.shelf[BookId(1)], 0) << "the first one holds it";

  EXPECT_THAT(Place(Request("0193583c-5a00-7abc-8def-000000000002", 1)), HasReason("OUT_OF_STOCK"));
  const auto captured = [&] {
    return std::count_if(world_.charges.begin(), world_.charges.end(),
                         [](const auto& entry) { return entry.second.state == FakeWorld::Charge::State::kCaptured; });
  };
  EXPECT_EQ(captured(), 0);

  world_.decline = true;  // The first one ends.
  RecoverAll();
  world_.decline = false;
  EXPECT_THAT(Place(Request("0193583c-5a00-7abc-8def-000000000003", 1)), IsOk());
  EXPECT_THAT(Place(first), HasReason("PAYMENT_DECLINED"));
  EXPECT_EQ(captured(), 1);
}

TEST_F(CheckoutTest, NobodyLearnsFromAPriceWhatAnAddressHasOrderedBefore) {
  world_.first_order_discount_minor = 100;
  PlaceRequest request = Request(kKey, 1);
  request.expected_total_minor = 900;
  ASSERT_THAT(Place(request), IsOk()) << "a first order";
  const auto preview = [&](const std::string& email, Checkout::History history) {
    Basket basket = request.basket;
    basket.buyer.email = email;
    return checkout_->PreviewOrder(basket, history, {})->order.totals.total_minor;
  };

  EXPECT_EQ(preview("reader@example.org", Checkout::History::kHidden), preview("new@example.org", Checkout::History::kHidden));
  EXPECT_EQ(preview("reader@example.org", Checkout::History::kKnown), 1000);

  request.idempotency_key = "0193583c-5a00-7abc-8def-000000000002";
  request.expected_total_minor = 1;
  const auto guessed = Place(request);
  ASSERT_THAT(guessed, HasReason("TOTAL_CHANGED"));
  EXPECT_EQ(guessed.error().metadata.at("total_minor"), "900") << "what a page would show";
  EXPECT_FALSE(guessed.error().metadata.contains("cause"));

  request.expected_total_minor = 900;
  const auto placed = Place(request);
  ASSERT_THAT(placed, HasReason("TOTAL_CHANGED"));
  EXPECT_EQ(placed.error().metadata.at("total_minor"), "1000");
  EXPECT_EQ(placed.error().metadata.at("cause"), "BUYER");
  request.expected_total_minor = 1000;
  EXPECT_THAT(Place(request), IsOk());
}

TEST_F(CheckoutTest, TellsWhoeverWaitsWhatBecameOfAKeyWithoutOrdering) {
  EXPECT_THAT(checkout_->AnswerTo(kKey, ""), HasReason("UNKNOWN_KEY"));
  const auto placed = Place();
  ASSERT_THAT(placed, IsOk());

  const auto answer = checkout_->AnswerTo(kKey, "");

  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->order, placed->order);
  EXPECT_NE(answer->access_token, "");
  EXPECT_THAT(checkout_->AnswerTo(kKey, "customers/1"), HasReason("UNKNOWN_KEY")) << "another's key";
}

TEST_F(CheckoutTest, TellsWhoeverWaitsThatItIsStillRunningOrWasRefused) {
  world_.fault = Fault::kLoseRequest;
  world_.fault_at = 3;
  ASSERT_FALSE(Place().ok());
  EXPECT_THAT(checkout_->AnswerTo(kKey, ""), HasReason("STILL_RUNNING"));

  world_.fault = Fault::kNone;
  world_.decline = true;
  EXPECT_FALSE(Place().ok());
  EXPECT_THAT(checkout_->AnswerTo(kKey, ""), HasReason("PAYMENT_DECLINED"));
}

TEST_F(CheckoutTest, OneKeyIsOneRequest) {
  ASSERT_THAT(Place(), IsOk());

  EXPECT_THAT(Place(Request(kKey, 3)), HasReason("IDEMPOTENCY_KEY_REUSED"));
}

TEST_F(CheckoutTest, IsNeverSilentlyDearer) {
  world_.price_minor = 1001;

  const auto refused = Place();

  ASSERT_THAT(refused, HasReason("TOTAL_CHANGED"));
  EXPECT_EQ(refused.error().metadata.at("total_minor"), "2002");
  EXPECT_TRUE(world_.reservations.empty());
}

TEST_F(CheckoutTest, ARefusalUndoesEverythingAndStaysTheAnswer) {
  const struct {
    const char* reason;
    std::function<void()> arrange;
  } kCases[] = {
      {"OUT_OF_STOCK", [&] { world_.shelf[BookId(1)] = 1; }},
      {"PAYMENT_DECLINED", [&] { world_.decline = true; }},
      {"LIMIT_REACHED", [&] { world_.claim_limit = 0; }},
      {"RESERVATION_EXPIRED", [&] { world_.expire = true; }},
  };
  int n = 0;
  for (const auto& test : kCases) {
    world_.shelf[BookId(1)] = 5;
    world_.decline = false;
    world_.expire = false;
    test.arrange();
    const std::int64_t before = world_.shelf[BookId(1)];
    const auto request = Request("0193583c-5a00-7abc-8def-00000000000" + std::to_string(n++));

    const auto refused = Place(request);

    // A limit that was reached shows as a total that changed, where the new total can be had.
    const bool limit = std::string(test.reason) == "LIMIT_REACHED";
    EXPECT_THAT(refused, HasReason(limit ? "TOTAL_CHANGED" : test.reason));
    EXPECT_EQ(Place(request).error(), refused.error());
    EXPECT_EQ(world_.shelf[BookId(1)], before);
    EXPECT_EQ(world_.claimed(), 0);
    for (const auto& [order, charge] : world_.charges) EXPECT_NE(charge.state, FakeWorld::Charge::State::kAuthorised);
    world_.claim_limit = 1'000'000;
  }
}

TEST_F(CheckoutTest, ADoubleClickIsOneOrder) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<OrderId> orders;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto placed = Place();
      ASSERT_THAT(placed, IsOk());
      const std::lock_guard lock(mutex);
      orders.insert(placed->order.id);
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(orders.size(), 1U);
  ExpectConsistent();
}

// Every call to the outside fails in every way, once; then the buyer tries the same key again.
TEST_F(CheckoutTest, WhateverFailsWhereverThereIsOneOrderAndOneCharge) {
  ASSERT_THAT(Place(), IsOk());
  const int calls = world_.calls;
  ASSERT_GE(calls, 6);
  int cases = 0;
  for (const Fault fault : {Fault::kCrashBefore, Fault::kCrashAfter, Fault::kLoseRequest, Fault::kLoseAnswer}) {
    for (int at = 1; at <= calls; ++at) {
      SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at call " + std::to_string(at));
      ++cases;
      const std::string key = "0193583c-5a00-7abc-8def-" + std::to_string(100'000'000'000 + cases);
      world_.fault = fault;
      world_.fault_at = world_.calls + at;
      world_.shelf[BookId(1)] += 2;
      const std::int64_t orders = static_cast<std::int64_t>(store_->ListOrders({}, 1000).size());
      try {
        (void)Place(Request(key));
      } catch (const Crash&) {
        checkout_ = MakeCheckout();  // A new process.
        store_->DropAllLeases();
      }

      const auto again = Place(Request(key));

      ASSERT_THAT(again, IsOk());
      EXPECT_EQ(static_cast<std::int64_t>(store_->ListOrders({}, 1000).size()), orders + 1);
      EXPECT_EQ(world_.charges.at(again->order.id).amount, 2000);
      EXPECT_EQ(world_.shelf[BookId(1)], 3);
    }
  }
}

// The same, but the buyer never comes back: recovery alone ends the order, one way or the other.
TEST_F(CheckoutTest, WhateverFailsRecoveryEndsIt) {
  ASSERT_THAT(Place(Request("0193583c-5a00-7abc-8def-000000000000")), IsOk());
  const int calls = world_.calls;
  for (const bool decline : {false, true}) {
    // An undo makes more calls than a placement.
    for (int at = 1; at <= calls + 4; ++at) {
      for (const Fault fault : {Fault::kCrashBefore, Fault::kCrashAfter, Fault::kLoseRequest, Fault::kLoseAnswer}) {
        SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + " at call " + std::to_string(at));
        store_ = std::make_unique<MemoryStore>();
        world_ = FakeWorld();
        checkout_ = MakeCheckout();
        world_.shelf[BookId(1)] = 5;
        world_.decline = decline;
        world_.fault = fault;
        world_.fault_at = at;
        try {
          (void)Place();
        } catch (const Crash&) {
          checkout_ = MakeCheckout();
        }
        world_.decline = false;  // The card would pass now; a declined order must stay declined.

        RecoverAll();

        EXPECT_TRUE(store_->DueIntents(clock_.Now() + 1h, 10).empty());
        ExpectConsistent();
      }
    }
  }
}

TEST_F(CheckoutTest, AnIntentThatCannotGoOnIsGivenUp) {
  world_.fault = Fault::kCrashBefore;
  world_.fault_at = 3;  // After the reservation.
  EXPECT_THROW((void)Place(), Crash);
  checkout_ = MakeCheckout();
  clock_.Advance(20min);

  checkout_->Recover(10, {});

  EXPECT_THAT(Place(), HasReason("GIVEN_UP"));
  EXPECT_EQ(world_.shelf[BookId(1)], 5);
  ExpectConsistent();
}

TEST_F(CheckoutTest, EffectsOfACancellationHappenAtLeastOnceAndCountOnce) {
  const auto placed = Place();
  ASSERT_THAT(placed, IsOk());
  ASSERT_THAT(store_->Decided(placed->order.id, "", "", clock_.Now(), [](const Order& order) { return Cancel(order, ""); }),
              IsOk());
  world_.fault = Fault::kLoseAnswer;
  world_.fault_at = world_.calls + 1;

  RecoverAll();

  EXPECT_EQ(world_.shelf[BookId(1)], 5);
  EXPECT_EQ(world_.charges.at(placed->order.id).refunded, 2000);
  EXPECT_EQ(world_.claimed(), 0);
}

TEST_F(CheckoutTest, WhatIsRefusedForADayIsLeftToStaffAndTriedEverMoreSeldom) {
  const auto placed = Place();
  ASSERT_THAT(placed, IsOk());
  ASSERT_THAT(store_->Decided(placed->order.id, "", "", clock_.Now(), [](const Order& order) { return Cancel(order, ""); }),
              IsOk());
  world_.refuse_refunds = true;
  const Timestamp decided = clock_.Now();

  std::int64_t attempts = 0;
  while (!store_->DueEffects(Timestamp::max(), 10).empty()) {
    ASSERT_LT(clock_.Now() - decided, 100h);
    attempts += checkout_->Recover(10, {}) > 0 ? 1 : 0;
    clock_.Advance(1s);
  }

  EXPECT_EQ(attempts, 36);
  EXPECT_GT(clock_.Now() - decided, 24h);
  EXPECT_LT(clock_.Now() - decided, 27h);
  const Order order = *store_->FindOrder(placed->order.id);
  EXPECT_EQ(order.left_to_staff, (std::vector<std::string>{"refund of 20.00 EUR: refused"}));
  EXPECT_EQ(store_->Events(0, order.id, 10).back().type, EventType::kLeftToStaff);
  EXPECT_EQ(world_.shelf[BookId(1)], 5) << "the other effects are done";
  EXPECT_EQ(world_.claimed(), 0);
  EXPECT_THAT(metrics_.Text(), HasSubstr("effects_refused_total 36"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("effects_given_up_total 1"));
}

TEST_F(CheckoutTest, AnAnswerThatIsLostIsAskedForAgainWithinAMinuteHoweverLongItTakes) {
  const auto placed = Place();
  ASSERT_THAT(placed, IsOk());
  ASSERT_THAT(store_->Decided(placed->order.id, "", "", clock_.Now(), [](const Order& order) { return Cancel(order, ""); }),
              IsOk());
  world_.away = true;
  for (int minute = 0; minute < 3000; ++minute) {
    checkout_->Recover(10, {});
    clock_.Advance(1min);
  }
  world_.away = false;

  checkout_->Recover(10, {});

  EXPECT_TRUE(store_->DueEffects(Timestamp::max(), 10).empty());
  EXPECT_TRUE(store_->FindOrder(placed->order.id)->left_to_staff.empty());
  EXPECT_EQ(world_.charges.at(placed->order.id).refunded, 2000);
}

TEST_F(CheckoutTest, AnUndoThatIsRefusedIsTriedEverMoreSeldomToo) {
  world_.fault = Fault::kCrashAfter;
  world_.fault_at = 4;  // The charge is held.
  EXPECT_THROW((void)Place(), Crash);
  checkout_ = MakeCheckout();
  world_.refuse_voids = true;
  clock_.Advance(20min);

  const Timestamp begin = clock_.Now();
  int attempts = 0;
  for (; clock_.Now() - begin < 24h; clock_.Advance(1s)) attempts += checkout_->Recover(10, {});

  EXPECT_LE(attempts, 30);
  EXPECT_GE(attempts, 20);
  world_.refuse_voids = false;
  clock_.Advance(1h);
  checkout_->Recover(10, {});
  EXPECT_THAT(Place(), HasReason("GIVEN_UP"));
  ExpectConsistent();
}

// The steps take 1.4 s each, seven in all, and a lease lasts 4 s.
TEST_F(CheckoutTest, NobodyElseDrivesAnIntentWhoseStepsSumPastOneLease) {
  world_.before_call = [&] {
    clock_.Advance(1400ms);
    const Timestamp now = clock_.Now();
    for (const Intent& intent : store_->DueIntents(now, 10)) {
      ADD_FAILURE() << "the intent is free at call " << world_.calls;
      (void)store_->TakeLease(intent.key, now, now + 4s);
    }
  };

  ASSERT_THAT(Place(), IsOk());

  world_.before_call = [] {};
  ExpectConsistent();
}

TEST_F(CheckoutTest, WhoLostTheLeaseStopsAndLeavesItToTheOther) {
  Timestamp others;
  world_.before_call = [&] {
    if (world_.reservations.empty() || others != Timestamp()) return;
    clock_.Advance(10s);  // A pause of the whole process, during its second step.
    others = clock_.Now() + 4s;
    ASSERT_TRUE(store_->TakeLease(std::string("guest/") + kKey, clock_.Now(), others).has_value());
  };

  EXPECT_THAT(Place(), HasReason("STILL_RUNNING"));

  EXPECT_TRUE(world_.charges.empty()) << "it went on";
  EXPECT_EQ(store_->FindIntent(std::string("guest/") + kKey)->lease_until, others);
}

// A store whose list of due intents is old by the time it is used.
class LateStore final : public MemoryStore {
 public:
  std::function<void()> after_listing = [] {};

  std::vector<Intent> DueIntents(Timestamp now, int limit) override {
    auto due = MemoryStore::DueIntents(now, limit);
    after_listing();
    return due;
  }
};

TEST_F(CheckoutTest, RecoveryDrivesTheIntentAsItIsUnderTheLease) {
  auto late = std::make_unique<LateStore>();
  LateStore& store = *late;
  store_ = std::move(late);
  checkout_ = MakeCheckout();
  world_.fault = Fault::kCrashBefore;
  world_.fault_at = 3;  // Nothing is charged.
  EXPECT_THROW((void)Place(), Crash);
  checkout_ = MakeCheckout();
  clock_.Advance(5s);
  store.after_listing = [&] {
    ASSERT_TRUE(store.BeginUndo(std::string("guest/") + kKey, {Code::kFailedPrecondition, "PAYMENT_DECLINED", "declined"}));
  };

  checkout_->Recover(10, {});

  for (const auto& [order, charge] : world_.charges) {
    EXPECT_EQ(charge.amount, 0) << "an intent that is being undone was driven forward";
  }
  EXPECT_THAT(Place(), HasReason("PAYMENT_DECLINED"));
}

// A service that hangs must not hold up what others have to do.
TEST_F(CheckoutTest, SeveralEffectsAreDoneAtOnce) {
  const auto placed = Place();
  ASSERT_THAT(placed, IsOk());
  ASSERT_THAT(store_->Decided(placed->order.id, "", "", clock_.Now(), [](const Order& order) { return Cancel(order, ""); }),
              IsOk());
  std::mutex mutex;
  std::condition_variable changed;
  int here = 0;
  bool met = true;
  world_.before_call = [&] {
    std::unique_lock lock(mutex);
    ++here;
    changed.notify_all();
    met = changed.wait_for(lock, 20s, [&] { return here >= 3; }) && met;
  };

  const int due = checkout_->Recover(10, {});

  EXPECT_EQ(due, 3) << "the money, the copies and the redemption";
  EXPECT_TRUE(met);
  EXPECT_TRUE(store_->DueEffects(Timestamp::max(), 10).empty());
}

TEST_F(CheckoutTest, WhatIsRefundedWithoutComingBackIsToldToTheShelvesOnce) {
  const auto placed = Place();
  ASSERT_THAT(placed, IsOk());
  ASSERT_THAT(store_->Decided(placed->order.id, "", "", clock_.Now(),
                              [](const Order& order) -> Result<std::optional<Change>> {
                                return std::optional(TRY(Refund(order, {{BookId(1), 1}}, /*restock=*/false, "")));
                              }),
              IsOk());

  RecoverAll();

  EXPECT_EQ(world_.returned.size(), 1U);
  EXPECT_EQ(world_.shelf[BookId(1)], 3);
  EXPECT_EQ(world_.charges.at(placed->order.id).refunded, 1000);
}

TEST_F(CheckoutTest, AnOrderThatCostsNothingIsPaid) {
  world_.price_minor = 0;
  PlaceRequest request = Request();
  request.expected_total_minor = 0;

  const auto placed = Place(request);

  ASSERT_THAT(placed, IsOk());
  EXPECT_EQ(placed->order.payment_state, PaymentState::kPaid);
  EXPECT_TRUE(world_.charges.empty());
}

TEST_F(CheckoutTest, TheFirstOrderAfterAnOlderCopyRepeatsNoNumber) {
  world_.followed = 7;

  const auto placed = Place();

  ASSERT_THAT(placed, IsOk());
  EXPECT_EQ(placed->order.number, 8) << "each of seven lost events may have been an order";
  world_.followed = 9;  // By now it follows this store.
  EXPECT_EQ(Place(Request("0193583c-5a00-7abc-8def-000000000002"))->order.number, 9);
}

TEST_F(CheckoutTest, FiveHundredBuyersOfFiveCopies) {
  constexpr int kBuyers = 500;
  std::atomic<int> sold = 0;
  std::latch start(kBuyers);
  std::vector<std::thread> buyers;
  for (int i = 0; i < kBuyers; ++i) {
    buyers.emplace_back([&, i] {
      start.arrive_and_wait();
      const auto placed = Place(Request("0193583c-5a00-7abc-8def-" + std::to_string(100'000'000'000 + i), 1));
      if (placed.ok()) {
        ++sold;
      } else {
        EXPECT_THAT(placed, HasReason("OUT_OF_STOCK"));
      }
    });
  }
  for (std::thread& buyer : buyers) buyer.join();
  EXPECT_EQ(sold, 5);
  ExpectConsistent();
}

}  // namespace
}  // namespace octavo::transactions
