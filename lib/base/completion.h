// Completion: one thread tells another that something is done.
#pragma once

#include <semaphore.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>

#include "lib/base/check.h"

namespace octavo {

// Set once, waited for by one thread, which may destroy it as soon as it knows. A POSIX semaphore allows that
// (sem_destroy(3p)); with a mutex and a condition, the waiting thread would wake only to wait for the mutex.
class Completion {
 public:
  Completion() { CHECK_SHARED(sem_init(&semaphore_, 0, 0) == 0); }
  ~Completion() { sem_destroy(&semaphore_); }
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  void Set() { CHECK_SHARED(sem_post(&semaphore_) == 0); }
  void Wait() {
    while (sem_wait(&semaphore_) != 0) CHECK_SHARED(errno == EINTR);
  }
  // False when it is not set yet after `wait_max`; after true, it is not waited for again. (GCC 12's ThreadSanitizer does not
  // know sem_clockwait, and sees no order in what a thread does after it.)
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
    return true;
  }

 private:
  sem_t semaphore_;
};

}  // namespace octavo
