// StoreChecks: reads the SQLite files of the modules from end to end in the background, from the start on and
// then once a day, on one thread of the lowest priority. What it finds is logged (`store_damaged`), counted
// (`store_damaged`) and told by health: the module's services are NOT_SERVING. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

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

  void Run(const std::stop_token& stop);
  void Check(Store& store, const std::stop_token& stop);

  obs::Log& log_;
  obs::Metrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable_any added_;
  std::deque<Store> stores_;  // Guarded by mutex_; only grows, so that a place in it stays where it is.
  std::jthread thread_;       // Last: it uses the rest.
};

}  // namespace octavo::runtime
