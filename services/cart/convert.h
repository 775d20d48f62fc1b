// Translates between octavo.cart.v1 and the domain: parses requests, naming the field that is wrong, and builds answers.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "octavo/cart/v1/cart.pb.h"
#include "services/cart/shop_client.h"
#include "services/cart/store.h"

namespace octavo::cart {

namespace v1 = ::octavo::cart::v1;

struct ItemToAdd {
  Change change;
  BookId book;
  std::int64_t quantity = 0;
};

struct CodesToSet {
  Change change;
  std::vector<std::string> codes;
};

struct CartsToMerge {
  Change change;  // Of the customer's cart.
  CartId from;
};

Result<ItemToAdd> ParseAddItem(const v1::AddItemRequest& request);
Result<Change> ParseSetQuantity(const v1::SetQuantityRequest& request);
Result<Change> ParseSetSavedForLater(const v1::SetSavedForLaterRequest& request);
Result<CodesToSet> ParseSetCodes(const v1::SetCodesRequest& request);
Result<CartsToMerge> ParseMergeCarts(const v1::MergeCartsRequest& request);
Result<Ordered> ParseClearOrdered(const v1::ClearOrderedRequest& request);

// Missing if the inventory could not be asked; an unknown book has no
// stock.
std::optional<StockLevel> StockOf(const ShopFacts& facts, BookId book);
// The availability of the line's copies; kUnknown if it depends on a service that could not be asked.
Availability AvailabilityNow(const Line& line, const ShopFacts& facts);

v1::Cart ToProto(const Cart& cart, const ShopFacts& facts);

}  // namespace octavo::cart
