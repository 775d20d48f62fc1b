#include "services/cart/follower.h"

#include <optional>
#include <utility>
#include <vector>

namespace octavo::cart {
namespace {

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

Follower::Follower(const std::shared_ptr<grpc::Channel>& transactions, Store& store, rpc::Telemetry telemetry)
    : stub_(transactions::v1::TransactionsService::NewStub(transactions)),
      store_(store),
      clock_(telemetry.clock),
      loop_("orders", telemetry, [this](grpc::ClientContext& context) { return Follow(context); }) {
  loop_.Start();
}

Status Follower::Follow(grpc::ClientContext& context) {
  position_ = store_.FollowedPosition();
  transactions::v1::StreamOrderEventBatchesRequest request;
  request.set_position(position_);
  const Status end = loop_.Read(context, *stub_->StreamOrderEventBatches(&context, request),
                                [this](const transactions::v1::OrderEventBatch& batch) {
                                  Apply(batch);
                                  return Ok();
                                });
  // The orders were brought back from an older copy: read them anew. Those that were cleared are known.
  if (!end.ok() && end.error().reason == "UNKNOWN_POSITION") store_.FollowAnew();
  return end;
}

void Follower::Apply(const transactions::v1::OrderEventBatch& batch) {
  std::vector<Ordered> ordered;
  std::int64_t position = position_;
  for (const transactions::v1::OrderEvent& event : batch.events()) {
    position = event.position();
    if (auto clears = ToOrdered(event)) ordered.push_back(*std::move(clears));
  }
  if (ordered.empty() && position < position_ + kEventsPerWrite) return;
  store_.FollowTo(position, ordered, clock_.Now());
  position_ = position;
}

}  // namespace octavo::cart
