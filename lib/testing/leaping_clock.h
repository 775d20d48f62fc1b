// LeapingClock: for tests with real calls in them. Now() is the system's, because gRPC judges deadlines by that; the monotonic
// time, by which caches and breakers go, stands still until the test leaps ahead. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>

#include "lib/base/clock.h"

namespace octavo {

class LeapingClock final : public Clock {
 public:
  Timestamp Now() const override { return system_.Now(); }
  std::chrono::steady_clock::time_point MonotonicNow() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) + leapt_.load());
  }
  void Leap(std::chrono::milliseconds ahead) { leapt_ = leapt_.load() + ahead; }

 private:
  const SystemClock system_;
  std::atomic<std::chrono::milliseconds> leapt_ = std::chrono::milliseconds(0);
};

}  // namespace octavo
