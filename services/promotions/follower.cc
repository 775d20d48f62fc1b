#include "services/promotions/follower.h"

#include <vector>

#include "services/promotions/convert.h"

namespace octavo::promotions {

OrderFollower::OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Store& store,
                             const Identity& identity)
    : stub_(transactions::v1::TransactionsService::NewStub(transactions)),
      store_(store),
      identity_(identity),
      loop_("orders", telemetry, [this](grpc::ClientContext& context) { return Follow(context); }) {
  loop_.Start();
}

Status OrderFollower::Follow(grpc::ClientContext& context) {
  transactions::v1::StreamOrderEventBatchesRequest request;
  request.set_position(store_.OrderPosition());
  return loop_.Read(context, *stub_->StreamOrderEventBatches(&context, request),
                    [this](const transactions::v1::OrderEventBatch& batch) {
                      std::vector<OrderUpdate> updates;
                      updates.reserve(static_cast<std::size_t>(batch.events_size()));
                      for (const transactions::v1::OrderEvent& event : batch.events()) {
                        updates.push_back({event.position(), ToOrderFacts(event, identity_)});
                      }
                      return store_.ApplyOrders(updates);
                    });
}

}  // namespace octavo::promotions
