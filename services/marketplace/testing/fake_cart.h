// FakeCart: carts in memory, honest in what pages can see: etags that go stale, lines that follow the catalogue and the stock.
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "octavo/cart/v1/cart.pb.h"
#include "services/marketplace/testing/fake_catalog.h"
#include "services/marketplace/testing/fake_inventory.h"

namespace octavo::marketplace {

class FakeCart final : public FakeService {
 public:
  // Both must outlive it.
  FakeCart(FakeServer& server, const FakeCatalog& catalog, const FakeInventory& inventory);

  // As it is; empty where nobody wrote to it.
  cart::v1::Cart Look(const std::string& name) const;
  // What the reader saw before: the cart then says that the price is another.
  void SetSeenPrice(const std::string& name, const std::string& book, std::int64_t minor);
  void SetSeenAvailability(const std::string& name, const std::string& book, cart::v1::Availability availability);
  // Takes an order's copies out.
  void Clear(const std::string& name, const std::map<std::string, std::int64_t>& copies);

 private:
  Result<cart::v1::Cart> GetCart(const rpc::Call&, const cart::v1::GetCartRequest& request);
  Result<cart::v1::Cart> AddItem(const rpc::Call&, const cart::v1::AddItemRequest& request);
  Result<cart::v1::Cart> SetQuantity(const rpc::Call&, const cart::v1::SetQuantityRequest& request);
  Result<cart::v1::Cart> SetSavedForLater(const rpc::Call&, const cart::v1::SetSavedForLaterRequest& request);
  Result<cart::v1::Cart> SetCodes(const rpc::Call&, const cart::v1::SetCodesRequest& request);
  Result<cart::v1::Cart> MergeCarts(const rpc::Call&, const cart::v1::MergeCartsRequest& request);

  Result<cart::v1::Cart> Change(const std::string& name, const std::string& etag,
                                const std::function<Status(cart::v1::Cart&)>& change);
  cart::v1::Cart Refreshed(cart::v1::Cart cart) const;

  const FakeCatalog& catalog_;
  const FakeInventory& inventory_;
  mutable std::mutex mutex_;
  std::map<std::string, cart::v1::Cart> carts_;  // Guarded by mutex_, as all below.
  std::set<std::string> done_;                   // Request ids.
  int next_etag_ = 1;
};

}  // namespace octavo::marketplace
