#include "services/accounts/sweeper.h"

#include <exception>

namespace octavo::accounts {

Sweeper::Sweeper(Store& store, Bounds bounds, const Clock& clock, obs::Log& log, Options options)
    : store_(store), bounds_(bounds), clock_(clock), log_(log), options_(options), thread_([this] {
        Run();
      }) {}

Sweeper::~Sweeper() {
  Stop();
}

void Sweeper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Sweeper::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Sweeper::Run() {
  while (!stopping()) {
    try {
      SweepAll();
    } catch (const std::exception& exception) {  // The database may be back at the next turn.
      log_.Warn("sweep_failed", {{"what", exception.what()}});
    }
    std::unique_lock lock(mutex_);
    stop_.wait_for(lock, options_.interval, [this] { return stopping_; });
  }
}

void Sweeper::SweepAll() {
  while (!stopping()) {
    if (store_.Sweep(bounds_, clock_.Now(), options_.batch_max) < options_.batch_max) return;
  }
}

}  // namespace octavo::accounts
