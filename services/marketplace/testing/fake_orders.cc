#include "services/marketplace/testing/fake_orders.h"

#include <algorithm>
#include <utility>

namespace octavo::marketplace {
namespace {

namespace orders = transactions::v1;

constexpr std::int64_t kDeliveryMinor = 350;
constexpr char kCode[] = "TENPERCENT";

Error WhoAsks() { return {Code::kInvalidArgument, "WHO_ASKS", "as_staff is not set, and neither is a customer or a token"}; }

// A customer's keys are their own.
std::string ScopedKey(const std::string& customer, const std::string& key) { return customer + "/" + key; }

Error NotForSale(const std::string& book) {
  return {.code = Code::kFailedPrecondition, .reason = "NOT_FOR_SALE", .message = book, .metadata = {{"book", book}}};
}

type::v1::Money Euro(std::int64_t minor) {
  type::v1::Money money;
  money.set_minor(minor);
  money.set_currency_code("EUR");
  return money;
}

}  // namespace

// The events of one order behind a position, and those that come.
class FakeOrders::EventSource final : public rpc::Source<orders::OrderEvent> {
 public:
  EventSource(FakeOrders& of, const orders::StreamOrderEventsRequest& request)
      : orders_(of), order_(request.order()), position_(request.position()) {}

  void Attach(rpc::Waker waker) override {
    const std::lock_guard lock(orders_.mutex_);
    orders_.wakers_.push_back(std::move(waker));
  }
  rpc::Pull<orders::OrderEvent> Next() override {
    const std::lock_guard lock(orders_.mutex_);
    for (const orders::OrderEvent& event : orders_.events_) {
      if (event.position() <= position_ || event.order().name() != order_) continue;
      position_ = event.position();
      return event;
    }
    return rpc::NothingNow{};
  }

 private:
  FakeOrders& orders_;
  const std::string order_;
  std::int64_t position_;
};

FakeOrders::FakeOrders(FakeServer& server, const FakeCatalog& catalog, const FakeInventory& inventory, FakeCart& cart)
    : FakeService("octavo.transactions.v1.TransactionsService", server), catalog_(catalog), inventory_(inventory), cart_(cart) {
  Answer<&FakeOrders::PreviewOrder>("PreviewOrder");
  Answer<&FakeOrders::PlaceOrder>("PlaceOrder");
  Answer<&FakeOrders::GetPlacedOrder>("GetPlacedOrder");
  Answer<&FakeOrders::GetOrder>("GetOrder");
  Answer<&FakeOrders::ListOrders>("ListOrders");
  Answer<&FakeOrders::CancelOrder>("CancelOrder");
  Answer<&FakeOrders::RequestReturn>("RequestReturn");
  Answer<&FakeOrders::ListOrderEvents>("ListOrderEvents");
  ServerStreaming("StreamOrderEvents", this, &FakeOrders::StreamOrderEvents);
}

void FakeOrders::LoseNextAnswer(Error error) {
  const std::lock_guard lock(mutex_);
  lost_ = std::move(error);
}

int FakeOrders::order_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(orders_.size());
}

std::string FakeOrders::last_reader() const {
  const std::lock_guard lock(mutex_);
  return last_reader_;
}

