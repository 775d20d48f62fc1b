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
    : log_(log), metrics_(metrics), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

StoreChecks::~StoreChecks() = default;

void StoreChecks::Add(const std::string& module, const std::string& path) {
  auto& damaged =
      metrics_.Gauge("store_damaged", "Whether the last full look at a module's file found damage.", {{"service", module}});
  {
    const std::lock_guard lock(mutex_);
    stores_.push_back({module, path, damaged});
  }
  added_.notify_all();
}

bool StoreChecks::IsSound(const std::string& module) const {
  const std::lock_guard lock(mutex_);
  return std::none_of(stores_.begin(), stores_.end(), [&](const Store& store) { return store.module == module && !store.sound; });
}

void StoreChecks::Run(const std::stop_token& stop) {
  TakeLowestPriority();
  std::unique_lock lock(mutex_);
  std::size_t next = 0;
  while (!stop.stop_requested()) {
    if (next == stores_.size()) {
      const bool more = added_.wait_for(lock, stop, kInterval, [&] { return next < stores_.size(); });
      if (!more) next = 0;
      continue;
    }
    Store& store = stores_[next++];
    lock.unlock();
    Check(store, stop);
    lock.lock();
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
    const std::lock_guard lock(mutex_);
    store.sound = !damage;
  } catch (const std::exception& error) {
    log_.Warn("store_check_failed", {{"service", store.module}, {"file", store.path}, {"what", error.what()}});
  }
}

}  // namespace octavo::runtime
