#include "services/inventory/sweeper.h"

#include <exception>

namespace octavo::inventory {

Sweeper::Sweeper(Store& store, StockHub& hub, const Clock& clock, obs::Log& log, obs::Metrics& metrics, Options options)
    : store_(store),
      hub_(hub),
      clock_(clock),
      log_(log),
      expired_(metrics.Counter("inventory_reservations_expired_total", "Reservations whose time ran out")),
      options_(options),
      thread_([this] { Run(); }) {}

Sweeper::~Sweeper() { Stop(); }

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
    const Changed<int> swept = store_.Sweep(clock_.Now(), options_.batch_max);
    hub_.Publish(swept.stocks);
    expired_.Increment(swept.answer);
    if (swept.answer < options_.batch_max) return;
  }
}

}  // namespace octavo::inventory
