// What every Store does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/test_store.h"
#include "services/payments/audit.h"
#include "services/payments/memory_store.h"
#include "services/payments/migrations.h"
#include "services/payments/sql_store.h"

namespace octavo::payments {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;
const ChargeKey kOne{"order-1"};

Authorization Of(const std::string& key, std::int64_t amount_minor, Behaviour behaviour = Behaviour::kApprove) {
  return {.key = ChargeKey(key), .currency_code = "EUR", .amount_minor = amount_minor, .behaviour = behaviour};
}

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  // Whatever a test did, the ledger adds up afterwards.
  void TearDown() override { EXPECT_THAT(Audit(*store_).violations, IsEmpty()); }

  Charge Authorized(const std::string& key, std::int64_t amount_minor) {
    return store_->Authorize(Of(key, amount_minor), kNoon).value().charge;
  }

  TestStore store_{GetParam()};
};

TEST_P(StoreContractTest, AnUnknownKeyHasNoCharge) {
  EXPECT_EQ(store_->Find(kOne), std::nullopt);
  EXPECT_THAT(store_->Capture(kOne, kNoon), HasReason("UNKNOWN_CHARGE"));
  EXPECT_THAT(store_->GiveBack({kOne, "r", "EUR", 1}, kNoon), HasReason("UNKNOWN_CHARGE"));
  EXPECT_THAT(store_->List(ChargeKey(), 10), IsEmpty());
}

TEST_P(StoreContractTest, AuthorisingTwiceMakesOneCharge) {
  const Result<Recorded> first = store_->Authorize(Of("order-1", 1000), kNoon);
  const Result<Recorded> again = store_->Authorize(Of("order-1", 1000), kNoon + 1h);

  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(first->changed);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->charge, first->charge);
  EXPECT_EQ(store_->List(ChargeKey(), 10).size(), 1u);
}

TEST_P(StoreContractTest, AChargeIsRememberedAsItWasAnswered) {
  const Charge held = store_->Authorize(Of("order-1", 1000, Behaviour::kTwice), kNoon).value().charge;
  EXPECT_EQ(store_->Find(kOne), held);

  const Charge taken = store_->Capture(kOne, kNoon + 1s).value().charge;
  const Charge given_back = store_->GiveBack({kOne, "a", "EUR", 300}, kNoon + 2s).value().charge;
  store_.Reopen();

  EXPECT_EQ(taken.captured_minor, 1000);
  EXPECT_EQ(given_back.refunded_minor, 300);
  EXPECT_EQ(given_back.notices_per_change, 2);
  EXPECT_EQ(store_->Find(kOne), given_back);
}

TEST_P(StoreContractTest, AVoidedKeyIsRememberedAlsoWhenItWasNeverAuthorised) {
  EXPECT_TRUE(store_->Void(kOne, kNoon).value().changed);
  EXPECT_FALSE(store_->Void(kOne, kNoon).value().changed);
  store_.Reopen();

  EXPECT_EQ(store_->Authorize(Of("order-1", 1000), kNoon).value().charge.state, State::kVoided);
  EXPECT_THAT(store_->Capture(kOne, kNoon), HasReason("VOIDED"));
}

TEST_P(StoreContractTest, ACapturedChargeIsNotVoided) {
  Authorized("order-1", 1000);
  ASSERT_THAT(store_->Capture(kOne, kNoon), IsOk());

  EXPECT_THAT(store_->Void(kOne, kNoon), HasReason("CAPTURED"));
  EXPECT_EQ(store_->Find(kOne)->state, State::kCaptured);
}

TEST_P(StoreContractTest, ADeclinedChargeIsKept) {
  const Charge declined = store_->Authorize(Of("order-1", 1000, Behaviour::kDecline), kNoon).value().charge;

  EXPECT_EQ(declined.state, State::kDeclined);
  EXPECT_EQ(store_->Find(kOne), declined);
}

TEST_P(StoreContractTest, ARefundHappensOncePerKey) {
  Authorized("order-1", 1000);
  Authorized("order-2", 1000);
  ASSERT_THAT(store_->Capture(kOne, kNoon), IsOk());
  ASSERT_THAT(store_->Capture(ChargeKey("order-2"), kNoon), IsOk());

  EXPECT_TRUE(store_->GiveBack({kOne, "a", "EUR", 300}, kNoon).value().changed);
  EXPECT_FALSE(store_->GiveBack({kOne, "a", "EUR", 300}, kNoon).value().changed);
  EXPECT_THAT(store_->GiveBack({kOne, "a", "EUR", 200}, kNoon), HasReason("KEY_REUSED"));
  EXPECT_THAT(store_->GiveBack({kOne, "b", "EUR", 701}, kNoon), HasReason("ABOVE_CAPTURED"));
  EXPECT_TRUE(store_->GiveBack({ChargeKey("order-2"), "a", "EUR", 300}, kNoon).value().changed);
  EXPECT_EQ(store_->Find(kOne)->refunded_minor, 300);
}

TEST_P(StoreContractTest, ListsByKeyBehindAKey) {
  Authorized("order-3", 3);
  Authorized("order-1", 1);
  Authorized("order-2", 2);

  EXPECT_THAT(store_->List(ChargeKey(), 2), ElementsAre(Field(&Charge::amount_minor, 1), Field(&Charge::amount_minor, 2)));
  EXPECT_THAT(store_->List(ChargeKey("order-2"), 2), ElementsAre(Field(&Charge::amount_minor, 3)));
}

TEST_P(StoreContractTest, StumblesOncePerKey) {
  EXPECT_TRUE(store_->Stumble(kOne, kNoon));
  EXPECT_FALSE(store_->Stumble(kOne, kNoon));
  EXPECT_TRUE(store_->Stumble(ChargeKey("order-2"), kNoon));
  EXPECT_EQ(store_->Find(kOne), std::nullopt);
}

TEST_P(StoreContractTest, ManyAtOnceRefundNoMoreThanWasCaptured) {
  Authorized("order-1", 1000);
  ASSERT_THAT(store_->Capture(kOne, kNoon), IsOk());

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const Result<Recorded> refund = store_->GiveBack({kOne, std::to_string(i), "EUR", 300}, kNoon);
      EXPECT_TRUE(refund.ok() || refund.error().reason == "ABOVE_CAPTURED");
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(store_->Find(kOne)->refunded_minor, 900);
}

TEST_P(StoreContractTest, ManyAtOnceAuthoriseOneChargePerKey) {
  std::atomic<int> made = 0;

  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { made += store_->Authorize(Of("order-1", 1000), kNoon).value().changed ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(made, 1);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::payments
