// Throttling: how long to wait after failed attempts. The first few cost no wait; each further one doubles it. It makes no
// difference whether the account that is guessed at exists.
#pragma once

#include <chrono>
#include <cstdint>

#include "lib/base/clock.h"

namespace octavo::accounts {

struct ThrottlePolicy {
  std::int64_t free_count = 5;                  // Attempts without a wait.
  std::chrono::microseconds wait_first;         // After the last free one …
  std::chrono::microseconds wait_max;           // … doubled with each further attempt, up to this.
  std::chrono::microseconds forgotten_after{};  // After this long without attempts, counting starts again.
};

// Attempts that were not right so far. An attempt is counted before its result is known, so that many attempts at the same time
// do not get around the limit.
struct Attempts {
  std::int64_t count = 0;
  Timestamp last;

  bool operator==(const Attempts&) const = default;
};

// When the next attempt may be made; in the past if it may be made now.
Timestamp NextAllowed(const Attempts& attempts, const ThrottlePolicy& policy);
// The count after one more attempt at `now`.
Attempts AfterAttempt(const Attempts& attempts, const ThrottlePolicy& policy, Timestamp now);

}  // namespace octavo::accounts
