// Places: how many calls with a password may be under way at once. Each holds a thread while its password is hashed; with
// fewer places than threads, one is always left for calls that only look a session up. Who finds no place is refused before
// anything is read or counted. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "lib/base/result.h"

namespace octavo::accounts {

inline Error TooManyPasswords() {
  return {Code::kResourceExhausted, "OVERLOADED", "too many passwords are being checked; try again in a moment"};
}

class Places {
 public:
  // Given back when it goes.
  class Place {
   public:
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (places_ != nullptr) places_->free_ += 1;
    }

   private:
    friend class Places;
    explicit Place(Places* places) : places_(places) {}

    Places* places_;
  };

  explicit Places(std::int64_t count) : free_(count) {}

  // Errors: RESOURCE_EXHAUSTED (OVERLOADED).
  Result<Place> Take() {
    if (free_.fetch_sub(1) > 0) return Place(this);
    free_ += 1;
    return TooManyPasswords();
  }

 private:
  std::atomic<std::int64_t> free_;  // Below 0 only while somebody is being refused.
};

}  // namespace octavo::accounts
