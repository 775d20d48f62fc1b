// Outbox: hands things over in the background, one after the other, so that whoever has one goes on at once: a mail server, a
// webhook, a service that only counts. Bounded: what does not fit is refused. A delivery that fails is tried again after
// pauses that grow; then it is given up aloud (`<name>_lost` in the log). What waits when the process dies is lost, so nothing
// that must not be lost goes this way. Counted in outbox_items_total; metrics and health show how the outbox fares
// (worker_state.h), ARCHITECTURE.md lists all workers. Thread-safe.
//
//     background::Outbox<Notice> notices({.name = "payments_notices"}, log, metrics,
//                                  [&](std::span<Notice> group) { return Tell(group.front()); });
//     if (!notices.Add(notice)) …   // Full.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/background/worker_state.h"
#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/result.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"

namespace octavo::background {

struct OutboxOptions {
  std::string name;                      // "payments_notices".
  std::size_t waiting_max = 1024;        // Beside those that are being handed over.
  std::size_t group_max = 1;             // How many are handed over at once at most.
  std::chrono::milliseconds gather{0};   // How long a group that is not full waits for more.
  int attempts_max = 5;                  // In all.
  std::chrono::milliseconds pause{200};  // Before the second attempt,
  int pause_factor = 2;                  // and so many times longer before each further one.
  // Whether a delivery that failed so may succeed later.
  std::function<bool(const Error&)> is_worth_repeating = [](const Error&) { return true; };
  // Whether each loss stands in the log; else the first until something is delivered again.
  bool tell_each_loss = true;
};

template <typename T>
class Outbox {
 public:
  // Hands a group over, or says why it could not; the same group comes again for another attempt. Runs on the outbox's thread;
  // an exception is a failure for good.
  using Deliver = std::function<Status(std::span<T>)>;

  // `log`, `metrics` and what `deliver` refers to must outlive the outbox.
  Outbox(OutboxOptions options, obs::Log& log, obs::Metrics& metrics, Deliver deliver)
      : options_(std::move(options)),
        deliver_(std::move(deliver)),
        log_(log),
        state_(options_.name, metrics),
        delivered_(Count(metrics, "delivered")),
        lost_(Count(metrics, "lost")),
        thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  // As Stop().
  ~Outbox() { Stop(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // False, and counted as lost, when too many wait or the outbox has stopped. Never waits.
  bool Add(T item) {
    {
      const MutexLock lock(mutex_);
      if (stopping_ || waiting_.size() >= options_.waiting_max) {
        lost_.Increment();
        return false;
      }
      waiting_.push_back(std::move(item));
      ++added_;
      if (waiting_.size() != 1 && waiting_.size() < options_.group_max) return true;  // The thread knows of the first.
    }
    changed_.notify_all();
    return true;
  }

  // Waits until all that was added before is handed over or lost.
  void Flush() {
    MutexLock lock(mutex_);
    changed_.wait(lock, [this, target = added_]() OCTAVO_REQUIRES(mutex_) { return finished_ >= target; });
  }

  // Tries once to hand over what waits, for a moment and until one cannot be, and ends. Repeating it does nothing.
  void Stop() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  // What waits at the end has as long as a process that is told to stop.
  static constexpr std::chrono::seconds kLastWords{3};

  obs::Counter& Count(obs::Metrics& metrics, const char* outcome) const {
    return metrics.Counter("outbox_items_total", "What became of what was handed over in the background",
                           {{"outbox", options_.name}, {"outcome", outcome}});
  }

  void Run(const std::stop_token& stop) {
    auto last = std::chrono::steady_clock::time_point::max();
    while (true) {
      std::vector<T> group = Take(stop);
      if (group.empty()) return;
      if (stop.stop_requested()) last = std::min(last, clock_.MonotonicNow() + kLastWords);
      const bool delivered = clock_.MonotonicNow() < last && HandOver(group, stop);
      (delivered ? delivered_ : lost_).Increment(static_cast<double>(group.size()));
      const MutexLock lock(mutex_);
      finished_ += group.size();
      if (stop.stop_requested() && !delivered) {  // Whoever takes them is away, and nobody has the time to wait for it.
        lost_.Increment(static_cast<double>(waiting_.size()));
        finished_ += waiting_.size();
        waiting_.clear();
      }
      changed_.notify_all();
    }
  }

  // Empty when the outbox has stopped and nothing waits.
  std::vector<T> Take(const std::stop_token& stop) {
    MutexLock lock(mutex_);
    changed_.wait(lock, stop, [this]() OCTAVO_REQUIRES(mutex_) { return !waiting_.empty(); });
    if (options_.gather.count() > 0) {
      changed_.wait_for(lock, stop, options_.gather,
                        [this]() OCTAVO_REQUIRES(mutex_) { return waiting_.size() >= options_.group_max; });
    }
    const std::size_t size = std::min(waiting_.size(), options_.group_max);
    std::vector<T> group;
    group.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      group.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return group;
  }

  bool HandOver(std::vector<T>& group, const std::stop_token& stop) {
    std::string why;
    std::chrono::milliseconds pause = options_.pause;
    int attempt = 1;
    try {
      for (;; ++attempt) {
        const Status delivered = deliver_(group);
        if (delivered.ok()) {
          state_.Succeeded();
          return true;
        }
        why = ToString(delivered.error());
        if (attempt >= options_.attempts_max || !options_.is_worth_repeating(delivered.error()) || !Rest(pause, stop)) break;
        pause *= options_.pause_factor;
      }
    } catch (const std::exception& exception) {
      why = exception.what();
    }
    if (!state_.Failed() && !options_.tell_each_loss) return false;
    log_.Warn(options_.name + "_lost", {{"count", group.size()}, {"attempts", attempt}, {"why", why}});
    return false;
  }

  // False when the outbox stops meanwhile.
  bool Rest(std::chrono::milliseconds pause, const std::stop_token& stop) {
    MutexLock lock(mutex_);
    changed_.wait_for(lock, stop, pause, [] { return false; });
    return !stop.stop_requested();
  }

  const OutboxOptions options_;
  const Deliver deliver_;
  const SystemClock clock_;
  obs::Log& log_;
  WorkerState state_;
  obs::Counter& delivered_;
  obs::Counter& lost_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<T> waiting_ OCTAVO_GUARDED_BY(mutex_);
  bool stopping_ OCTAVO_GUARDED_BY(mutex_) = false;
  std::uint64_t added_ OCTAVO_GUARDED_BY(mutex_) = 0;
  std::uint64_t finished_ OCTAVO_GUARDED_BY(mutex_) = 0;  // Handed over or lost, of those that were added.
  std::jthread thread_;                                   // Last: it uses the rest.
};

}  // namespace octavo::background
