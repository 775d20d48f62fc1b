#include "services/payments/domain/charge.h"

#include <utility>

#include "lib/base/check.h"

namespace octavo::payments {
namespace {

std::string Amount(std::int64_t minor, const std::string& currency_code) {
  return std::to_string(minor) + " " + currency_code + " (minor units)";
}

Outcome Add(Charge charge, Entry::Kind kind, std::int64_t amount_minor, std::string refund_key, Timestamp now) {
  charge.entry_count += 1;
  Entry entry{.key = charge.key,
              .sequence = charge.entry_count,
              .kind = kind,
              .amount_minor = amount_minor,
              .refund_key = std::move(refund_key),
              .created = now};
  CHECK(charge.refunded_minor >= 0);
  CHECK(charge.refunded_minor <= charge.captured_minor);
  CHECK(charge.captured_minor <= charge.amount_minor);
  return {std::move(charge), std::move(entry)};
}

}  // namespace

std::string_view StateName(State state) {
  switch (state) {
    case State::kAuthorized: return "AUTHORIZED";
    case State::kCaptured: return "CAPTURED";
    case State::kVoided: return "VOIDED";
    case State::kDeclined: return "DECLINED";
  }
  return "UNKNOWN";
}

Result<Behaviour> ParseToken(std::string_view token) {
  if (token == "tok_approve") return Behaviour::kApprove;
  if (token == "tok_decline") return Behaviour::kDecline;
  if (token == "tok_timeout") return Behaviour::kTimeout;
  if (token == "tok_timeout_charged") return Behaviour::kTimeoutCharged;
  if (token == "tok_late") return Behaviour::kLate;
  if (token == "tok_twice") return Behaviour::kTwice;
  if (token == "tok_error") return Behaviour::kError;
  // The error does not repeat the token: someone may have put a card number there.
  return Error{Code::kInvalidArgument,
               "UNKNOWN_TOKEN",
               "the token is none of the sandbox's",
               {{"token", "is none of the sandbox's, like tok_approve"}}};
}

Error UnknownCharge(const ChargeKey& key) {
  return {Code::kNotFound, "UNKNOWN_CHARGE", "there is no charge with the key " + key.value()};
}

Result<Outcome> DecideAuthorize(const std::optional<Charge>& before, const Authorization& authorization, Timestamp now) {
  CHECK(authorization.amount_minor > 0);
  if (!before) {
    const bool declined = authorization.behaviour == Behaviour::kDecline;
    return Add({.key = authorization.key,
                .state = declined ? State::kDeclined : State::kAuthorized,
                .currency_code = authorization.currency_code,
                .amount_minor = authorization.amount_minor,
                .notices_per_change = authorization.behaviour == Behaviour::kTwice ? 2 : 1,
                .created = now},
               declined ? Entry::Kind::kDecline : Entry::Kind::kAuthorize, authorization.amount_minor, "", now);
  }
  const bool never_authorized = before->currency_code.empty();
  const bool same = before->amount_minor == authorization.amount_minor && before->currency_code == authorization.currency_code;
  if (!same && !never_authorized) {
    return Error{Code::kFailedPrecondition, "KEY_REUSED",
                 "the key " + authorization.key.value() + " belongs to a charge of " +
                     Amount(before->amount_minor, before->currency_code) + ", not " +
                     Amount(authorization.amount_minor, authorization.currency_code)};
  }
  return Outcome{*before, std::nullopt};
}

Result<Outcome> DecideCapture(const std::optional<Charge>& before, const ChargeKey& key, Timestamp now) {
  if (!before) return UnknownCharge(key);
  switch (before->state) {
    case State::kAuthorized: break;
    case State::kCaptured: return Outcome{*before, std::nullopt};
    case State::kVoided: return Error{Code::kFailedPrecondition, "VOIDED", "the charge " + key.value() + " is void"};
    case State::kDeclined: return Error{Code::kFailedPrecondition, "DECLINED", "the charge " + key.value() + " was declined"};
  }
  Charge charge = *before;
  charge.state = State::kCaptured;
  charge.captured_minor = charge.amount_minor;
  return Add(std::move(charge), Entry::Kind::kCapture, before->amount_minor, "", now);
}

Result<Outcome> DecideVoid(const std::optional<Charge>& before, const ChargeKey& key, Timestamp now) {
  Charge charge = before.value_or(Charge{.key = key, .created = now});
  if (before) {
    if (before->state == State::kCaptured) {
      return Error{Code::kFailedPrecondition, "CAPTURED", "the charge " + key.value() + " was captured; refund it"};
    }
    if (before->state != State::kAuthorized) return Outcome{*before, std::nullopt};
  }
  charge.state = State::kVoided;
  const std::int64_t released_minor = charge.amount_minor;
  return Add(std::move(charge), Entry::Kind::kVoid, released_minor, "", now);
}

Result<Outcome> DecideRefund(const std::optional<Charge>& before, const std::optional<Entry>& same_key, const Refund& refund,
                             Timestamp now) {
  CHECK(refund.amount_minor > 0);
  if (!before) return UnknownCharge(refund.key);
  if (same_key) {
    if (same_key->amount_minor == refund.amount_minor && before->currency_code == refund.currency_code) {
      return Outcome{*before, std::nullopt};
    }
    return Error{Code::kFailedPrecondition, "KEY_REUSED",
                 "the refund key " + refund.refund_key + " belongs to a refund of " +
                     Amount(same_key->amount_minor, before->currency_code)};
  }
  const std::int64_t left_minor = before->captured_minor - before->refunded_minor;
  if (refund.amount_minor > left_minor) {
    return Error{Code::kFailedPrecondition, "ABOVE_CAPTURED",
                 std::to_string(refund.amount_minor) + " is more than the " + Amount(left_minor, before->currency_code) +
                     " that are captured and not refunded"};
  }
  if (refund.currency_code != before->currency_code) {
    return InvalidField("amount.currency_code", refund.currency_code + " is not the charge's " + before->currency_code);
  }
  Charge charge = *before;
  charge.refunded_minor += refund.amount_minor;
  return Add(std::move(charge), Entry::Kind::kRefund, refund.amount_minor, refund.refund_key, now);
}

}  // namespace octavo::payments
