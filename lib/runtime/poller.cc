#include "lib/runtime/poller.h"

#include <exception>
#include <optional>
#include <utility>

namespace octavo::runtime {

Poller::Poller(std::string name, obs::Log& log, std::function<void()> turn, std::chrono::milliseconds interval)
    : name_(std::move(name)), log_(log), turn_(std::move(turn)), interval_(interval), thread_([this] { Run(); }) {}

Poller::~Poller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Poller::Run() {
  bool failing = false;
  while (true) {
    try {
      turn_();
      failing = false;
    } catch (const std::exception& exception) {
      if (!failing) log_.Warn(name_ + "_failed", {{"what", exception.what()}});
      failing = true;
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, interval_, [this] { return stopping_; })) return;
  }
}

std::function<void()> NotifyOfNew(std::function<std::int64_t()> last_position, ChangeSignal& signal) {
  return [last_position = std::move(last_position), &signal, known = std::optional<std::int64_t>()]() mutable {
    const std::int64_t position = last_position();
    if (position != known) signal.Notify();
    known = position;
  };
}

}  // namespace octavo::runtime
