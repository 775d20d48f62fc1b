// Clock: where "now" comes from. Code that needs the time takes a Clock&, so that a test can say kNoon + 1h.
// This is the only place that reads the wall clock or sleeps. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace octavo {

// UTC, in microseconds since 1970: what is stored and sent.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;

  virtual Timestamp Now() const = 0;
  // For durations and deadlines: never goes back. Its zero means nothing.
  virtual std::chrono::steady_clock::time_point MonotonicNow() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() const override;
  std::chrono::steady_clock::time_point MonotonicNow() const override;
};

inline std::int64_t ToMicros(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp FromMicros(std::int64_t micros) { return Timestamp(std::chrono::microseconds(micros)); }

// RFC 3339 in UTC, "2026-11-23T12:00:00.000000Z".
std::string ToString(Timestamp time);

}  // namespace octavo
