// CartService: octavo.cart.v1 over a Store, with current prices and availability.
#pragma once

#include <vector>

#include "lib/base/clock.h"
#include "lib/rpc/service.h"
#include "octavo/cart/v1/cart.pb.h"
#include "services/cart/shop_client.h"
#include "services/cart/store.h"

namespace octavo::cart {

namespace v1 = ::octavo::cart::v1;

class CartService final : public rpc::Service {
 public:
  // All must outlive the service.
  CartService(Store& store, const ShopClient& shop, const Clock& clock, rpc::Pipeline& pipeline);

 private:
  Result<v1::Cart> GetCart(const rpc::Call& call, const v1::GetCartRequest& request);
  Result<v1::Cart> AddItem(const rpc::Call& call, const v1::AddItemRequest& request);
  Result<v1::Cart> SetQuantity(const rpc::Call& call, const v1::SetQuantityRequest& request);
  Result<v1::Cart> SetSavedForLater(const rpc::Call& call, const v1::SetSavedForLaterRequest& request);
  Result<v1::Cart> SetCodes(const rpc::Call& call, const v1::SetCodesRequest& request);
  Result<v1::Cart> MergeCarts(const rpc::Call& call, const v1::MergeCartsRequest& request);
  Result<v1::Cart> ClearOrdered(const rpc::Call& call, const v1::ClearOrderedRequest& request);
  Result<v1::DeleteCartResponse> DeleteCart(const rpc::Call& call, const v1::DeleteCartRequest& request);
  Result<type::v1::Known> GetKnown(const rpc::Call& call, const v1::GetKnownRequest& request);

  ShopFacts Ask(const rpc::Call& call, const Cart& cart) const;
  v1::Cart Show(const rpc::Call& call, const Cart& cart) const;
  // A reader who changes a line sees the cart, so what it shows counts as seen from now on.
  v1::Cart ShowAsSeen(const rpc::Call& call, const Cart& cart);

  Store& store_;
  const ShopClient& shop_;
  const Clock& clock_;
};

}  // namespace octavo::cart
