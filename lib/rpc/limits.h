// Limits: what bounds a piece of work and each call that it makes of another service.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/obs/trace.h"
#include "lib/rpc/call.h"

namespace octavo::rpc {

struct Limits {
  // How long one call may take.
  std::chrono::milliseconds budget{1000};
  // When the call or page ends that this is part of; Timestamp::max() for none. The nearer of the two bounds counts.
  Timestamp deadline = Timestamp::max();
  obs::TraceContext trace = {};
  // Wait for a peer that is starting or coming back, instead of failing at once.
  bool wait_for_ready = false;
  // The token of the person or integration for whom it is; null: this process asks for itself.
  std::shared_ptr<const std::string> bearer = nullptr;
};

// For work that begins now and may take `budget` in all, however many calls it makes.
inline Limits FromNow(const Clock& clock, std::chrono::milliseconds budget, const obs::TraceContext& trace = {}) {
  return {.budget = budget, .deadline = clock.Now() + budget, .trace = trace};
}

// For a part of `whole` that may take `budget`, and never longer than the whole.
inline Limits Within(const Limits& whole, std::chrono::milliseconds budget) {
  Limits part = whole;
  part.budget = std::min(whole.budget, budget);
  return part;
}

// For what the handler of `call` asks of others.
inline Limits Within(const Call& call, std::chrono::milliseconds budget) {
  return {.budget = budget, .deadline = call.deadline(), .trace = call.trace(), .bearer = call.bearer()};
}

}  // namespace octavo::rpc
