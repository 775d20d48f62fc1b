#include "lib/background/repeater.h"

#include <exception>
#include <utility>

namespace octavo::background {

Repeater::Repeater(Options options, obs::Log& log, obs::Metrics& metrics, Turn turn)
    : options_(std::move(options)),
      turn_(std::move(turn)),
      log_(log),
      state_(options_.name, metrics),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Repeater::~Repeater() { Stop(); }

void Repeater::Ring() {
  {
    const MutexLock lock(mutex_);
    rung_ = true;
  }
  changed_.notify_all();
}

void Repeater::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Repeater::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    TakeTurn(stop);
    MutexLock lock(mutex_);
    changed_.wait_for(lock, stop, options_.interval, [this]() OCTAVO_REQUIRES(mutex_) { return rung_; });
    rung_ = false;
  }
}

void Repeater::TakeTurn(const std::stop_token& stop) {
  try {
    turn_(stop);
    state_.Succeeded();
  } catch (const std::exception& exception) {
    if (state_.Failed()) log_.Warn(options_.name + "_failed", {{"what", exception.what()}});
  }
}

}  // namespace octavo::background
