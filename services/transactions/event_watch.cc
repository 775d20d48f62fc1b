#include "services/transactions/event_watch.h"

#include <cstdint>
#include <exception>

namespace octavo::transactions {

EventWatch::EventWatch(Store& store, ChangeSignal& events, obs::Log& log, std::chrono::milliseconds interval)
    : store_(store), events_(events), log_(log), interval_(interval), thread_([this] { Run(); }) {}

EventWatch::~EventWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EventWatch::Run() {
  std::int64_t known = -1;
  bool failing = false;
  while (true) {
    try {
      const std::int64_t position = store_.LastPosition();
      if (position != known) events_.Notify();
      known = position;
      failing = false;
    } catch (const std::exception& exception) {
      if (!failing) log_.Warn("event_watch_failed", {{"what", exception.what()}});
      failing = true;
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, interval_, [this] { return stopping_; })) return;
  }
}

}  // namespace octavo::transactions
