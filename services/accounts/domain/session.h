// How long a session lasts: it ends when it was not used for a while, and at the latest some time after it
// began.
#pragma once

#include <algorithm>
#include <chrono>

#include "lib/base/clock.h"

namespace octavo::accounts {

// Of one customer; a further one ends the one that was used longest ago. More devices than anybody has, and a
// bound on what one customer makes the shop keep.
inline constexpr int kSessionsMax = 50;

struct SessionPolicy {
  std::chrono::microseconds idle_max = std::chrono::hours(24 * 14);
  std::chrono::microseconds age_max = std::chrono::hours(24 * 90);

  // A use is written down only when the last one noted is this old: one write an hour or so instead of one
  // per page. So a session may end this much earlier than idle_max after its last use.
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
