// FakeInventory: the stock of books in memory, with those who watch it. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "octavo/inventory/v1/inventory.pb.h"
#include "services/marketplace/testing/fake_service.h"

namespace octavo::marketplace {

class FakeInventory final : public FakeService {
 public:
  explicit FakeInventory(FakeServer& server);

  void Set(const std::string& book, inventory::v1::Stock stock);
  // None where nobody has set it.
  inventory::v1::Stock Of(const std::string& book) const;
  static bool CanBackorder(const inventory::v1::Stock& stock);

 private:
  class Watch;
  using Watched = std::unique_ptr<rpc::Source<inventory::v1::WatchStockResponse>>;

  Result<inventory::v1::BatchGetStockResponse> BatchGetStock(const rpc::Call&,
                                                             const inventory::v1::BatchGetStockRequest& request);
  Result<Watched> WatchStock(const rpc::Call&, const inventory::v1::WatchStockRequest& request);

  mutable std::mutex mutex_;
  std::map<std::string, inventory::v1::Stock> stock_;  // Guarded by mutex_, as all below.
  std::vector<rpc::Waker> wakers_;
};

}  // namespace octavo::marketplace
