// How long a session lasts: it ends some time after its last use, and at the latest some time after it
// began.
#pragma once

#include <algorithm>
#include <chrono>

#include "lib/base/clock.h"

namespace octavo::accounts {

// Per customer; one more ends the one that was used longest ago. It is more devices than anybody has, and it limits how much one
// customer makes the shop store.
inline constexpr int kSessionsMax = 50;

struct SessionPolicy {
  std::chrono::microseconds idle_max = std::chrono::hours(24 * 14);
  std::chrono::microseconds age_max = std::chrono::hours(24 * 90);

  // A use is stored only when the last stored use is at least this old: about one write per hour, not one per page. So a session
  // may end this much earlier than idle_max after its last use.
  std::chrono::microseconds note_after() const { return idle_max / 24; }
};

struct SessionTimes {
  Timestamp created;
  Timestamp last_used;

  bool operator==(const SessionTimes&) const = default;
};

inline Timestamp ExpiryOf(const SessionTimes& times, const SessionPolicy& policy) {
  return std::min(times.last_used + policy.idle_max, times.created + policy.age_max);
}

}  // namespace octavo::accounts
