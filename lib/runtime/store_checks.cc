#include "lib/runtime/store_checks.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

#include "lib/db/damage.h"

namespace octavo::runtime {
namespace {

constexpr std::chrono::hours kInterval{24};

// Only the thread that calls it: Linux has a priority for each. Where it is refused, the checks are merely
// less polite.
void TakeLowestPriority() { (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19); }

}  // namespace

StoreChecks::StoreChecks(obs::Log& log, obs::Metrics& metrics)
    : log_(log),
      metrics_(metrics),
      worker_({.name = "store_checks", .interval = kInterval}, log, metrics,
              [this](const std::stop_token& stop) { CheckThoseDue(stop); }) {}

StoreChecks::~StoreChecks() = default;

void StoreChecks::Add(const std::string& module, const std::string& path) {
  auto& damaged =
      metrics_.Gauge("store_damaged", "Whether the last full look at a module's file found damage.", {{"service", module}});
  {
    const MutexLock lock(mutex_);
    stores_.push_back({module, path, damaged});
  }
  worker_.Ring();
}

bool StoreChecks::IsSound(const std::string& module) const {
  const MutexLock lock(mutex_);
  return std::none_of(stores_.begin(), stores_.end(), [&](const Store& store) { return store.module == module && !store.sound; });
}

void StoreChecks::CheckThoseDue(const std::stop_token& stop) {
  TakeLowestPriority();
  if (clock_.MonotonicNow() >= round_ends_) {
    next_ = 0;
    round_ends_ = clock_.MonotonicNow() + kInterval;
  }
  while (!stop.stop_requested()) {
    Store* store = nullptr;
    {
      const MutexLock lock(mutex_);
      if (next_ == stores_.size()) return;
      store = &stores_[next_++];
    }
    Check(*store, stop);
  }
}

void StoreChecks::Check(Store& store, const std::stop_token& stop) {
  try {
    const std::optional<std::string> damage = db::FindDamage(store.path, stop);
    if (stop.stop_requested()) return;
    if (damage) {
      log_.Error("store_damaged", {{"service", store.module}, {"file", store.path}, {"what", *damage}});
    }
    store.damaged.Set(damage ? 1 : 0);
    const MutexLock lock(mutex_);
    store.sound = !damage;
  } catch (const std::exception& error) {
    log_.Warn("store_check_failed", {{"service", store.module}, {"file", store.path}, {"what", error.what()}});
  }
}

}  // namespace octavo::runtime
