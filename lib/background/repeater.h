// Repeater: one background worker. It takes a turn at once, then every `interval`, and sooner when somebody rings, on a thread
// of its own. What a turn throws is logged as `<name>_failed`, once until a turn succeeds again, and the worker goes on: the
// database may be back at the next turn. Its name stands in the metrics background_turns_total and background_worker_failing.
// ARCHITECTURE.md lists all workers. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

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
  obs::Counter& done_;
  obs::Counter& failed_;
  obs::Gauge& failing_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool rung_ = false;    // Guarded by mutex_.
  std::jthread thread_;  // Last: it uses the rest.
};

}  // namespace octavo::background
