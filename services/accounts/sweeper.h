// Sweeper: a thread that removes what has run out: sessions, links, counts of attempts. Nothing depends on it
// but the size of the tables, and that nothing is kept about people for longer than it is needed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

class Sweeper {
 public:
  struct Options {
    std::chrono::milliseconds interval = std::chrono::minutes(10);
    // Of each kind in one transaction: 500 rows are some 10 ms, during which SQLite's other writers wait.
    int batch_max = 500;
  };

  // All must outlive the sweeper, which runs from now on.
  Sweeper(Store& store, Bounds bounds, const Clock& clock, obs::Log& log, Options options);
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
  const Bounds bounds_;
  const Clock& clock_;
  obs::Log& log_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: uses the rest.
};

}  // namespace octavo::accounts
