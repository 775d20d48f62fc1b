// Follower: reads the shop's order events and takes ordered books out of the carts, as long as the service runs. Each event is
// applied once, whatever breaks: its position is stored with its effect, and the store remembers the orders that it has cleared.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>

#include "lib/rpc/log_follower.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/cart/store.h"

namespace octavo::cart {

class Follower {
 public:
  // All must outlive the follower, which starts now.
  Follower(const std::shared_ptr<grpc::Channel>& transactions, Store& store, rpc::Telemetry telemetry);

  void Stop() { follower_.Stop(); }

 private:
  // Events that clear nothing move the position in memory only; it is stored at least this often.
  static constexpr std::int64_t kEventsPerWrite = 100;

  void Apply(const transactions::v1::OrderEventBatch& batch);

  const std::unique_ptr<transactions::v1::TransactionsService::StubInterface> stub_;
  Store& store_;
  const Clock& clock_;
  std::int64_t position_ = 0;  // Used by the follower's thread only.
  // Last: its thread uses the rest.
  rpc::LogFollower<transactions::v1::StreamOrderEventBatchesRequest, transactions::v1::OrderEventBatch> follower_;
};

}  // namespace octavo::cart
