// FakeClock: stands still until told to move. Starts at noon UTC on 2026-01-05, a Monday. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>

#include "lib/base/clock.h"

namespace octavo {

class FakeClock final : public Clock {
 public:
  static constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + std::chrono::hours(12)};

  FakeClock() = default;
  explicit FakeClock(Timestamp now) : offset_(now - kNoon) {}

  Timestamp Now() const override { return kNoon + offset_.load(); }
  std::chrono::steady_clock::time_point MonotonicNow() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) + offset_.load());
  }
  void Advance(std::chrono::microseconds by) { offset_.store(offset_.load() + by); }

 private:
  std::atomic<std::chrono::microseconds> offset_{std::chrono::microseconds(0)};
};

}  // namespace octavo
