// Translates orders between the contract and the domain.
#pragma once

#include <string>

#include "lib/base/result.h"
#include "octavo/transactions/v1/transactions.pb.h"
#include "services/transactions/checkout.h"
#include "services/transactions/domain/order.h"

namespace octavo::transactions {

v1::Order ToProto(const Order& order);
v1::OrderEvent ToProto(const OrderEvent& event);
v1::OrderPreview ToProto(const Preview& preview);

// INVALID_ARGUMENT naming field, value and rule.
Result<PlaceRequest> Parse(const v1::PlaceOrderRequest& request);
Result<Basket> Parse(const v1::PreviewOrderRequest& request);
Result<std::vector<Item>> ParseItems(const google::protobuf::RepeatedPtrField<v1::OrderItem>& items);
struct ReturnName {
  OrderId order;
  std::int64_t number = 0;
};
Result<ReturnName> ParseReturnName(const std::string& name);
// A text from one person to another: at most 200 bytes without control characters; may be empty.
Result<std::string> ParseSentence(const std::string& field, const std::string& text);

}  // namespace octavo::transactions
