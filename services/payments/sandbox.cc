#include "services/payments/sandbox.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace octavo::payments {
namespace {

Error NoAnswer() { return {Code::kDeadlineExceeded, "NO_ANSWER", "the card provider does not answer"}; }

Result<Charge> AnswerToAuthorize(Charge charge) {
  switch (charge.state) {
    case State::kAuthorized:
    case State::kCaptured: return charge;
    case State::kVoided: break;
    case State::kDeclined: return Error{Code::kFailedPrecondition, "DECLINED", "the card was declined"};
  }
  return Error{Code::kFailedPrecondition, "DECLINED", "the key " + charge.key.value() + " is void"};
}

}  // namespace

Sandbox::Sandbox(Store& store, const Clock& clock, Options options, OnChange on_change)
    : store_(store), clock_(clock), options_(options), on_change_(std::move(on_change)), late_(options.late_max) {}

Charge Sandbox::Tell(Recorded recorded) {
  if (recorded.changed) on_change_(recorded.charge);
  return std::move(recorded.charge);
}

Result<Charge> Sandbox::Authorize(const Authorization& authorization, std::chrono::microseconds wait_max) {
  const Behaviour behaviour = authorization.behaviour;
  const bool is_new = !store_.Find(authorization.key).has_value();
  if (is_new && behaviour == Behaviour::kTimeout) return NoAnswer();
  if (is_new && behaviour == Behaviour::kError && store_.Stumble(authorization.key, clock_.Now())) {
    return Error{Code::kUnavailable, "SANDBOX_ERROR", "the card provider is out of order for a moment"};
  }
  std::optional<LateAnswers::Place> late;
  if (is_new && behaviour == Behaviour::kLate) {
    late = late_.Enter();
    if (!late) return Error{Code::kResourceExhausted, "OVERLOADED", "too many late answers are under way"};
  }

  Charge charge = Tell(TRY(store_.Authorize(authorization, clock_.Now())));

  if (is_new && behaviour == Behaviour::kTimeoutCharged) return NoAnswer();
  if (late) late->Wait(std::min<std::chrono::microseconds>(options_.late_after, wait_max));
  return AnswerToAuthorize(std::move(charge));
}

Result<Charge> Sandbox::Capture(const ChargeKey& key) { return Tell(TRY(store_.Capture(key, clock_.Now()))); }

Result<Charge> Sandbox::Void(const ChargeKey& key) { return Tell(TRY(store_.Void(key, clock_.Now()))); }

Result<Charge> Sandbox::GiveBack(const Refund& refund) { return Tell(TRY(store_.GiveBack(refund, clock_.Now()))); }

Result<Charge> Sandbox::Find(const ChargeKey& key) {
  std::optional<Charge> charge = store_.Find(key);
  if (!charge) return UnknownCharge(key);
  return *std::move(charge);
}

}  // namespace octavo::payments
