// OrderFollower: learns every order from the event stream of transactions, for reports and simulations, on a thread of its
// own for as long as the service runs. The position is stored with the effect of each event, so that a crash at any moment
// loses none and counts none twice; a stream that breaks is taken up again from there.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "lib/rpc/stream_loop.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/promotions/identity.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

class OrderFollower {
 public:
  // Begins at once. The references outlive the follower, whose end waits for the thread.
  OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Store& store,
                const Identity& identity);

 private:
  // Reads one stream to its end; gives the reason of the end.
  Status Follow(grpc::ClientContext& context);

  const std::unique_ptr<transactions::v1::TransactionsService::StubInterface> stub_;
  Store& store_;
  const Identity& identity_;
  rpc::StreamLoop loop_;  // Last: its thread uses the rest.
};

}  // namespace octavo::promotions
