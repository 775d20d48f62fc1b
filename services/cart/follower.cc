#include "services/cart/follower.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "lib/rpc/status.h"

namespace octavo::cart {
namespace {

// A stream is begun anew once a day, whatever happens: a peer that hangs without closing is noticed.
constexpr std::chrono::hours kStreamMax{24};

// What the event takes out of a cart, if anything.
std::optional<Ordered> ToOrdered(const transactions::v1::OrderEvent& event) {
  if (event.type() != transactions::v1::OrderEvent::TYPE_ORDER_PLACED || event.cart().empty()) return std::nullopt;
  const Result<CartId> cart = ParseCartName(event.cart(), "cart");
  if (!cart.ok()) return std::nullopt;  // Not one of ours.
  Ordered ordered{.cart = *cart, .order = event.order().name(), .copies = {}};
  for (const transactions::v1::OrderLine& line : event.order().lines()) {
    const Result<BookId> book = ParseBookName(line.book(), "book");
    if (book.ok()) ordered.copies[*book] += line.quantity();
  }
  return ordered;
}

}  // namespace

Follower::Follower(std::shared_ptr<grpc::Channel> transactions, Store& store, rpc::Telemetry telemetry)
    : stub_(transactions::v1::TransactionsService::NewStub(transactions)),
      store_(store),
      telemetry_(telemetry),
      caller_(telemetry),
      thread_([this] { Run(); }) {}

Follower::~Follower() { Stop(); }

void Follower::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Follower::Run() {
  std::chrono::milliseconds pause = kPauseMin;
  int failed_in_a_row = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    grpc::ClientContext context;
    context_ = &context;
    alive_ = false;
    lock.unlock();
    Status end = Ok();
    try {
      end = Follow(context);
    } catch (const std::exception& exception) {  // The store's: it may be back at the next turn.
      end = Error{Code::kUnavailable, "STORE_FAILED", exception.what()};
    }
    lock.lock();
    context_ = nullptr;
    if (stopping_) return;
    if (alive_) {
      pause = kPauseMin;
      failed_in_a_row = 0;
    }
    // Once per trouble: a peer that is down for an hour makes one line, and one that is just starting makes none.
    if (++failed_in_a_row == 4) {
      telemetry_.log.Warn("order_events_ended", {{"why", end.ok() ? "closed" : ToString(end.error())}});
    }
    stop_.wait_for(lock, pause, [this] { return stopping_; });
    pause = std::min(2 * pause, kPauseMax);
  }
}

Status Follower::Follow(grpc::ClientContext& context) {
  position_ = store_.FollowedPosition();
  caller_.PrepareStream(context, {.budget = kStreamMax});
  transactions::v1::StreamOrderEventsRequest request;
  request.set_position(position_);
  const auto reader = stub_->StreamOrderEvents(&context, request);
  transactions::v1::OrderEvent event;
  try {
    while (reader->Read(&event)) {
      alive_ = true;
      Apply(event);
    }
  } catch (...) {
    // gRPC wants every stream read to its end.
    context.TryCancel();
    while (reader->Read(&event)) {
    }
    (void)reader->Finish();
    throw;
  }
  const grpc::Status status = reader->Finish();
  if (status.ok()) return Ok();
  Error error = rpc::ToError(status);
  // The orders were brought back from an older copy: read them anew. Those that were cleared are known.
  if (error.reason == "UNKNOWN_POSITION") store_.FollowAnew();
  return error;
}

void Follower::Apply(const transactions::v1::OrderEvent& event) {
  const std::optional<Ordered> ordered = ToOrdered(event);
  if (!ordered && event.position() < position_ + kEventsPerWrite) return;
  store_.FollowTo(event.position(), ordered, telemetry_.clock.Now());
  position_ = event.position();
}

}  // namespace octavo::cart
