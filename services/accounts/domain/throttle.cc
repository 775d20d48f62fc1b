#include "services/accounts/domain/throttle.h"

#include <algorithm>

namespace octavo::accounts {
namespace {

constexpr std::int64_t kDoublingsMax = 30;  // 2^30 first waits are beyond any wait_max; and nothing overflows.

}  // namespace

Timestamp NextAllowed(const Attempts& attempts, const ThrottlePolicy& policy) {
  if (attempts.count < policy.free_count) return Timestamp::min();
  const std::int64_t doublings = std::min(attempts.count - policy.free_count, kDoublingsMax);
  const std::int64_t most = policy.wait_max / policy.wait_first;  // How often the first wait fits into the longest.
  const std::int64_t factor = std::int64_t{1} << doublings;
  const std::chrono::microseconds wait = factor > most ? policy.wait_max : policy.wait_first * factor;
  return attempts.last + wait;
}

Attempts AfterAttempt(const Attempts& attempts, const ThrottlePolicy& policy, Timestamp now) {
  const bool forgotten = attempts.count > 0 && now - attempts.last >= policy.forgotten_after;
  return {.count = (forgotten ? 0 : attempts.count) + 1, .last = now};
}

}  // namespace octavo::accounts
