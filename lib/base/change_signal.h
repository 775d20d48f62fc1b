// ChangeSignal: tells whoever listens that a log has grown. It carries nothing: listeners read the log. A listener may end its
// own or another's subscription, as a stream does whose client has gone. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"

namespace octavo {

class ChangeSignal {
 public:
  // Called on the thread that notifies; quick, and never throws.
  using Listener = std::function<void()>;

  // Listens for as long as it lives; a call may still be under way shortly after. Must not outlive the signal.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(ChangeSignal* signal, int number) : signal_(signal), number_(number) {}
    Subscription(Subscription&& other) noexcept : signal_(std::exchange(other.signal_, nullptr)), number_(other.number_) {}
    Subscription& operator=(Subscription&& other) noexcept {
      std::swap(signal_, other.signal_);
      std::swap(number_, other.number_);
      return *this;
    }
    ~Subscription() {
      if (signal_ != nullptr) signal_->Forget(number_);
    }

   private:
    ChangeSignal* signal_ = nullptr;
    int number_ = 0;
  };

  [[nodiscard]] Subscription Listen(Listener listener) {
    const MutexLock lock(mutex_);
    listeners_[++last_number_] = std::make_shared<const Listener>(std::move(listener));
    return Subscription(this, last_number_);
  }

  void Notify() {
    std::vector<std::shared_ptr<const Listener>> listeners;  // Called without the lock: they may take their own.
    {
      const MutexLock lock(mutex_);
      for (const auto& [number, listener] : listeners_) listeners.push_back(listener);
    }
    for (const auto& listener : listeners) (*listener)();
  }

 private:
  void Forget(int number) {
    const MutexLock lock(mutex_);
    listeners_.erase(number);
  }

  Mutex mutex_;
  int last_number_ OCTAVO_GUARDED_BY(mutex_) = 0;
  std::map<int, std::shared_ptr<const Listener>> listeners_ OCTAVO_GUARDED_BY(mutex_);  // Shared with calls under way.
};

}  // namespace octavo
