// The gRPC adapter of transactions: translates requests and answers, and decides nothing.
#pragma once

#include <memory>
#include <string>

#include "lib/base/change_signal.h"
#include "lib/base/secret.h"
#include "lib/calendar/time_zone.h"
#include "lib/names/page_tokens.h"
#include "lib/names/security_log.h"
#include "lib/rpc/service.h"
#include "octavo/transactions/v1/transactions.pb.h"
#include "services/transactions/checkout.h"
#include "services/transactions/store.h"

namespace octavo::transactions {

class TransactionsService final : public rpc::Service {
 public:
  struct Parts {
    Store& store;
    Checkout& checkout;
    ChangeSignal& events;      // Notified of every change that may have written an event.
    ChangeSignal& unfinished;  // Notified when there may be unfinished work.
    obs::Log& log;
    const Clock& clock;
    const names::PageTokens& page_tokens;
    const names::SecurityLog& security;
    // Signs the provider's notices; empty: no notice is accepted.
    Secret notice_key;
    TimeZone time_zone = TimeZone::Utc();
    std::int64_t withdrawal_days = 14;  // How long buyers may ask to return books, counted after the day of delivery.
  };

  TransactionsService(Parts parts, rpc::Pipeline& pipeline);

 private:
  Result<v1::OrderPreview> PreviewOrder(const rpc::Call& call, const v1::PreviewOrderRequest& request);
  Result<v1::Order> PlaceOrder(const rpc::Call& call, const v1::PlaceOrderRequest& request);
  Result<v1::Order> GetPlacedOrder(const rpc::Call& call, const v1::GetPlacedOrderRequest& request);
  Result<v1::Order> GetOrder(const rpc::Call& call, const v1::GetOrderRequest& request);
  Result<v1::ListOrdersResponse> ListOrders(const rpc::Call& call, const v1::ListOrdersRequest& request);
  Result<v1::Order> CancelOrder(const rpc::Call& call, const v1::CancelOrderRequest& request);
  Result<v1::Order> RefundOrder(const rpc::Call& call, const v1::RefundOrderRequest& request);
  Result<v1::Order> RequestReturn(const rpc::Call& call, const v1::RequestReturnRequest& request);
  Result<v1::Order> AcceptReturn(const rpc::Call& call, const v1::AcceptReturnRequest& request);
  Result<v1::Order> RejectReturn(const rpc::Call& call, const v1::RejectReturnRequest& request);
  Result<v1::Order> ReceiveReturn(const rpc::Call& call, const v1::ReceiveReturnRequest& request);
  Result<v1::Order> AdvanceFulfilment(const rpc::Call& call, const v1::AdvanceFulfilmentRequest& request);
  Result<v1::Order> RecordPayment(const rpc::Call& call, const v1::RecordPaymentRequest& request);
  Result<v1::NotifyPaymentResponse> NotifyPayment(const rpc::Call& call, const v1::NotifyPaymentRequest& request);
  Result<v1::ClaimGuestOrdersResponse> ClaimGuestOrders(const rpc::Call& call, const v1::ClaimGuestOrdersRequest& request);
  Result<v1::EraseCustomerResponse> EraseCustomer(const rpc::Call& call, const v1::EraseCustomerRequest& request);
  Result<type::v1::Known> GetKnown(const rpc::Call& call, const v1::GetKnownRequest& request);
  Result<v1::ListErasedCustomersResponse> ListErasedCustomers(const rpc::Call& call,
                                                              const v1::ListErasedCustomersRequest& request);
  Result<v1::ListOrderEventsResponse> ListOrderEvents(const rpc::Call& call, const v1::ListOrderEventsRequest& request);
  Result<std::unique_ptr<rpc::Source<v1::OrderEvent>>> StreamOrderEvents(const rpc::Call& call,
                                                                         const v1::StreamOrderEventsRequest& request);
  Result<std::unique_ptr<rpc::Source<v1::OrderEventBatch>>> StreamOrderEventBatches(
      const rpc::Call& call, const v1::StreamOrderEventBatchesRequest& request);

  Status CheckPosition(std::int64_t position);
  // Whether this is one of the tokens of a guest's order.
  bool Opens(const std::string& access_token, const Order& order);
  // The order, if it belongs to the caller, or if the caller is staff.
  template <class Request>
  Result<Order> Find(const std::string& name, const Request& asks, bool as_staff);
  void TellOfRefund(const Order& order, std::int64_t minor);
  Result<v1::Order> Decide(const OrderId& id, const std::string& key, const std::string& fingerprint,
                           const Store::Decide& decide);

  const Parts parts_;
};

}  // namespace octavo::transactions
