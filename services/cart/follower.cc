#include "services/cart/follower.h"

#include <optional>
#include <utility>
#include <vector>

namespace octavo::cart {
namespace {

// What the event removes from a cart, if anything.
std::optional<Ordered> ToOrdered(const transactions::v1::OrderEvent& event) {
  if (event.type() != transactions::v1::OrderEvent::TYPE_ORDER_PLACED || event.cart().empty()) return std::nullopt;
  const Result<CartId> cart = ParseCartName(event.cart(), "cart");
  if (!cart.ok()) return std::nullopt;  // Not a cart of this service.
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
      follower_("cart_orders", telemetry,
                {.open = [this](auto* context, const auto& request) { return stub_->StreamOrderEventBatches(context, request); },
                 .position = [this] { return position_ = store_.FollowedPosition(); },
                 .apply = [this](const auto& batch) { return Apply(batch), Ok(); },
                 // The store remembers cleared orders.
                 .begin_anew = [this] { return store_.FollowAnew(), Ok(); }}) {
  follower_.Start();
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
