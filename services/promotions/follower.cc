#include "services/promotions/follower.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "lib/rpc/status.h"
#include "services/promotions/convert.h"

namespace octavo::promotions {
namespace {

// A stream is begun anew once a day, whatever happens: a peer that hangs without closing is noticed.
constexpr std::chrono::hours kStreamMax{24};

}  // namespace

OrderFollower::OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Store& store,
                             const Identity& identity)
    : stub_(transactions::v1::TransactionsService::NewStub(transactions)),
      caller_(telemetry),
      log_(telemetry.log),
      store_(store),
      identity_(identity),
      thread_([this] { Run(); }) {}

OrderFollower::~OrderFollower() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  stopped_.notify_all();
  thread_.join();
}

void OrderFollower::Run() {
  std::chrono::milliseconds pause = kPauseMin;
  bool reported = false;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    grpc::ClientContext context;
    context_ = &context;
    alive_ = false;
    lock.unlock();
    Status end;
    try {
      end = Follow(context);
    } catch (const std::exception& failure) {  // The store's; the event will come again.
      context.TryCancel();
      end = Error{Code::kUnavailable, "STORE_FAILED", failure.what()};
    }
    lock.lock();
    context_ = nullptr;
    if (stopping_) return;
    if (alive_) {
      pause = kPauseMin;
      reported = false;
    }
    // Once per trouble: a peer that is down for an hour makes one line.
    if (!std::exchange(reported, true)) {
      log_.Warn("stream_ended", {{"stream", "orders"}, {"why", end.ok() ? "closed" : ToString(end.error())}});
    }
    stopped_.wait_for(lock, pause, [this] { return stopping_; });
    pause = std::min(2 * pause, kPauseMax);
  }
}

Status OrderFollower::Follow(grpc::ClientContext& context) {
  caller_.PrepareStream(context, {.budget = kStreamMax});
  transactions::v1::StreamOrderEventsRequest request;
  request.set_position(store_.OrderPosition());
  const auto reader = stub_->StreamOrderEvents(&context, request);
  transactions::v1::OrderEvent event;
  while (reader->Read(&event)) {
    alive_ = true;
    if (const Status applied = store_.ApplyOrder(event.position(), ToOrderFacts(event, identity_)); !applied.ok()) {
      context.TryCancel();
      (void)reader->Finish();  // Cancelled by us.
      return applied;
    }
  }
  const grpc::Status status = reader->Finish();
  return status.ok() ? Ok() : Status(rpc::ToError(status));
}

}  // namespace octavo::promotions
