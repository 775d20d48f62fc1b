// CircuitBreaker: stops asking a service that does not answer. After kFailuresMax calls in a row that hung or found nobody, calls
// are refused for kRest; then one call at a time tries again. It protects the caller's threads from a hung service: whoever waits
// for one holds a thread until the call's deadline. Calls that wait for something else than the service itself (the hash of a
// password, the provider of a card, a third service) have a breaker of their own: that one of those is slow does not say that the
// service is away. Thread-safe.
#pragma once

#include <chrono>

#include "lib/base/clock.h"
#include "lib/base/error.h"
#include "lib/base/mutex.h"

namespace octavo::rpc {

class CircuitBreaker {
 public:
  static constexpr int kFailuresMax = 3;
  static constexpr std::chrono::milliseconds kRest{1000};

  explicit CircuitBreaker(const Clock& clock) : clock_(clock) {}

  // Whether to call now. Each true must be followed by one Succeeded() or Failed().
  bool Allows() {
    const MutexLock lock(mutex_);
    if (failures_ < kFailuresMax) return true;
    if (clock_.MonotonicNow() < rest_end_) return false;
    rest_end_ = clock_.MonotonicNow() + kRest;  // The others wait until this trial is over.
    return true;
  }
  void Succeeded() {
    const MutexLock lock(mutex_);
    failures_ = 0;
  }
  // Only what says that the service is not there; an answer like NOT_FOUND is a success of the call.
  void Failed() {
    const MutexLock lock(mutex_);
    if (++failures_ >= kFailuresMax) rest_end_ = clock_.MonotonicNow() + kRest;
  }

  static bool IsFailure(Code code) { return code == Code::kDeadlineExceeded || code == Code::kUnavailable; }

 private:
  const Clock& clock_;
  Mutex mutex_;
  int failures_ OCTAVO_GUARDED_BY(mutex_) = 0;  // In a row.
  std::chrono::steady_clock::time_point rest_end_ OCTAVO_GUARDED_BY(mutex_);
};

}  // namespace octavo::rpc
