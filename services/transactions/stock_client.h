// The port Stock over gRPC: inventory holds the copies of an order. Reservations and commits of orders that are placed at the
// same time go out in one call (peers_client.h). Thread-safe once connected. `caller` must outlive it.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/batcher.h"
#include "lib/rpc/client.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "services/transactions/peers_client.h"
#include "services/transactions/ports.h"

namespace octavo::transactions {

class GrpcStock final : public Stock {
 public:
  explicit GrpcStock(const rpc::Caller& caller);
  // Before the first use of the rest.
  void Connect(const std::shared_ptr<grpc::Channel>& inventory);

  Result<std::map<BookId, StockLevel>> Levels(const std::vector<BookId>& books, const rpc::Limits& limits) override;
  Result<std::map<BookId, std::int64_t>> Reserve(const Order& order, const rpc::Limits& limits) override;
  Status Commit(const OrderId& order, const rpc::Limits& limits) override;
  Result<std::optional<std::int64_t>> Known(const OrderId& order, const rpc::Limits& limits) override;
  Status Release(const OrderId& order, const rpc::Limits& limits) override;
  Status TakeBack(const OrderId& order, const std::string& key, const std::vector<Item>& items, Restock restock,
                  const rpc::Limits& limits) override;

 private:
  using ReserveCall = Shared<inventory::v1::ReserveStockRequest, inventory::v1::Reservation>;
  using CommitCall = Shared<inventory::v1::CommitReservationRequest, inventory::v1::Reservation>;

  template <class Requests, class Call, class Method>
  Batch CallTogether(std::span<Call* const> group, Method method);

  std::unique_ptr<inventory::v1::InventoryService::Stub> inventory_;
  const rpc::Caller& caller_;
  Batcher<ReserveCall> reservations_;
  Batcher<CommitCall> commits_;
};

}  // namespace octavo::transactions
