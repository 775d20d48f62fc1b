// WaitUntil: waits for what other threads or the system do. True once the condition holds, which is asked again and again; false
// after a minute, so that the test fails and does not hang.
#pragma once

#include <functional>
#include <thread>

#include "lib/base/clock.h"

namespace octavo {

[[nodiscard]] inline bool WaitUntil(const std::function<bool()>& condition) {
  const SystemClock clock;
  const auto end = clock.MonotonicNow() + std::chrono::minutes(1);
  while (!condition()) {
    if (clock.MonotonicNow() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace octavo
