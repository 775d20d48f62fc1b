#include "services/marketplace/testing/fake_inventory.h"

#include <utility>

namespace octavo::marketplace {

using inventory::v1::Stock;
using inventory::v1::WatchStockResponse;

// The stock of each book at first, then what has changed.
class FakeInventory::Watch final : public rpc::Source<WatchStockResponse> {
 public:
  Watch(FakeInventory& inventory, const inventory::v1::WatchStockRequest& request)
      : inventory_(inventory), books_(request.books().begin(), request.books().end()) {}

  void Attach(rpc::Waker waker) override {
    const std::lock_guard lock(inventory_.mutex_);
    inventory_.wakers_.push_back(std::move(waker));
  }
  rpc::Pull<WatchStockResponse> Next() override {
    for (const std::string& book : books_) {
      const Stock stock = inventory_.Of(book);
      const auto known = sent_.find(book);
      if (known != sent_.end() && known->second == stock.SerializeAsString()) continue;
      sent_[book] = stock.SerializeAsString();
      WatchStockResponse response;
      *response.mutable_stock() = stock;
      return response;
    }
    return rpc::NothingNow{};
  }

 private:
  FakeInventory& inventory_;
  const std::vector<std::string> books_;
  std::map<std::string, std::string> sent_;
};

FakeInventory::FakeInventory(FakeServer& server) : FakeService("octavo.inventory.v1.InventoryService", server) {
  Answer<&FakeInventory::BatchGetStock>("BatchGetStock");
  ServerStreaming("WatchStock", this, &FakeInventory::WatchStock);
}

void FakeInventory::Set(const std::string& book, Stock stock) {
  stock.set_book(book);
  std::vector<rpc::Waker> wakers;
  {
    const std::lock_guard lock(mutex_);
    stock_[book] = stock;
    wakers = wakers_;
  }
  for (const rpc::Waker& wake : wakers) wake();
}

Stock FakeInventory::Of(const std::string& book) const {
  const std::lock_guard lock(mutex_);
  const auto known = stock_.find(book);
  Stock stock = known == stock_.end() ? Stock() : known->second;
  stock.set_book(book);
  return stock;
}

bool FakeInventory::CanBackorder(const Stock& stock) { return stock.policy().backorder() > inventory::v1::BACKORDER_REFUSED; }

Result<inventory::v1::BatchGetStockResponse> FakeInventory::BatchGetStock(const rpc::Call&,
                                                                          const inventory::v1::BatchGetStockRequest& request) {
  inventory::v1::BatchGetStockResponse response;
  for (const std::string& book : request.books()) *response.add_stocks() = Of(book);
  return response;
}

Result<FakeInventory::Watched> FakeInventory::WatchStock(const rpc::Call& call, const inventory::v1::WatchStockRequest& request) {
  TRY(Allow(call, *request.GetDescriptor()));
  return std::make_unique<Watch>(*this, request);
}

}  // namespace octavo::marketplace
