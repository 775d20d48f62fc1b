#include "services/payments/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/wait_until.h"
#include "services/payments/memory_store.h"

namespace octavo::payments {
namespace {

using namespace std::chrono_literals;

const ChargeKey kKey{"order-1"};

Authorization With(Behaviour behaviour, const char* key = "order-1") {
  return {.key = ChargeKey(key), .currency_code = "EUR", .amount_minor = 1000, .behaviour = behaviour};
}

class SandboxTest : public testing::Test {
 protected:
  FakeClock clock_;
  MemoryStore store_;
  std::atomic<int> told_ = 0;
  // Late answers would keep a test for ever, if it had to wait for one.
  Sandbox sandbox_{store_, clock_, {.late_after = 24h, .late_max = 1}, [this](const Charge&) { ++told_; }};
};

TEST_F(SandboxTest, ApprovesAndTellsOncePerChange) {
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kApprove), 1s), IsOk());
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kApprove), 1s), IsOk());
  EXPECT_THAT(sandbox_.Capture(kKey), IsOk());
  EXPECT_THAT(sandbox_.Capture(kKey), IsOk());

  EXPECT_EQ(told_, 2);
}

TEST_F(SandboxTest, DeclinesTheSameWayEachTime) {
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kDecline), 1s), HasReason("DECLINED"));
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kApprove), 1s), HasReason("DECLINED"));
  EXPECT_THAT(sandbox_.Find(kKey), IsOkAnd(testing::Field(&Charge::state, State::kDeclined)));
}

TEST_F(SandboxTest, AVoidedKeyIsDeclined) {
  ASSERT_THAT(sandbox_.Void(kKey), IsOk());

  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kApprove), 1s), HasReason("DECLINED"));
}

TEST_F(SandboxTest, ATimeoutLeavesNothingBehindHoweverOften) {
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kTimeout), 1s), HasReason("NO_ANSWER"));
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kTimeout), 1s), HasReason("NO_ANSWER"));

  EXPECT_THAT(sandbox_.Find(kKey), HasReason("UNKNOWN_CHARGE"));
}

TEST_F(SandboxTest, AChargedTimeoutHoldsTheAmountAndIsFoundOutByAsking) {
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kTimeoutCharged), 1s), HasReason("NO_ANSWER"));

  EXPECT_THAT(sandbox_.Find(kKey), IsOkAnd(testing::Field(&Charge::state, State::kAuthorized)));
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kTimeoutCharged), 1s), IsOk());
}

TEST_F(SandboxTest, AnErrorHappensOnce) {
  const Result<Charge> first = sandbox_.Authorize(With(Behaviour::kError), 1s);
  EXPECT_THAT(first, HasReason("SANDBOX_ERROR"));
  EXPECT_THAT(sandbox_.Find(kKey), HasReason("UNKNOWN_CHARGE"));

  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kError), 1s), IsOk());
}

TEST_F(SandboxTest, ALateAnswerWaitsNoLongerThanItsCallerDoes) {
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kLate), 1ms), IsOk());
}

TEST_F(SandboxTest, ALateChargeIsKnownWhileItsAnswerIsHeldBackAndStopLetsGo) {
  std::thread late([&] { EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kLate), 24h), IsOk()); });
  EXPECT_TRUE(WaitUntil([&] { return told_ > 0; }));

  EXPECT_THAT(sandbox_.Find(kKey), IsOk());
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kLate), 24h), IsOk());  // A repeat is answered at once.
  EXPECT_THAT(sandbox_.Authorize(With(Behaviour::kLate, "order-2"), 24h), HasReason("OVERLOADED"));
  EXPECT_THAT(sandbox_.Find(ChargeKey("order-2")), HasReason("UNKNOWN_CHARGE"));

  sandbox_.Stop();
  late.join();
}

}  // namespace
}  // namespace octavo::payments
