// Sweeper: a thread that expires reservations soon after their time, so that their copies show as available. Nothing
// depends on it but that: whoever needs the copies of a reservation past its time takes them anyway.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/inventory/stock_hub.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds interval{1000};
    // Of one transaction: 64 reservations of 3 lines are some 5 ms, during which SQLite's other writers wait.
    int batch_max = 64;
  };

  // All must outlive the sweeper, which runs from now on.
  Sweeper(Store& store, StockHub& hub, const Clock& clock, obs::Log& log, obs::Metrics& metrics, Options options);
  // As Stop().
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // Ends the thread, after the transaction that it is in. Repeating it does nothing.
  void Stop();

 private:
  void Run();
  void SweepAll();
  bool stopping();

  Store& store_;
  StockHub& hub_;
  const Clock& clock_;
  obs::Log& log_;
  obs::Counter& expired_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: uses the rest.
};

}  // namespace octavo::inventory
