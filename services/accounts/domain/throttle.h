// Throttling: how long to wait after attempts that failed. The first few are free, then each doubles the
// wait. Whether the thing guessed at exists makes no difference.
#pragma once

#include <chrono>
#include <cstdint>

#include "lib/base/clock.h"

namespace octavo::accounts {

struct ThrottlePolicy {
  std::int64_t free_count = 5;                  // Attempts without a wait.
  std::chrono::microseconds wait_first;         // After the last free one …
  std::chrono::microseconds wait_max;           // … doubled with each further attempt, up to this.
  std::chrono::microseconds forgotten_after{};  // Without attempts for so long, it starts anew.
};

// Attempts that have not turned out right (yet): an attempt counts before it is known how it ends, so that
// many at the same time are no way around.
struct Attempts {
  std::int64_t count = 0;
  Timestamp last;

  bool operator==(const Attempts&) const = default;
};

// When the next attempt may be made: the past, where it may be made now.
Timestamp NextAllowed(const Attempts& attempts, const ThrottlePolicy& policy);
// With one more attempt, now.
Attempts AfterAttempt(const Attempts& attempts, const ThrottlePolicy& policy, Timestamp now);

}  // namespace octavo::accounts
