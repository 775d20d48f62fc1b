// OrderFollower: reads every order from the event stream of transactions, for reports and simulations, on its own thread as
// long as the service runs. The position is stored with the effect of each event, so that a crash neither loses an event nor
// counts it twice. If the stream breaks, it continues from the position; if the orders were restored from an older copy, it
// begins anew.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "lib/rpc/log_follower.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/promotions/identity.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

class OrderFollower {
 public:
  // Starts now. The references must outlive the follower; its destructor waits for the thread.
  OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Store& store,
                const Identity& identity);

 private:
  Status Apply(const transactions::v1::OrderEventBatch& batch);

  const std::unique_ptr<transactions::v1::TransactionsService::StubInterface> stub_;
  Store& store_;
  const Identity& identity_;
  // Last: its thread uses the rest.
  rpc::LogFollower<transactions::v1::StreamOrderEventBatchesRequest, transactions::v1::OrderEventBatch> follower_;
};

}  // namespace octavo::promotions
