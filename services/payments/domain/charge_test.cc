#include "services/payments/domain/charge.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"

namespace octavo::payments {
namespace {

constexpr Timestamp kNoon = FakeClock::kNoon;
const ChargeKey kKey{"order-1"};
const Authorization kTenEuros{.key = kKey, .currency_code = "EUR", .amount_minor = 1000};

Charge Authorized() { return DecideAuthorize(std::nullopt, kTenEuros, kNoon).value().charge; }
Charge Captured() { return DecideCapture(Authorized(), kKey, kNoon).value().charge; }
Charge Voided() { return DecideVoid(Authorized(), kKey, kNoon).value().charge; }
Charge Tombstone() { return DecideVoid(std::nullopt, kKey, kNoon).value().charge; }
Charge Declined() {
  Authorization authorization = kTenEuros;
  authorization.behaviour = Behaviour::kDecline;
  return DecideAuthorize(std::nullopt, authorization, kNoon).value().charge;
}

// "" when the decision changes something, "same" when it changes nothing, else the reason of the refusal.
std::string Word(const Result<Outcome>& outcome) {
  if (!outcome.ok()) return outcome.error().reason;
  return outcome->entry ? "" : "same";
}

TEST(ChargeTest, WhatMayBecomeOfACharge) {
  struct Case {
    const char* before;
    std::optional<Charge> charge;
    std::string authorize, capture, void_, refund;
  };
  const Case cases[] = {
      {"none", std::nullopt, "", "UNKNOWN_CHARGE", "", "UNKNOWN_CHARGE"},
      {"authorized", Authorized(), "same", "", "", "ABOVE_CAPTURED"},
      {"captured", Captured(), "same", "same", "CAPTURED", ""},
      {"voided", Voided(), "same", "VOIDED", "same", "ABOVE_CAPTURED"},
      {"tombstone", Tombstone(), "same", "VOIDED", "same", "ABOVE_CAPTURED"},
      {"declined", Declined(), "same", "DECLINED", "same", "ABOVE_CAPTURED"},
  };
  const Refund refund{.key = kKey, .refund_key = "r", .currency_code = "EUR", .amount_minor = 1000};
  for (const Case& c : cases) {
    EXPECT_EQ(Word(DecideAuthorize(c.charge, kTenEuros, kNoon)), c.authorize) << c.before;
    EXPECT_EQ(Word(DecideCapture(c.charge, kKey, kNoon)), c.capture) << c.before;
    EXPECT_EQ(Word(DecideVoid(c.charge, kKey, kNoon)), c.void_) << c.before;
    EXPECT_EQ(Word(DecideRefund(c.charge, std::nullopt, refund, kNoon)), c.refund) << c.before;
  }
}

TEST(ChargeTest, EachChangeIsAnEntryOfTheLedger) {
  struct Case {
    Outcome outcome;
    State state;
    Entry::Kind kind;
    std::int64_t sequence, amount_minor, captured_minor, refunded_minor;
  };
  const Outcome captured = DecideCapture(Authorized(), kKey, kNoon).value();
  const std::vector<Case> cases = {
      {DecideAuthorize(std::nullopt, kTenEuros, kNoon).value(), State::kAuthorized, Entry::Kind::kAuthorize, 1, 1000, 0, 0},
      {captured, State::kCaptured, Entry::Kind::kCapture, 2, 1000, 1000, 0},
      {DecideVoid(Authorized(), kKey, kNoon).value(), State::kVoided, Entry::Kind::kVoid, 2, 1000, 0, 0},
      {DecideVoid(std::nullopt, kKey, kNoon).value(), State::kVoided, Entry::Kind::kVoid, 1, 0, 0, 0},
      {DecideRefund(captured.charge, std::nullopt, {kKey, "r", "EUR", 1}, kNoon).value(), State::kCaptured, Entry::Kind::kRefund,
       3, 1, 1000, 1},
      {DecideRefund(captured.charge, std::nullopt, {kKey, "r", "EUR", 1000}, kNoon).value(), State::kCaptured,
       Entry::Kind::kRefund, 3, 1000, 1000, 1000},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    const auto& [outcome, state, kind, sequence, amount_minor, captured_minor, refunded_minor] = cases[i];
    EXPECT_EQ(outcome.charge.state, state);
    EXPECT_EQ(outcome.charge.captured_minor, captured_minor);
    EXPECT_EQ(outcome.charge.refunded_minor, refunded_minor);
    ASSERT_TRUE(outcome.entry);
    EXPECT_EQ(outcome.entry->kind, kind);
    EXPECT_EQ(outcome.entry->sequence, sequence);
    EXPECT_EQ(outcome.charge.entry_count, sequence);
    EXPECT_EQ(outcome.entry->amount_minor, amount_minor);
  }
}

TEST(ChargeTest, OneCentIsAnAmountAndNothingIsNone) {
  Authorization authorization = kTenEuros;
  authorization.amount_minor = 0;
  EXPECT_THROW((void)DecideAuthorize(std::nullopt, authorization, kNoon), Bug);
  EXPECT_THROW((void)DecideRefund(Captured(), std::nullopt, {kKey, "r", "EUR", 0}, kNoon), Bug);
  authorization.amount_minor = 1;
  EXPECT_EQ(DecideAuthorize(std::nullopt, authorization, kNoon).value().charge.amount_minor, 1);
}

TEST(TokenTest, SaysHowTheProviderBehaves) {
  const std::pair<const char*, Behaviour> tokens[] = {
      {"tok_approve", Behaviour::kApprove}, {"tok_decline", Behaviour::kDecline},
      {"tok_timeout", Behaviour::kTimeout}, {"tok_timeout_charged", Behaviour::kTimeoutCharged},
      {"tok_late", Behaviour::kLate},       {"tok_twice", Behaviour::kTwice},
      {"tok_error", Behaviour::kError},
  };
  for (const auto& [token, behaviour] : tokens) {
    EXPECT_EQ(ParseToken(token).value(), behaviour) << token;
    Authorization authorization = kTenEuros;
    authorization.behaviour = behaviour;
    const Charge charge = DecideAuthorize(std::nullopt, authorization, kNoon).value().charge;
    EXPECT_EQ(charge.notices_per_change, behaviour == Behaviour::kTwice ? 2 : 1) << token;
    EXPECT_EQ(charge.state, behaviour == Behaviour::kDecline ? State::kDeclined : State::kAuthorized) << token;
  }
}

TEST(ChargeTest, AKeyThatWasVoidedFirstIsToldOnce) { EXPECT_EQ(Tombstone().notices_per_change, 1); }

TEST(ChargeTest, AKeyBelongsToOneAmountInOneCurrency) {
  Authorization other = kTenEuros;
  other.amount_minor = 999;
  EXPECT_THAT(DecideAuthorize(Authorized(), other, kNoon), HasReason("KEY_REUSED"));

  other = kTenEuros;
  other.currency_code = "JPY";
  EXPECT_THAT(DecideAuthorize(Authorized(), other, kNoon), HasReason("KEY_REUSED"));
}

TEST(ChargeTest, ALateAuthorisationOfAVoidedKeyStaysVoid) {
  const Result<Outcome> late = DecideAuthorize(Tombstone(), kTenEuros, kNoon);

  ASSERT_THAT(late, IsOk());
  EXPECT_EQ(late->charge.state, State::kVoided);
}

TEST(ChargeTest, RefundsAddUpToWhatWasCapturedAndNoFurther) {
  Charge charge = Captured();
  charge = DecideRefund(charge, std::nullopt, {kKey, "a", "EUR", 600}, kNoon).value().charge;

  EXPECT_THAT(DecideRefund(charge, std::nullopt, {kKey, "b", "EUR", 401}, kNoon), HasReason("ABOVE_CAPTURED"));
  EXPECT_THAT(DecideRefund(charge, std::nullopt, {kKey, "b", "JPY", 400}, kNoon), HasReason("INVALID_FIELD"));
  EXPECT_EQ(DecideRefund(charge, std::nullopt, {kKey, "b", "EUR", 400}, kNoon).value().charge.refunded_minor, 1000);
}

TEST(ChargeTest, ARefundKeyBelongsToOneAmount) {
  const Outcome first = DecideRefund(Captured(), std::nullopt, {kKey, "a", "EUR", 600}, kNoon).value();

  EXPECT_EQ(Word(DecideRefund(first.charge, first.entry, {kKey, "a", "EUR", 600}, kNoon)), "same");
  EXPECT_EQ(Word(DecideRefund(first.charge, first.entry, {kKey, "a", "EUR", 400}, kNoon)), "KEY_REUSED");
}

TEST(ChargeTest, AnUnknownTokenIsNotRepeatedInTheError) {
  const Result<Behaviour> parsed = ParseToken("4111111111111111");

  ASSERT_THAT(parsed, HasReason("UNKNOWN_TOKEN"));
  EXPECT_EQ(ToString(parsed.error()).find("4111"), std::string::npos);
}

TEST(ChargeTest, NoSequenceOfRequestsBreaksTheAmounts) {
  constexpr std::uint64_t kSeed = 7;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRandom random(kSeed);
  for (int run = 0; run < 500; ++run) {
    std::optional<Charge> charge;
    for (int step = 0; step < 12; ++step) {
      Authorization authorization = kTenEuros;
      if (random.Below(8) == 0) authorization.behaviour = Behaviour::kDecline;
      const auto amount = static_cast<std::int64_t>(random.Below(1100)) + 1;
      const std::uint64_t choice = random.Below(5);
      const Result<Outcome> outcome =
          choice == 0   ? DecideAuthorize(charge, authorization, kNoon)
          : choice == 1 ? DecideCapture(charge, kKey, kNoon)
          : choice == 2 && random.Below(3) == 0
              ? DecideVoid(charge, kKey, kNoon)
              : DecideRefund(charge, std::nullopt, {kKey, std::to_string(step), "EUR", amount}, kNoon);
      if (!outcome.ok()) continue;
      EXPECT_EQ(outcome->charge.entry_count, (charge ? charge->entry_count : 0) + (outcome->entry ? 1 : 0));
      charge = outcome->charge;
      EXPECT_LE(0, charge->refunded_minor);
      EXPECT_LE(charge->refunded_minor, charge->captured_minor);
      EXPECT_LE(charge->captured_minor, charge->amount_minor);
      EXPECT_EQ(charge->captured_minor > 0, charge->state == State::kCaptured);
    }
  }
}

}  // namespace
}  // namespace octavo::payments
