#include "lib/background/repeater.h"

#include <exception>
#include <utility>

namespace octavo::background {
namespace {

constexpr char kTurns[] = "background_turns_total";
constexpr char kTurnsHelp[] = "Turns of each background worker";

}  // namespace

Repeater::Repeater(Options options, obs::Log& log, obs::Metrics& metrics, Turn turn)
    : options_(std::move(options)),
      turn_(std::move(turn)),
      log_(log),
      done_(metrics.Counter(kTurns, kTurnsHelp, {{"worker", options_.name}, {"outcome", "done"}})),
      failed_(metrics.Counter(kTurns, kTurnsHelp, {{"worker", options_.name}, {"outcome", "failed"}})),
      failing_(metrics.Gauge("background_worker_failing", "Whether the last turn of a background worker failed",
                             {{"worker", options_.name}})),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Repeater::~Repeater() { Stop(); }

void Repeater::Ring() {
  {
    const std::lock_guard lock(mutex_);
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
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, options_.interval, [this] { return rung_; });
    rung_ = false;
  }
}

void Repeater::TakeTurn(const std::stop_token& stop) {
  try {
    turn_(stop);
    done_.Increment();
    failing_.Set(0);
  } catch (const std::exception& exception) {
    failed_.Increment();
    if (failing_.Value() == 0) log_.Warn(options_.name + "_failed", {{"what", exception.what()}});
    failing_.Set(1);
  }
}

}  // namespace octavo::background
