// WorkerState: how one background worker fares, for its operator. Counts its turns (background_turns_total), says whether the
// last one failed (background_worker_failing), and has health say so for all of them together (AnyWorkerFailing). Thread-safe.
#pragma once

#include <atomic>
#include <string>

#include "lib/obs/metrics.h"

namespace octavo::background {

class WorkerState {
 public:
  // `name` is the worker's in ARCHITECTURE.md's list: "accounts_sweep". `metrics` must outlive it.
  WorkerState(const std::string& name, obs::Metrics& metrics);
  // A worker that has ended fails no more.
  ~WorkerState();
  WorkerState(const WorkerState&) = delete;
  WorkerState& operator=(const WorkerState&) = delete;

  void Succeeded();
  // It tries again: from here on it does not count as failing, until it fails again. For work that may be quiet for long when
  // it goes well, as a stream is.
  void Trying() { SetFailing(false); }
  // Whether this is the first failure since it last went well: the one to log.
  bool Failed();

 private:
  void SetFailing(bool failing);

  obs::Counter& done_;
  obs::Counter& failed_;
  obs::Gauge& is_failing_;
  obs::Gauge& failing_workers_;  // Of this process.
  std::atomic<bool> failing_ = false;
};

// Whether the last turn of any worker failed whose state is kept in `metrics`.
bool AnyWorkerFailing(obs::Metrics& metrics);

}  // namespace octavo::background
