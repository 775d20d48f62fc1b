// Repeater: one background worker. It takes a turn at once, then every `interval`, and sooner when somebody rings, on a thread
// of its own. What a turn throws is logged as `<name>_failed`, once until a turn succeeds again, and the worker goes on: the
// database may be back at the next turn. Metrics and health show how it fares (worker_state.h), ARCHITECTURE.md lists all
// workers. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "lib/background/worker_state.h"
#include "lib/base/mutex.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"

namespace octavo::background {

class Repeater {
 public:
  struct Options {
    std::string name;  // "accounts_sweep".
    std::chrono::milliseconds interval{1000};
  };
  // A long turn looks at `stop` between its steps, and ends early.
  using Turn = std::function<void(const std::stop_token& stop)>;

  // `log`, `metrics` and what `turn` refers to must outlive the repeater.
  Repeater(Options options, obs::Log& log, obs::Metrics& metrics, Turn turn);
  // As Stop().
  ~Repeater();
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;

  // A turn begins soon: now, or behind the one that runs. Never waits.
  void Ring();
  // Waits for the turn that runs; there is none after it. Repeating it does nothing.
  void Stop();

 private:
  void Run(const std::stop_token& stop);
  void TakeTurn(const std::stop_token& stop);

  const Options options_;
  const Turn turn_;
  obs::Log& log_;
  WorkerState state_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  bool rung_ OCTAVO_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // Last: it uses the rest.
};

}  // namespace octavo::background
