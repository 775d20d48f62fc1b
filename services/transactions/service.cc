#include "services/transactions/service.h"

#include <algorithm>
#include <deque>

#include "lib/base/digest.h"
#include "lib/email/email.h"
#include "services/transactions/domain/returns.h"
#include "services/transactions/service_messages.h"
#include "services/transactions/store_json.h"

#include "lib/base/quoted.h"

namespace octavo::transactions {
namespace {

constexpr names::PageSizes kPageSizes{.standard = 20, .most = 100};
constexpr names::PageSizes kErasedPageSizes{.standard = 1000, .most = 1000};
constexpr int kEventsPerRead = 100;

// Names are stored: that of an erased customer for ever.
Status CheckCustomer(const std::string& name) {
  constexpr std::size_t kBytesMax = 100;
  if (names::FindId(names::kCustomers, name) && name.size() <= kBytesMax) return Ok();
  return InvalidField("customer", Quoted(name) + " is not a customer's name");
}

Error WhoAsks() {
  return {.code = Code::kInvalidArgument,
          .reason = "WHO_ASKS",
          .message = "name the customer or the access token whose order it is, or say that staff ask (as_staff)",
          .violations = {{"as_staff", "is not set, and neither is a customer or a token"}}};
}

Error MissingKey() {
  return {Code::kInvalidArgument, "MISSING_KEY", "idempotency_key is missing", {{"idempotency_key", "is missing"}}};
}

v1::Order ToProto(const Checkout::Placed& placed) {
  v1::Order order = ToProto(placed.order);
  order.set_access_token(placed.access_token);
  return order;
}

// The events of the shop, or of one order, after a position.
template <class Message>
class EventSource : public rpc::Source<Message> {
 public:
  EventSource(Store& store, ChangeSignal& events, std::int64_t position, std::optional<OrderId> order)
      : store_(store), events_(events), position_(position), order_(std::move(order)) {}

  void Attach(rpc::Waker waker) override { subscription_ = events_.Listen(std::move(waker)); }

 protected:
  // The next events; none: there are no more.
  std::vector<OrderEvent> Read() {
    std::vector<OrderEvent> events = store_.Events(position_, order_, kEventsPerRead);
    if (!events.empty()) position_ = events.back().position;
    return events;
  }

 private:
  Store& store_;
  ChangeSignal& events_;
  std::int64_t position_;
  const std::optional<OrderId> order_;
  ChangeSignal::Subscription subscription_;
};

class SingleEvents final : public EventSource<v1::OrderEvent> {
 public:
  using EventSource::EventSource;

  rpc::Pull<v1::OrderEvent> Next() override {
    if (waiting_.empty()) {
      for (OrderEvent& event : Read()) waiting_.push_back(std::move(event));
    }
    if (waiting_.empty()) return rpc::NothingNow{};
    v1::OrderEvent event = ToProto(waiting_.front());
    waiting_.pop_front();
    return event;
  }

 private:
  std::deque<OrderEvent> waiting_;  // Read, not yet sent.
};

class EventBatches final : public EventSource<v1::OrderEventBatch> {
 public:
  using EventSource::EventSource;

