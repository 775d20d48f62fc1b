// Followers: keep this service's copies of the catalogue and of the stock, and learn of purchases, by reading the streams of
// their owners for as long as the service runs. A stream that breaks is taken up again from where it was; the copies stay
// meanwhile.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "lib/rpc/log_follower.h"
#include "lib/rpc/stream_loop.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/recommendations/recorder.h"
#include "services/recommendations/snapshot_keeper.h"

namespace octavo::recommendations {

// Follows octavo.catalog.v1 StreamChanges.
class CatalogueFollower {
 public:
  CatalogueFollower(const std::shared_ptr<grpc::Channel>& catalogue, rpc::Telemetry telemetry, SnapshotKeeper& snapshots);

  void Start() { follower_.Start(); }
  void Stop() { follower_.Stop(); }

 private:
  void Apply(const catalog::v1::Change& change);
  void BeginAnew();

  const std::unique_ptr<catalog::v1::CatalogService::StubInterface> stub_;
  SnapshotKeeper& snapshots_;
  obs::Log& log_;
  std::int64_t position_ = 0;  // Of the last change taken.
  // The first copy is shown when it is whole: until then it is gathered here.
  bool whole_ = false;
  std::unordered_map<std::int32_t, Book> gathered_;
  // Last: its thread uses the rest.
  rpc::LogFollower<catalog::v1::StreamChangesRequest, catalog::v1::Change> follower_;
};

// Follows octavo.inventory.v1 WatchStock. Until it has seen the whole stock once, every book counts as in stock: a shop
// whose inventory is down still shows books, and the basket says what cannot be had.
class StockFollower {
 public:
  StockFollower(const std::shared_ptr<grpc::Channel>& inventory, rpc::Telemetry telemetry, SnapshotKeeper& snapshots);

  void Start() { loop_.Start(); }
  void Stop() { loop_.Stop(); }

 private:
  Status Follow(grpc::ClientContext& context);

  const std::unique_ptr<inventory::v1::InventoryService::StubInterface> stub_;
  SnapshotKeeper& snapshots_;
  rpc::StreamLoop loop_;  // Last: its thread uses the rest.
};

// Follows octavo.transactions.v1 StreamOrderEventBatches: what was ordered was bought, by the reader whom the order names, or
// the customer's ("customers/7" is "readers/c-7"). An order that is cancelled, or whose buyer is erased, was never there; what is
// refunded was in the reader's hands, and stays. Each event counts once: its position is stored with its effect.
class OrderFollower {
 public:
  OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Recorder& recorder);

  void Start() { follower_.Start(); }
  void Stop() { follower_.Stop(); }

 private:
  // Events that change nothing move the position on in memory; it is stored at least so often.
  static constexpr std::int64_t kEventsPerWrite = 100;

  Status Apply(const OrderChange& change);

  const std::unique_ptr<transactions::v1::TransactionsService::StubInterface> stub_;
  Recorder& recorder_;
  std::int64_t position_ = 0;  // Stored last; of the follower's thread.
  // Last: its thread uses the rest.
  rpc::LogFollower<transactions::v1::StreamOrderEventBatchesRequest, transactions::v1::OrderEventBatch> follower_;
};

}  // namespace octavo::recommendations
