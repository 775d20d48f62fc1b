// Translates between octavo.inventory.v1 and the domain: parses requests, naming the field that is wrong, and builds
// answers.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "services/inventory/store.h"

namespace octavo::inventory {

namespace v1 = ::octavo::inventory::v1;

// At most kBooksMax names.
Result<std::vector<BookId>> ParseBooks(const google::protobuf::RepeatedPtrField<std::string>& names);
Result<ReserveOrder> ParseReserveOrder(const v1::ReserveStockRequest& request);
Result<Return> ParseReturn(const v1::ReturnReservationRequest& request);
Result<Receipt> ParseReceipt(const v1::ReceiveStockRequest& request);
Result<Adjustment> ParseAdjustment(const v1::AdjustStockRequest& request);
Result<Count> ParseCount(const v1::CountStockRequest& request);
Result<Policy> ParsePolicy(const v1::Policy& policy);

v1::Stock ToProto(const Stock& stock);
v1::Reservation ToProto(const Reservation& reservation);
v1::Movement ToProto(const Movement& movement);

}  // namespace octavo::inventory