  rpc::Pull<v1::OrderEventBatch> Next() override {
    v1::OrderEventBatch batch;
    for (const OrderEvent& event : Read()) *batch.add_events() = ToProto(event);
    if (batch.events().empty()) return rpc::NothingNow{};
    return batch;
  }
};

}  // namespace

TransactionsService::TransactionsService(Parts parts, rpc::Pipeline& pipeline)
    : rpc::Service("octavo.transactions.v1.TransactionsService", pipeline), parts_(std::move(parts)) {
  Unary("PreviewOrder", this, &TransactionsService::PreviewOrder);
  Unary("PlaceOrder", this, &TransactionsService::PlaceOrder);
  Unary("GetPlacedOrder", this, &TransactionsService::GetPlacedOrder);
  Unary("GetOrder", this, &TransactionsService::GetOrder);
  Unary("ListOrders", this, &TransactionsService::ListOrders);
  Unary("CancelOrder", this, &TransactionsService::CancelOrder);
  Unary("RefundOrder", this, &TransactionsService::RefundOrder);
  Unary("RequestReturn", this, &TransactionsService::RequestReturn);
  Unary("AcceptReturn", this, &TransactionsService::AcceptReturn);
  Unary("RejectReturn", this, &TransactionsService::RejectReturn);
  Unary("ReceiveReturn", this, &TransactionsService::ReceiveReturn);
  Unary("AdvanceFulfilment", this, &TransactionsService::AdvanceFulfilment);
  Unary("RecordPayment", this, &TransactionsService::RecordPayment);
  Unary("NotifyPayment", this, &TransactionsService::NotifyPayment);
  Unary("ClaimGuestOrders", this, &TransactionsService::ClaimGuestOrders);
  Unary("EraseCustomer", this, &TransactionsService::EraseCustomer);
  Unary("ListErasedCustomers", this, &TransactionsService::ListErasedCustomers);
  Unary("GetKnown", this, &TransactionsService::GetKnown);
  Unary("ListOrderEvents", this, &TransactionsService::ListOrderEvents);
  ServerStreaming("StreamOrderEvents", this, &TransactionsService::StreamOrderEvents);
  ServerStreaming("StreamOrderEventBatches", this, &TransactionsService::StreamOrderEventBatches);
}

Result<v1::OrderPreview> TransactionsService::PreviewOrder(const rpc::Call& call, const v1::PreviewOrderRequest& request) {
  const auto history = request.with_history() ? Checkout::History::kKnown : Checkout::History::kHidden;
  return ToProto(TRY(parts_.checkout.PreviewOrder(TRY(Parse(request)), history, rpc::Within(call, kStepMax))));
}

Result<v1::Order> TransactionsService::PlaceOrder(const rpc::Call& call, const v1::PlaceOrderRequest& request) {
  const auto placed = TRY(parts_.checkout.Place(TRY(Parse(request)), rpc::Within(call, kStepMax)));
  parts_.events.Notify();
  return ToProto(placed);
}

Result<v1::Order> TransactionsService::GetPlacedOrder(const rpc::Call&, const v1::GetPlacedOrderRequest& request) {
  if (request.idempotency_key().empty()) return MissingKey();
  return ToProto(TRY(parts_.checkout.AnswerTo(request.idempotency_key(), request.customer())));
}

bool TransactionsService::Opens(const std::string& access_token, const Order& order) {
  if (access_token.empty() || order.access_token_hash.empty()) return false;
  const std::string hash = Hex(Sha256(access_token));
  return SameInConstantTime(hash, order.access_token_hash) || parts_.store.HasAccess(order.id, hash);
}

template <class Request>
Result<Order> TransactionsService::Find(const std::string& name, const Request& asks, bool as_staff) {
  const OrderId id = TRY(ParseOrderName(name));
  if (asks.customer().empty() && asks.access_token().empty() && !as_staff) return WhoAsks();
  const auto order = parts_.store.FindOrder(id);
  if (!order) return UnknownOrder(id);
  const bool theirs = !asks.customer().empty() && order->buyer.customer == asks.customer();
  if (!as_staff && !theirs && !Opens(asks.access_token(), *order)) return UnknownOrder(id);
  return *order;
}

Result<v1::Order> TransactionsService::GetOrder(const rpc::Call&, const v1::GetOrderRequest& request) {
  return ToProto(TRY(Find(request.name(), request, request.as_staff())));
}

Result<v1::ListOrdersResponse> TransactionsService::ListOrders(const rpc::Call&, const v1::ListOrdersRequest& request) {
  if (request.customer().empty() && !request.as_staff()) return WhoAsks();
  if (request.with_open_returns() && !request.as_staff()) {
    return InvalidField("with_open_returns", "is for the shop's staff (as_staff)");
  }
  const int size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  Store::OrderFilter filter{.customer = request.customer(), .with_open_returns = request.with_open_returns()};
  if (request.state() != v1::Order::STATE_UNSPECIFIED) filter.state = static_cast<OrderState>(request.state());
  // A page begins after the number of the last order of the page before, so that it stays correct while orders are added.
  const std::string listing = rpc::ListingOf(request);
  filter.before_number = TRY(parts_.page_tokens.OpenNumber(listing, request.page_token(), {.first = filter.before_number}));
  v1::ListOrdersResponse response;
  const auto orders = parts_.store.ListOrders(filter, size + 1);
  for (const Order& order : orders) {
    if (response.orders_size() == size) {
      const std::int64_t last = orders[static_cast<std::size_t>(size) - 1].number;
      response.set_next_page_token(parts_.page_tokens.Seal(listing, std::to_string(last)));
      break;
    }
    *response.add_orders() = ToProto(order);
  }
  return response;
}

Result<v1::ListOrderEventsResponse> TransactionsService::ListOrderEvents(const rpc::Call&,
                                                                         const v1::ListOrderEventsRequest& request) {
  const Order order = TRY(Find(request.order(), request, request.as_staff()));
  const int size = request.page_size() <= 0 ? kEventsPerRead : std::min(request.page_size(), kEventsPerRead);
  v1::ListOrderEventsResponse response;
  for (const OrderEvent& event : parts_.store.Events(request.position(), order.id, size)) {
    *response.add_events() = ToProto(event);
  }
  return response;
}

void TransactionsService::TellOfRefund(const Order& order, std::int64_t minor) {
  parts_.security.Write({.event = "refund",
                         .subject = order.buyer.email,
                         .detail = OrderName(order.id) + " " + std::to_string(minor) + " " + order.currency_code});
}

Result<v1::Order> TransactionsService::Decide(const OrderId& id, const std::string& key, const std::string& fingerprint,
                                              const Store::Decide& decide) {
  std::optional<std::int64_t> refunded_before;  // None: it was decided earlier.
  const Order order = TRY(parts_.store.Decided(id, key, fingerprint, parts_.clock.Now(), [&](const Order& now) {
    refunded_before = now.refunded_minor;
    return decide(now);
  }));
  if (refunded_before && order.refunded_minor > *refunded_before) TellOfRefund(order, order.refunded_minor - *refunded_before);
  parts_.events.Notify();
  parts_.unfinished.Notify();  // For its effects.
  return ToProto(order);
}

Result<v1::Order> TransactionsService::CancelOrder(const rpc::Call&, const v1::CancelOrderRequest& request) {
  const Order order = TRY(Find(request.name(), request, request.as_staff()));
  return Decide(order.id, "", "", [&](const Order& now) { return Cancel(now, request.reason()); });
}

Result<v1::Order> TransactionsService::RefundOrder(const rpc::Call&, const v1::RefundOrderRequest& request) {
  const OrderId id = TRY(ParseOrderName(request.name()));
  if (request.idempotency_key().empty()) return MissingKey();
  const std::vector<Item> items = TRY(ParseItems(request.items()));
  const std::string fingerprint = Hex(Sha256(id.value() + ToJson(items) + (request.restock() ? "1" : "0")));
  return Decide(id, "refund/" + request.idempotency_key(), fingerprint, [&](const Order& now) -> Result<std::optional<Change>> {
    return std::optional(TRY(Refund(now, items, request.restock(), request.reason())));
  });
}

Result<v1::Order> TransactionsService::RequestReturn(const rpc::Call&, const v1::RequestReturnRequest& request) {
  const Order order = TRY(Find(request.name(), request, request.as_staff()));
  if (request.idempotency_key().empty()) return MissingKey();
  const std::vector<Item> items = TRY(ParseItems(request.items()));
  const std::string reason = TRY(ParseSentence("reason", request.reason()));
  const std::string fingerprint = Hex(Sha256(order.id.value() + ToJson(items) + reason));
  const Asker asker = request.as_staff() ? Asker::kStaff : Asker::kBuyer;
  return Decide(order.id, "return/" + request.idempotency_key(), fingerprint,
                [&](const Order& now) -> Result<std::optional<Change>> {
                  return std::optional(TRY(transactions::RequestReturn(now, items, reason, asker, parts_.clock.Now())));
                });
}

Result<v1::Order> TransactionsService::AcceptReturn(const rpc::Call&, const v1::AcceptReturnRequest& request) {
  const ReturnName name = TRY(ParseReturnName(request.name()));
  return Decide(name.order, "", "",
                [&](const Order& now) { return transactions::AcceptReturn(now, name.number, parts_.clock.Now()); });
}

Result<v1::Order> TransactionsService::RejectReturn(const rpc::Call&, const v1::RejectReturnRequest& request) {
  const ReturnName name = TRY(ParseReturnName(request.name()));
  const std::string answer = TRY(ParseSentence("answer", request.answer()));
  if (answer.empty()) return InvalidField("answer", "is missing: it tells the buyer why");
  return Decide(name.order, "", "",
                [&](const Order& now) { return transactions::RejectReturn(now, name.number, answer, parts_.clock.Now()); });
}

Result<v1::Order> TransactionsService::ReceiveReturn(const rpc::Call&, const v1::ReceiveReturnRequest& request) {
  const ReturnName name = TRY(ParseReturnName(request.name()));
  return Decide(name.order, "", "", [&](const Order& now) {
    return transactions::ReceiveReturn(now, name.number, request.restock(), parts_.clock.Now());
  });
}

Result<v1::Order> TransactionsService::AdvanceFulfilment(const rpc::Call&, const v1::AdvanceFulfilmentRequest& request) {
  const OrderId id = TRY(ParseOrderName(request.name()));
  const auto to = static_cast<FulfilmentState>(request.fulfilment_state());
  return Decide(id, "", "", [&](const Order& now) {
    // The day of delivery does not count, and the last day counts to its end.
    return transactions::AdvanceFulfilment(now, to, parts_.time_zone.EndOfDay(parts_.clock.Now(), parts_.withdrawal_days));
  });
}

Result<v1::Order> TransactionsService::RecordPayment(const rpc::Call&, const v1::RecordPaymentRequest& request) {
  const OrderId id = TRY(ParseOrderName(request.name()));
  return Decide(id, "", "", [](const Order& now) { return transactions::RecordPayment(now); });
}

Result<v1::NotifyPaymentResponse> TransactionsService::NotifyPayment(const rpc::Call&, const v1::NotifyPaymentRequest& request) {
  const std::string signature = Hex(HmacSha256(parts_.notice_key, {request.body()}));
  if (parts_.notice_key.empty() || !SameInConstantTime(signature, request.signature())) {
    return Error{Code::kPermissionDenied, "BAD_SIGNATURE", "the notice is not signed by the payment provider"};
  }
  // Nothing in a notice is believed: the checkout asks the provider itself. A notice only says that asking now is useful, so it
  // does no harm however often and late it comes.
  parts_.unfinished.Notify();
  return v1::NotifyPaymentResponse();
}

Result<v1::ClaimGuestOrdersResponse> TransactionsService::ClaimGuestOrders(const rpc::Call&,
                                                                           const v1::ClaimGuestOrdersRequest& request) {
  TRY(CheckCustomer(request.customer()));
  v1::ClaimGuestOrdersResponse response;
  response.set_claimed_count(parts_.store.ClaimGuestOrders(
      request.customer(), TRY(ParseEmail("verified_email", request.verified_email())), parts_.clock.Now()));
  return response;
}

Result<v1::EraseCustomerResponse> TransactionsService::EraseCustomer(const rpc::Call&, const v1::EraseCustomerRequest& request) {
  if (!request.customer().empty()) TRY(CheckCustomer(request.customer()));
  std::string email;
  if (!request.email().empty()) email = TRY(ParseEmail("email", request.email()));
  if (request.customer().empty() && email.empty()) return InvalidField("customer", "name a customer, an e-mail or both");
  v1::EraseCustomerResponse response;
  const Store::Erasure erasure = parts_.store.EraseBuyer(request.customer(), email, parts_.clock.Now());
  response.set_order_count(erasure.erased);
  response.set_waiting_count(erasure.waiting);
  parts_.events.Notify();
  return response;
}

Result<v1::ListErasedCustomersResponse> TransactionsService::ListErasedCustomers(const rpc::Call&,
                                                                                 const v1::ListErasedCustomersRequest& request) {
  const int size = TRY(names::ParsePageSize(request.page_size(), kErasedPageSizes));
  const std::string listing = rpc::ListingOf(request);
  std::string after;
  if (!request.page_token().empty()) after = TRY(parts_.page_tokens.Open(listing, request.page_token()));
  v1::ListErasedCustomersResponse response;
  for (std::string& customer : parts_.store.ErasedCustomers(after, size)) response.add_customers(std::move(customer));
  // If this full page is the last one, the next page is empty.
  if (response.customers_size() == size) {
    response.set_next_page_token(parts_.page_tokens.Seal(listing, *response.customers().rbegin()));
  }
  return response;
}

Status TransactionsService::CheckPosition(std::int64_t position) {
  const std::int64_t last = parts_.store.LastPosition();
  if (position >= 0 && position <= last) return Ok();
  return Error{Code::kOutOfRange, "UNKNOWN_POSITION",
               "position " + std::to_string(position) + " is not within 0 to " + std::to_string(last)};
}

Result<type::v1::Known> TransactionsService::GetKnown(const rpc::Call&, const v1::GetKnownRequest& request) {
  type::v1::Known known;
  known.set_book_number(parts_.store.LastBook(BookId(request.book_number_max())).value());
  known.set_customer(parts_.store.LastCustomer());
  return known;
}

Result<std::unique_ptr<rpc::Source<v1::OrderEvent>>> TransactionsService::StreamOrderEvents(
    const rpc::Call& call, const v1::StreamOrderEventsRequest& request) {
  std::optional<OrderId> order;
  if (!call.is_privileged()) {
    order = TRY(Find(request.order(), request, /*as_staff=*/false)).id;
  } else if (!request.order().empty()) {
    order = TRY(ParseOrderName(request.order()));
    if (!parts_.store.FindOrder(*order)) return UnknownOrder(*order);
  }
  TRY(CheckPosition(request.position()));
  return std::make_unique<SingleEvents>(parts_.store, parts_.events, request.position(), std::move(order));
}

Result<std::unique_ptr<rpc::Source<v1::OrderEventBatch>>> TransactionsService::StreamOrderEventBatches(
    const rpc::Call&, const v1::StreamOrderEventBatchesRequest& request) {
  const Status known = CheckPosition(request.position());
  if (!known.ok()) {
    parts_.checkout.PassOverNumbers(request.position());  // A follower of the whole shop knows more than this store.
    return known.error();
  }
  return std::make_unique<EventBatches>(parts_.store, parts_.events, request.position(), std::nullopt);
}

}  // namespace octavo::transactions