void FakeOrders::Tell(const orders::Order& order, orders::OrderEvent::Type type, const std::string& note) {
  orders::OrderEvent event;
  event.set_position(static_cast<std::int64_t>(events_.size()) + 1);
  event.set_type(type);
  event.set_note(note);
  event.mutable_event_time()->set_seconds(1'800'000'000 + event.position());
  *event.mutable_order() = order;
  events_.push_back(event);
  for (const rpc::Waker& wake : wakers_) wake();
}

void FakeOrders::Advance(const std::string& order, orders::Order::FulfilmentState state) {
  const std::lock_guard lock(mutex_);
  orders::Order& changed = *Find(order);
  changed.set_fulfilment_state(state);
  Tell(changed, orders::OrderEvent::TYPE_FULFILMENT_CHANGED, "");
}

Status FakeOrders::CheckItems(const google::protobuf::RepeatedPtrField<orders::OrderItem>& items) const {
  for (const orders::OrderItem& item : items) {
    const catalog::v1::Book* book = catalog_.Find(item.book());
    if (book != nullptr && !book->has_price()) return NotForSale(item.book());
    if (item.quantity() < 1 || item.quantity() > 99) {
      return InvalidField("items.quantity", std::to_string(item.quantity()) + " is not within 1 to 99");
    }
  }
  return Ok();
}

orders::OrderPreview FakeOrders::Quote(const orders::PreviewOrderRequest& request) const {
  orders::OrderPreview preview;
  preview.set_placeable(true);
  const bool has_code = std::find(request.codes().begin(), request.codes().end(), kCode) != request.codes().end();
  std::int64_t subtotal = 0;
  std::int64_t discount = 0;
  for (const orders::OrderItem& item : request.items()) {
    orders::OrderLine& line = *preview.add_lines();
    const catalog::v1::Book* book = catalog_.Find(item.book());
    const std::int64_t price = book == nullptr ? 0 : book->price().minor();
    const std::int64_t unit = has_code ? price - price / 10 : price;
    line.set_book(item.book());
    line.set_title(book == nullptr ? "" : book->title());
    line.set_quantity(item.quantity());
    *line.mutable_unit_price() = Euro(price);
    *line.mutable_discount() = Euro((price - unit) * item.quantity());
    *line.mutable_total() = Euro(unit * item.quantity());
    for (std::int64_t i = 0; i < item.quantity(); ++i) line.add_unit_total_minor(unit);
    const inventory::v1::Stock stock = inventory_.Of(item.book());
    line.set_promise(orders::PROMISE_ON_SHELF);
    if (stock.available() < item.quantity()) {
      line.set_promise(FakeInventory::CanBackorder(stock) ? orders::PROMISE_BACKORDER : orders::PROMISE_UNAVAILABLE);
      line.set_backordered_quantity(item.quantity() - stock.available());
      if (!FakeInventory::CanBackorder(stock)) preview.set_placeable(false);
    }
    subtotal += price * item.quantity();
    discount += (price - unit) * item.quantity();
  }
  const std::int64_t delivery = request.delivery_method() == orders::DELIVERY_METHOD_SHIPPING ? kDeliveryMinor : 0;
  orders::Totals& totals = *preview.mutable_totals();
  *totals.mutable_subtotal() = Euro(subtotal);
  *totals.mutable_discount() = Euro(discount);
  *totals.mutable_delivery() = Euro(delivery);
  const std::int64_t total = subtotal - discount + delivery;
  *totals.mutable_total() = Euro(total);
  *totals.mutable_tax() = Euro(total * 7 / 107);
  totals.set_tax_inclusive(true);
  for (const std::string& code : request.codes()) {
    orders::CampaignNote& note = *preview.add_campaigns();
    note.set_code(code);
    note.set_applied(code == kCode);
    note.set_display_name(code == kCode ? "A tenth off" : "");
    note.set_reason(code == kCode ? "" : "UNKNOWN_CODE");
    note.set_message(code == kCode ? "" : "We do not know the code " + code + ".");
    if (code == kCode) *note.mutable_amount() = Euro(discount);
  }
  return preview;
}

Result<orders::OrderPreview> FakeOrders::PreviewOrder(const rpc::Call&, const orders::PreviewOrderRequest& request) {
  TRY(CheckItems(request.items()));
  const std::lock_guard lock(mutex_);
  if (request.with_history()) previewed_email_ = request.buyer().email();
  return Quote(request);
}

std::string FakeOrders::previewed_email() const {
  const std::lock_guard lock(mutex_);
  return previewed_email_;
}

Result<orders::Order> FakeOrders::Place(const orders::PlaceOrderRequest& request) {
  TRY(CheckItems(request.items()));
  orders::PreviewOrderRequest basket;
  *basket.mutable_items() = request.items();
  *basket.mutable_codes() = request.codes();
  basket.set_delivery_method(request.delivery_method());
  const orders::OrderPreview preview = Quote(basket);
  if (preview.totals().total().minor() != request.expected_total().minor()) {
    return Error{Code::kFailedPrecondition, "TOTAL_CHANGED", "the basket costs something else now"};
  }
  for (const orders::OrderLine& line : preview.lines()) {
    if (line.promise() != orders::PROMISE_UNAVAILABLE) continue;
    return Error{.code = Code::kFailedPrecondition,
                 .reason = "OUT_OF_STOCK",
                 .message = "sold out",
                 .metadata = {{"book", line.book()}, {"available", "0"}}};
  }
  if (request.payment_token() == "tok_timeout") {
    return Error{.code = Code::kFailedPrecondition,
                 .reason = "PAYMENT_DECLINED",
                 .message = "no answer",
                 .metadata = {{"cause", "NO_ANSWER"}}};
  }
  if (request.payment_token() == "tok_decline") {
    return Error{Code::kFailedPrecondition, "PAYMENT_DECLINED", "the card was declined"};
  }
  auto order = std::make_unique<orders::Order>();
  const std::string id = "0193583c-5a00-7abc-8def-" + std::to_string(100'000'000'000 + static_cast<std::int64_t>(orders_.size()));
  order->set_name("orders/" + id);
  order->set_number("B-" + std::to_string(1001 + orders_.size()));
  *order->mutable_buyer() = request.buyer();
  *order->mutable_lines() = preview.lines();
  *order->mutable_totals() = preview.totals();
  *order->mutable_campaigns() = preview.campaigns();
  order->set_state(orders::Order::STATE_PLACED);
  const bool paid = request.payment_method() == orders::PAYMENT_METHOD_CARD;
  order->set_payment_state(paid ? orders::Order::PAYMENT_STATE_PAID : orders::Order::PAYMENT_STATE_DUE);
  order->set_fulfilment_state(orders::Order::FULFILMENT_STATE_OPEN);
  order->set_payment_method(request.payment_method());
  order->set_delivery_method(request.delivery_method());
  *order->mutable_address() = request.address();
  *order->mutable_charged() = Euro(paid ? preview.totals().total().minor() : 0);
  *order->mutable_refunded() = Euro(0);
  order->mutable_place_time()->set_seconds(1'800'000'000);
  if (request.buyer().customer().empty()) access_tokens_[order->name()] = "access-" + id;
  last_reader_ = request.reader();
  std::map<std::string, std::int64_t> copies;
  for (const orders::OrderLine& line : preview.lines()) copies[line.book()] += line.quantity();
  cart_.Clear(request.cart(), copies);
  Tell(*order, orders::OrderEvent::TYPE_ORDER_PLACED, "");
  orders_.push_back(std::move(order));
  return *orders_.back();
}

Result<orders::Order> FakeOrders::PlaceOrder(const rpc::Call&, const orders::PlaceOrderRequest& request) {
  const std::lock_guard lock(mutex_);
  const std::optional<Error> lost = std::exchange(lost_, std::nullopt);
  const std::string key = ScopedKey(request.buyer().customer(), request.idempotency_key());
  const auto known = answers_.find(key);
  const std::string fingerprint = request.SerializeAsString();
  if (known != answers_.end() && known->second.fingerprint != fingerprint) {
    return Error{Code::kFailedPrecondition, "IDEMPOTENCY_KEY_REUSED", "another request"};
  }
  if (known == answers_.end()) {
    const Result<orders::Order> placed = Place(request);
    const bool is_final = placed.ok() || placed.error().reason != "TOTAL_CHANGED";
    if (!is_final) return placed.error();
    answers_.insert({key, {fingerprint, placed.ok() ? Result<std::string>(placed->name()) : placed.error()}});
  }
  if (lost) return *lost;
  return AnswerTo(key);
}

Result<orders::Order> FakeOrders::AnswerTo(const std::string& key) {
  const auto known = answers_.find(key);
  if (known == answers_.end()) return Error{Code::kNotFound, "UNKNOWN_KEY", "no order came with it"};
  if (keep_running_) return Error{Code::kAborted, "STILL_RUNNING", "ask again"};
  if (!known->second.order.ok()) return known->second.order.error();
  orders::Order order = *Find(*known->second.order);
  if (const auto token = access_tokens_.find(order.name()); token != access_tokens_.end()) order.set_access_token(token->second);
  return order;
}

void FakeOrders::KeepRunning(bool running) {
  const std::lock_guard lock(mutex_);
  keep_running_ = running;
}

Result<orders::Order> FakeOrders::GetPlacedOrder(const rpc::Call&, const orders::GetPlacedOrderRequest& request) {
  const std::lock_guard lock(mutex_);
  return AnswerTo(ScopedKey(request.customer(), request.idempotency_key()));
}

Result<orders::ListOrderEventsResponse> FakeOrders::ListOrderEvents(const rpc::Call&,
                                                                    const orders::ListOrderEventsRequest& request) {
  const std::lock_guard lock(mutex_);
  TRY(FindFor(request, request.order()));
  orders::ListOrderEventsResponse response;
  for (const orders::OrderEvent& event : events_) {
    if (event.order().name() == request.order()) *response.add_events() = event;
  }
  return response;
}

orders::Order* FakeOrders::Find(const std::string& name) {
  const auto found = std::find_if(orders_.begin(), orders_.end(), [&](const auto& order) { return order->name() == name; });
  return found == orders_.end() ? nullptr : found->get();
}

template <typename Request>
Result<orders::Order*> FakeOrders::FindFor(const Request& request, const std::string& name) {
  const std::string& token = request.access_token();
  if (request.customer().empty() && token.empty() && !request.as_staff()) return WhoAsks();
  orders::Order* const order = Find(name);
  const bool is_theirs = order != nullptr && (request.as_staff() ||
                                              (!request.customer().empty() && order->buyer().customer() == request.customer()) ||
                                              (!token.empty() && access_tokens_[name] == token));
  if (!is_theirs) return Error{Code::kNotFound, "UNKNOWN_ORDER", name};
  return order;
}

Result<orders::Order> FakeOrders::GetOrder(const rpc::Call&, const orders::GetOrderRequest& request) {
  const std::lock_guard lock(mutex_);
  return *TRY(FindFor(request, request.name()));
}

Result<orders::ListOrdersResponse> FakeOrders::ListOrders(const rpc::Call&, const orders::ListOrdersRequest& request) {
  const std::lock_guard lock(mutex_);
  if (request.customer().empty() && !request.as_staff()) return WhoAsks();
  orders::ListOrdersResponse response;
  for (auto order = orders_.rbegin(); order != orders_.rend(); ++order) {
    if (request.customer().empty() || (*order)->buyer().customer() == request.customer()) {
      *response.add_orders() = **order;
    }
  }
  return response;
}

Result<orders::Order> FakeOrders::CancelOrder(const rpc::Call&, const orders::CancelOrderRequest& request) {
  const std::lock_guard lock(mutex_);
  orders::Order* order = TRY(FindFor(request, request.name()));
  if (order->state() == orders::Order::STATE_CANCELLED) return *order;
  if (order->fulfilment_state() >= orders::Order::FULFILMENT_STATE_SHIPPED) {
    return Error{Code::kFailedPrecondition, "ALREADY_FULFILLED", "it has left the shop"};
  }
  order->set_state(orders::Order::STATE_CANCELLED);
  order->set_fulfilment_state(orders::Order::FULFILMENT_STATE_CANCELLED);
  const bool paid = order->charged().minor() > 0;
  order->set_payment_state(paid ? orders::Order::PAYMENT_STATE_REFUNDED : orders::Order::PAYMENT_STATE_VOIDED);
  *order->mutable_refunded() = order->charged();
  Tell(*order, orders::OrderEvent::TYPE_CANCELLED, request.reason());
  return *order;
}

Result<orders::Order> FakeOrders::RequestReturn(const rpc::Call&, const orders::RequestReturnRequest& request) {
  const std::lock_guard lock(mutex_);
  orders::Order* order = TRY(FindFor(request, request.name()));
  if (!returns_.insert(request.idempotency_key()).second) return *order;
  if (order->fulfilment_state() < orders::Order::FULFILMENT_STATE_SHIPPED) {
    return Error{Code::kFailedPrecondition, "NOT_SENT", "it has not left the shop"};
  }
  if (return_period_over_) return Error{Code::kFailedPrecondition, "RETURN_PERIOD_OVER", "too late"};
  orders::Return asked;
  asked.set_name(request.name() + "/returns/" + std::to_string(order->returns_size() + 1));
  asked.set_state(orders::Return::STATE_REQUESTED);
  asked.set_reason(request.reason());
  for (const orders::OrderLine& line : order->lines()) {
    std::int64_t left = line.quantity() - line.refunded_quantity();
    for (const orders::Return& earlier : order->returns()) {
      for (const orders::OrderItem& item : earlier.items()) left -= item.book() == line.book() ? item.quantity() : 0;
    }
    std::int64_t wanted = request.items().empty() ? left : 0;
    for (const orders::OrderItem& item : request.items()) wanted += item.book() == line.book() ? item.quantity() : 0;
    if (wanted > left) return Error{Code::kFailedPrecondition, "NOTHING_TO_RETURN", "fewer are left"};
    if (wanted == 0) continue;
    orders::OrderItem& item = *asked.add_items();
    item.set_book(line.book());
    item.set_quantity(wanted);
  }
  if (asked.items().empty()) return Error{Code::kFailedPrecondition, "NOTHING_TO_RETURN", "none is left"};
  *order->add_returns() = asked;
  Tell(*order, orders::OrderEvent::TYPE_RETURN_CHANGED, "requested");
  return *order;
}

void FakeOrders::AnswerReturn(const std::string& name, orders::Return::State state, const std::string& answer) {
  const std::lock_guard lock(mutex_);
  orders::Order& order = *Find(name);
  orders::Return& asked = *order.mutable_returns()->rbegin();
  asked.set_state(state);
  asked.set_answer(answer);
  if (state == orders::Return::STATE_RECEIVED) {
    std::int64_t amount = 0;
    for (const orders::OrderItem& item : asked.items()) {
      for (orders::OrderLine& line : *order.mutable_lines()) {
        if (line.book() != item.book()) continue;
        amount += line.unit_total_minor(0) * item.quantity();
        line.set_refunded_quantity(line.refunded_quantity() + item.quantity());
      }
    }
    *asked.mutable_amount() = Euro(amount);
    order.mutable_refunded()->set_minor(order.refunded().minor() + amount);
    order.set_payment_state(orders::Order::PAYMENT_STATE_PARTLY_REFUNDED);
  }
  Tell(order, orders::OrderEvent::TYPE_RETURN_CHANGED, "");
}

void FakeOrders::EndReturns() {
  const std::lock_guard lock(mutex_);
  return_period_over_ = true;
}

Result<FakeOrders::Events> FakeOrders::StreamOrderEvents(const rpc::Call& call, const orders::StreamOrderEventsRequest& request) {
  TRY(Allow(call, *request.GetDescriptor()));
  return std::make_unique<EventSource>(*this, request);
}

}  // namespace octavo::marketplace
