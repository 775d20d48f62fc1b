#include "lib/rpc/stream_loop.h"

#include <algorithm>
#include <utility>

namespace octavo::rpc {

StreamLoop::StreamLoop(std::string name, Telemetry telemetry, Session session)
    : name_(std::move(name)),
      session_(std::move(session)),
      caller_(telemetry),
      log_(telemetry.log),
      state_(name_, telemetry.metrics) {}

StreamLoop::~StreamLoop() { Stop(); }

void StreamLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void StreamLoop::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StreamLoop::Alive() {
  if (alive_.exchange(true)) return;
  state_.Succeeded();
  log_.Info("following", {{"stream", name_}});
}

Status StreamLoop::Turn(grpc::ClientContext& context) const {
  caller_.PrepareStream(context, {.budget = kStreamMax});
  try {
    return session_(context);
  } catch (const std::exception& exception) {
    return Error{Code::kUnavailable, "STORE_FAILED", exception.what()};
  }
}

void StreamLoop::Run() {
  std::chrono::milliseconds pause = kPauseMin;
  int failures = 0;
  MutexLock lock(mutex_);
  while (!stopping_) {
    grpc::ClientContext context;
    context_ = &context;
    alive_ = false;
    lock.unlock();
    state_.Trying();  // A stream that is open and quiet is well.
    const Status end = Turn(context);
    lock.lock();
    context_ = nullptr;
    if (stopping_) return;
    if (alive_) {
      pause = kPauseMin;
      failures = 0;
    }
    if (++failures >= kFailuresToTell) (void)state_.Failed();
    if (failures == kFailuresToTell) {
      log_.Warn("stream_ended", {{"stream", name_}, {"why", end.ok() ? "closed" : ToString(end.error())}});
    }
    stopped_.wait_for(lock, pause, [this]() OCTAVO_REQUIRES(mutex_) { return stopping_; });
    pause = std::min(2 * pause, kPauseMax);
  }
}

}  // namespace octavo::rpc
