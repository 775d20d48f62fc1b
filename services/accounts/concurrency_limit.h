// ConcurrencyLimit: how many calls with a password may run at once. Each of them holds a thread while a password is hashed. There
// are more threads than slots, so a thread is always free for calls that only look up a session. A call that finds no free slot
// is refused before anything is read or counted. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "lib/base/result.h"

namespace octavo::accounts {

inline Error TooManyPasswords() {
  return {Code::kResourceExhausted, "OVERLOADED", "too many passwords are being checked; try again in a moment"};
}

class ConcurrencyLimit {
 public:
  // Held for the length of a call; its destructor gives the slot back.
  class Slot {
   public:
    Slot(Slot&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (limit_ != nullptr) limit_->free_ += 1;
    }

   private:
    friend class ConcurrencyLimit;
    explicit Slot(ConcurrencyLimit* limit) : limit_(limit) {}

    ConcurrencyLimit* limit_;
  };

  explicit ConcurrencyLimit(std::int64_t count) : free_(count) {}

  // Errors: RESOURCE_EXHAUSTED (OVERLOADED).
  Result<Slot> Acquire() {
    if (free_.fetch_sub(1) > 0) return Slot(this);
    free_ += 1;
    return TooManyPasswords();
  }

 private:
  std::atomic<std::int64_t> free_;  // Below 0 only while somebody is being refused.
};

}  // namespace octavo::accounts
