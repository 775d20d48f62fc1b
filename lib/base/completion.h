// Completion: one thread tells another that something is done.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>

#include "lib/base/check.h"

namespace octavo {

// Set once and waited for by one thread, which may destroy it as soon as it is set. A POSIX semaphore allows that
// (sem_destroy(3p)); with a mutex and a condition, the waiting thread would wake up only to wait for the mutex.
class Completion {
 public:
  Completion() { CHECK_SHARED(sem_init(&semaphore_, 0, 0) == 0); }
  ~Completion() { sem_destroy(&semaphore_); }
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  void Set() {
    set_.store(true, std::memory_order_release);
    CHECK_SHARED(sem_post(&semaphore_) == 0);
  }
  void Wait() {
    while (sem_wait(&semaphore_) != 0) CHECK_SHARED(errno == EINTR);
  }
  // False if it is not set within `wait_max`. After true, do not wait again.
  [[nodiscard]] bool WaitFor(std::chrono::milliseconds wait_max) {
    timespec until{};
    CHECK_SHARED(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    constexpr std::int64_t kNanos = 1'000'000'000;
    const std::int64_t nanos = until.tv_nsec + std::chrono::nanoseconds(wait_max % std::chrono::seconds(1)).count();
    until.tv_sec += wait_max / std::chrono::seconds(1) + nanos / kNanos;
    until.tv_nsec = nanos % kNanos;
    while (sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until) != 0) {
      if (errno == ETIMEDOUT) return false;
      CHECK_SHARED(errno == EINTR);
    }
    // The semaphore orders what came before Set and what comes after this; GCC 12's ThreadSanitizer knows it from here alone.
    return set_.load(std::memory_order_acquire);
  }

 private:
  sem_t semaphore_;
  std::atomic<bool> set_ = false;
};

}  // namespace octavo
