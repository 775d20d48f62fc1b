#include "services/promotions/follower.h"

#include <vector>

#include "services/promotions/convert.h"

namespace octavo::promotions {

OrderFollower::OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Store& store,
                             const Identity& identity)
    : stub_(transactions::v1::TransactionsService::NewStub(transactions)),
      store_(store),
      identity_(identity),
      follower_("promotions_orders", telemetry,
                {.open = [this](auto* context, const auto& request) { return stub_->StreamOrderEventBatches(context, request); },
                 .position = [this] { return store_.OrderPosition(); },
                 .apply = [this](const auto& batch) { return Apply(batch); },
                 .begin_anew = [this] { return store_.FollowAnew(), Ok(); }}) {
  follower_.Start();
}

Status OrderFollower::Apply(const transactions::v1::OrderEventBatch& batch) {
  std::vector<OrderUpdate> updates;
  updates.reserve(static_cast<std::size_t>(batch.events_size()));
  for (const transactions::v1::OrderEvent& event : batch.events()) {
    updates.push_back({event.position(), ToOrderFacts(event, identity_)});
  }
  return store_.ApplyOrders(updates);
}

}  // namespace octavo::promotions
