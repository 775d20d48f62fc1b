// LateAnswers: delays answers. Each delayed answer holds a thread, so their number is limited.
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace octavo::payments {

class LateAnswers {
 public:
  // One of the delayed answers; its destructor frees the place. The LateAnswers must outlive it.
  class Place {
   public:
    explicit Place(LateAnswers& late) : late_(&late) {}
    Place(Place&& other) noexcept : late_(std::exchange(other.late_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(late_, other.late_);
      return *this;
    }
    ~Place() {
      if (late_ != nullptr) late_->Leave();
    }

    // Returns after `delay`, or as soon as Stop is called.
    void Wait(std::chrono::microseconds delay) { late_->Wait(delay); }

   private:
    LateAnswers* late_;
  };

  explicit LateAnswers(int places_max) : places_max_(places_max) {}

  // None if all places are taken.
  std::optional<Place> Enter() {
    const std::lock_guard lock(mutex_);
    if (taken_ == places_max_) return std::nullopt;
    taken_ += 1;
    return std::optional<Place>(std::in_place, *this);
  }

  // Ends all waits now, and lets nobody wait any more.
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stop_.notify_all();
  }

 private:
  void Wait(std::chrono::microseconds delay) {
    std::unique_lock lock(mutex_);
    stop_.wait_for(lock, delay, [this] { return stopping_; });
  }
  void Leave() {
    const std::lock_guard lock(mutex_);
    taken_ -= 1;
  }

  const int places_max_;
  std::mutex mutex_;
  std::condition_variable stop_;
  int taken_ = 0;          // Guarded by mutex_.
  bool stopping_ = false;  // Guarded by mutex_.
};

}  // namespace octavo::payments
