// StoreChecks: reads the SQLite files of the modules from end to end in the background, from the start on and
// then once a day, on one thread of the lowest priority (the worker `store_checks`). What it finds is logged (`store_damaged`),
// counted
// (`store_damaged`) and told by health: the module's services are NOT_SERVING. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <stop_token>
#include <string>

#include "lib/background/repeater.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"

namespace octavo::runtime {

class StoreChecks {
 public:
  // Both must outlive it.
  StoreChecks(obs::Log& log, obs::Metrics& metrics);
  // Ends a check that runs.
  ~StoreChecks();

  // From now on the file at `path` is looked at, for the module of this name.
  void Add(const std::string& module, const std::string& path);
  // False once damage was found in one of the module's files, for as long as the last look found it.
  bool IsSound(const std::string& module) const;

 private:
  struct Store {
    std::string module;
    std::string path;
    obs::Gauge& damaged;
    bool sound = true;
  };

  void CheckThoseDue(const std::stop_token& stop);
  void Check(Store& store, const std::stop_token& stop);

  obs::Log& log_;
  obs::Metrics& metrics_;
  mutable Mutex mutex_;
  std::deque<Store> stores_ OCTAVO_GUARDED_BY(mutex_);  // Only grows, so that a place in it stays where it is.
  const SystemClock clock_;
  std::size_t next_ = 0;                                   // The worker's: the first that was not looked at in this round,
  std::chrono::steady_clock::time_point round_ends_ = {};  // which lasts until then.
  background::Repeater worker_;                            // Last: it uses the rest.
};

}  // namespace octavo::runtime
