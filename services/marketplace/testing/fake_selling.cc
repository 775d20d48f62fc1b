#include "services/marketplace/testing/fake_selling.h"

#include <algorithm>
#include <utility>

namespace octavo::marketplace {
namespace {

using CartProto = cart::v1::Cart;
using cart::v1::CartLine;
namespace orders = transactions::v1;

constexpr std::int64_t kQuantityMax = 99;
constexpr std::int64_t kDeliveryMinor = 350;
constexpr char kCode[] = "TENPERCENT";

Error UnknownLine(const std::string& book) { return {Code::kNotFound, "UNKNOWN_LINE", book}; }

Error NotForSale(const std::string& book) {
  return {.code = Code::kFailedPrecondition, .reason = "NOT_FOR_SALE", .message = book, .metadata = {{"book", book}}};
}

CartLine* LineOf(CartProto& cart, const std::string& book) {
  for (CartLine& line : *cart.mutable_lines()) {
    if (line.book() == book) return &line;
  }
  return nullptr;
}

type::v1::Money Euro(std::int64_t minor) {
  type::v1::Money money;
  money.set_minor(minor);
  money.set_currency_code("EUR");
  return money;
}

bool CanBackorder(const inventory::v1::Stock& stock) { return stock.policy().backorder() > inventory::v1::BACKORDER_REFUSED; }

cart::v1::Availability AvailabilityOf(const inventory::v1::Stock& stock, std::int64_t quantity) {
  if (stock.available() >= quantity) return cart::v1::AVAILABILITY_ON_SHELF;
  if (CanBackorder(stock)) return cart::v1::AVAILABILITY_TO_ORDER;
  return stock.available() > 0 ? cart::v1::AVAILABILITY_PARTLY : cart::v1::AVAILABILITY_SOLD_OUT;
}

}  // namespace

// --- Carts ---

CartProto FakeCart::Look(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = carts_.find(name);
  if (found != carts_.end()) return Refreshed(found->second);
  CartProto empty;
  empty.set_name(name);
  return empty;
}

void FakeCart::SetSeenPrice(const std::string& name, const std::string& book, std::int64_t minor) {
  const std::lock_guard lock(mutex_);
  if (CartLine* line = LineOf(carts_[name], book)) *line->mutable_previous_unit_price() = Euro(minor);
}

void FakeCart::SetSeenAvailability(const std::string& name, const std::string& book, cart::v1::Availability availability) {
  const std::lock_guard lock(mutex_);
  if (CartLine* line = LineOf(carts_[name], book)) line->set_previous_availability(availability);
}

void FakeCart::Clear(const std::string& name, const std::vector<std::string>& books) {
  const std::lock_guard lock(mutex_);
  auto& lines = *carts_[name].mutable_lines();
  lines.erase(
      std::remove_if(lines.begin(), lines.end(),
                     [&](const CartLine& line) { return std::find(books.begin(), books.end(), line.book()) != books.end(); }),
      lines.end());
  carts_[name].clear_codes();
}

CartProto FakeCart::Refreshed(CartProto cart) const {
  std::int64_t count = 0;
  for (CartLine& line : *cart.mutable_lines()) {
    const inventory::v1::Stock stock = find_stock_(line.book());
    line.set_availability(AvailabilityOf(stock, line.quantity()));
    line.set_available_quantity(stock.available());
    const catalog::v1::Book* book = find_book_(line.book());
    if (book == nullptr) {
      line.set_availability(cart::v1::AVAILABILITY_GONE);
    } else {
      line.set_title(book->title());
      line.set_authors(book->authors_size() > 0 ? book->authors(0).display_name() : "");
      line.clear_unit_price();
      if (book->has_price()) {
        *line.mutable_unit_price() = book->price();
      } else {
        line.set_availability(cart::v1::AVAILABILITY_NOT_FOR_SALE);
      }
    }
    if (!line.saved_for_later()) count += line.quantity();
  }
  cart.set_item_count(count);
  return cart;
}

Result<CartProto> FakeCart::Change(const std::string& name, const std::string& etag,
                                   const std::function<Status(CartProto&)>& change) {
  const std::lock_guard lock(mutex_);
  CartProto& cart = carts_[name];
  cart.set_name(name);
  if (etag != "*" && etag != cart.etag()) return Error{Code::kAborted, "ETAG_MISMATCH", "the cart has changed"};
  TRY(change(cart));
  cart.set_etag(std::to_string(next_etag_++));
  return Refreshed(cart);
}

CartClient::Cart FakeCart::GetCart(const cart::v1::GetCartRequest& request, const Budget&) {
  return Reply<CartProto>(condition, [&]() -> Result<CartProto> { return Look(request.name()); });
}

CartClient::Cart FakeCart::AddItem(const cart::v1::AddItemRequest& request, const Budget&) {
  return Reply<CartProto>(condition, [&]() -> Result<CartProto> {
    const catalog::v1::Book* book = find_book_(request.book());
    if (book == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.book()};
    if (!book->has_price()) return NotForSale(request.book());
    return Change(request.name(), "*", [&](CartProto& cart) -> Status {
      if (!done_.insert(request.request_id()).second) return Ok();
      CartLine* line = LineOf(cart, request.book());
      if (line == nullptr) {
        line = cart.add_lines();
        line->set_book(request.book());
      }
      line->set_saved_for_later(false);
      line->set_quantity(std::min(kQuantityMax, line->quantity() + request.quantity()));
      return Ok();
    });
  });
}

CartClient::Cart FakeCart::SetQuantity(const cart::v1::SetQuantityRequest& request, const Budget&) {
  return Reply<CartProto>(condition, [&]() -> Result<CartProto> {
    return Change(request.name(), request.etag(), [&](CartProto& cart) -> Status {
      CartLine* line = LineOf(cart, request.book());
      if (line == nullptr) return UnknownLine(request.book());
      line->set_quantity(request.quantity());
      if (request.quantity() == 0)
        cart.mutable_lines()->DeleteSubrange(static_cast<int>(line - &*cart.mutable_lines()->begin()), 1);
      return Ok();
    });
  });
}

CartClient::Cart FakeCart::SetSavedForLater(const cart::v1::SetSavedForLaterRequest& request, const Budget&) {
  return Reply<CartProto>(condition, [&]() -> Result<CartProto> {
    return Change(request.name(), request.etag(), [&](CartProto& cart) -> Status {
      CartLine* line = LineOf(cart, request.book());
      if (line == nullptr) return UnknownLine(request.book());
      line->set_saved_for_later(request.saved_for_later());
      return Ok();
    });
  });
}

CartClient::Cart FakeCart::SetCodes(const cart::v1::SetCodesRequest& request, const Budget&) {
  return Reply<CartProto>(condition, [&]() -> Result<CartProto> {
    if (request.codes_size() > 5) return InvalidField("codes", "are more than 5");
    return Change(request.name(), request.etag(), [&](CartProto& cart) -> Status {
      *cart.mutable_codes() = request.codes();
      return Ok();
    });
  });
}

CartClient::Cart FakeCart::MergeCarts(const cart::v1::MergeCartsRequest& request, const Budget&) {
  return Reply<CartProto>(condition, [&]() -> Result<CartProto> {
    const CartProto from = Look(request.from());
    TRY(Change(request.from(), "*", [&](CartProto& cart) -> Status {
      cart.clear_lines();
      return Ok();
    }));
    return Change(request.to(), "*", [&](CartProto& cart) -> Status {
      for (const CartLine& moved : from.lines()) {
        CartLine* line = LineOf(cart, moved.book());
        if (line == nullptr) {
          *cart.add_lines() = moved;
        } else {
          line->set_quantity(std::max(line->quantity(), moved.quantity()));
        }
      }
      return Ok();
    });
  });
}

// --- Orders ---

struct FakeOrders::Watcher final : public Subscription {
  void Cancel() override {
    if (cancelled.exchange(true)) return;
    listener.end(Ok());
  }
  void Say(const orders::OrderEvent& event) {
    if (!cancelled && event.order().name() == order) listener.message(event);
  }

  std::string order;
  Listener<orders::OrderEvent> listener;
  std::atomic<bool> cancelled = false;
};

void FakeOrders::FailNext(Error error, bool after) {
  const std::lock_guard lock(mutex_);
  fail_next_ = {std::move(error), after};
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
  for (const auto& watcher : watchers_) watcher->Say(event);
}

void FakeOrders::Advance(const std::string& order, orders::Order::FulfilmentState state) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : orders_) {
    if (one->name() != order) continue;
    one->set_fulfilment_state(state);
    Tell(*one, orders::OrderEvent::TYPE_FULFILMENT_CHANGED, "");
  }
}

Status FakeOrders::CheckItems(const google::protobuf::RepeatedPtrField<orders::OrderItem>& items) const {
  for (const orders::OrderItem& item : items) {
    const catalog::v1::Book* book = cart_.book(item.book());
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
    const catalog::v1::Book* book = cart_.book(item.book());
    const std::int64_t price = book == nullptr ? 0 : book->price().minor();
    const std::int64_t unit = has_code ? price - price / 10 : price;
    line.set_book(item.book());
    line.set_title(book == nullptr ? "" : book->title());
    line.set_quantity(item.quantity());
    *line.mutable_unit_price() = Euro(price);
    *line.mutable_discount() = Euro((price - unit) * item.quantity());
    *line.mutable_total() = Euro(unit * item.quantity());
    for (std::int64_t i = 0; i < item.quantity(); ++i) line.add_unit_total_minor(unit);
    const inventory::v1::Stock stock = cart_.stock(item.book());
    line.set_promise(orders::PROMISE_ON_SHELF);
    if (stock.available() < item.quantity()) {
      line.set_promise(CanBackorder(stock) ? orders::PROMISE_BACKORDER : orders::PROMISE_UNAVAILABLE);
      line.set_backordered_quantity(item.quantity() - stock.available());
      if (!CanBackorder(stock)) preview.set_placeable(false);
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

Pending<orders::OrderPreview> FakeOrders::PreviewOrder(const orders::PreviewOrderRequest& request, const Budget&) {
  return Reply<orders::OrderPreview>(condition, [&]() -> Result<orders::OrderPreview> {
    TRY(CheckItems(request.items()));
    const std::lock_guard lock(mutex_);
    if (request.with_history()) previewed_email_ = request.buyer().email();
    return Quote(request);
  });
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
  access_tokens_[order->name()] = "access-" + id;
  last_reader_ = request.reader();
  std::vector<std::string> books;
  for (const orders::OrderLine& line : preview.lines()) books.push_back(line.book());
  cart_.Clear(request.cart(), books);
  Tell(*order, orders::OrderEvent::TYPE_ORDER_PLACED, "");
  orders_.push_back(std::move(order));
  return *orders_.back();
}

OrdersClient::Order FakeOrders::PlaceOrder(const orders::PlaceOrderRequest& request, const Budget&) {
  return Reply<orders::Order>(condition, [&]() -> Result<orders::Order> {
    const std::lock_guard lock(mutex_);
    const auto failure = std::exchange(fail_next_, std::nullopt);
    if (failure && !failure->second) return failure->first;
    const auto known = answers_.find(request.idempotency_key());
    const std::string fingerprint = request.SerializeAsString();
    if (known != answers_.end() && known->second.fingerprint != fingerprint) {
      return Error{Code::kFailedPrecondition, "IDEMPOTENCY_KEY_REUSED", "another request"};
    }
    if (known == answers_.end()) {
      const Result<orders::Order> placed = Place(request);
      const bool is_final = placed.ok() || placed.error().reason != "TOTAL_CHANGED";
      if (!is_final) return placed.error();
      answers_.insert(
          {request.idempotency_key(), {fingerprint, placed.ok() ? Result<std::string>(placed->name()) : placed.error()}});
    }
    if (failure) return failure->first;
    return AnswerTo(request.idempotency_key());
  });
}

Result<orders::Order> FakeOrders::AnswerTo(const std::string& key) {
  const auto known = answers_.find(key);
  if (known == answers_.end()) return Error{Code::kNotFound, "UNKNOWN_KEY", "no order came with it"};
  if (keep_running_) return Error{Code::kAborted, "STILL_RUNNING", "ask again"};
  if (!known->second.order.ok()) return known->second.order.error();
  orders::Order order = *TRY(Find(*known->second.order, "", ""));
  order.set_access_token(access_tokens_[order.name()]);
  return order;
}

void FakeOrders::KeepRunning(bool running) {
  const std::lock_guard lock(mutex_);
  keep_running_ = running;
}

OrdersClient::Order FakeOrders::GetPlacedOrder(const orders::GetPlacedOrderRequest& request, const Budget&) {
  return Reply<orders::Order>(condition, [&]() -> Result<orders::Order> {
    const std::lock_guard lock(mutex_);
    return AnswerTo(request.idempotency_key());
  });
}

Pending<orders::ListOrderEventsResponse> FakeOrders::ListOrderEvents(const orders::ListOrderEventsRequest& request,
                                                                     const Budget&) {
  return Reply<orders::ListOrderEventsResponse>(condition, [&]() -> Result<orders::ListOrderEventsResponse> {
    const std::lock_guard lock(mutex_);
    TRY(Find(request.order(), request.customer(), request.access_token()));
    orders::ListOrderEventsResponse response;
    for (const orders::OrderEvent& event : events_) {
      if (event.order().name() == request.order()) *response.add_events() = event;
    }
    return response;
  });
}

Result<orders::Order*> FakeOrders::Find(const std::string& name, const std::string& customer, const std::string& access_token) {
  for (const auto& order : orders_) {
    if (order->name() != name) continue;
    const bool is_theirs = (customer.empty() && access_token.empty()) ||
                           (!customer.empty() && order->buyer().customer() == customer) ||
                           (!access_token.empty() && access_tokens_[name] == access_token);
    if (is_theirs) return order.get();
  }
  return Error{Code::kNotFound, "UNKNOWN_ORDER", name};
}

OrdersClient::Order FakeOrders::GetOrder(const orders::GetOrderRequest& request, const Budget&) {
  return Reply<orders::Order>(condition, [&]() -> Result<orders::Order> {
    const std::lock_guard lock(mutex_);
    return *TRY(Find(request.name(), request.customer(), request.access_token()));
  });
}

Pending<orders::ListOrdersResponse> FakeOrders::ListOrders(const orders::ListOrdersRequest& request, const Budget&) {
  return Reply<orders::ListOrdersResponse>(condition, [&]() -> Result<orders::ListOrdersResponse> {
    const std::lock_guard lock(mutex_);
    orders::ListOrdersResponse response;
    for (auto order = orders_.rbegin(); order != orders_.rend(); ++order) {
      if (request.customer().empty() || (*order)->buyer().customer() == request.customer()) {
        *response.add_orders() = **order;
      }
    }
    return response;
  });
}

OrdersClient::Order FakeOrders::CancelOrder(const orders::CancelOrderRequest& request, const Budget&) {
  return Reply<orders::Order>(condition, [&]() -> Result<orders::Order> {
    const std::lock_guard lock(mutex_);
    orders::Order* order = TRY(Find(request.name(), request.customer(), request.access_token()));
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
  });
}

OrdersClient::Order FakeOrders::RequestReturn(const orders::RequestReturnRequest& request, const Budget&) {
  return Reply<orders::Order>(condition, [&]() -> Result<orders::Order> {
    const std::lock_guard lock(mutex_);
    orders::Order* order = TRY(Find(request.name(), request.customer(), request.access_token()));
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
  });
}

void FakeOrders::AnswerReturn(const std::string& name, orders::Return::State state, const std::string& answer) {
  const std::lock_guard lock(mutex_);
  orders::Order& order = **Find(name, "", "");
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

Pending<orders::ClaimGuestOrdersResponse> FakeOrders::ClaimGuestOrders(const orders::ClaimGuestOrdersRequest& request,
                                                                       const Budget&) {
  return Reply<orders::ClaimGuestOrdersResponse>(condition, [&]() -> Result<orders::ClaimGuestOrdersResponse> {
    const std::lock_guard lock(mutex_);
    orders::ClaimGuestOrdersResponse response;
    for (const auto& order : orders_) {
      if (!order->buyer().customer().empty() || order->buyer().email() != request.verified_email()) continue;
      order->mutable_buyer()->set_customer(request.customer());
      response.set_claimed_count(response.claimed_count() + 1);
    }
    return response;
  });
}

Pending<orders::EraseCustomerResponse> FakeOrders::EraseCustomer(const orders::EraseCustomerRequest& request, const Budget&) {
  return Reply<orders::EraseCustomerResponse>(condition, [&]() -> Result<orders::EraseCustomerResponse> {
    const std::lock_guard lock(mutex_);
    orders::EraseCustomerResponse response;
    for (const auto& order : orders_) {
      const bool is_theirs = order->buyer().customer() == request.customer() || order->buyer().email() == request.email();
      if (!is_theirs) continue;
      order->clear_buyer();
      order->clear_address();
      response.set_order_count(response.order_count() + 1);
    }
    return response;
  });
}

std::shared_ptr<Subscription> FakeOrders::StreamOrderEvents(const orders::StreamOrderEventsRequest& request,
                                                            Listener<orders::OrderEvent> listener) {
  auto watcher = std::make_shared<Watcher>();
  watcher->order = request.order();
  watcher->listener = std::move(listener);
  const std::lock_guard lock(mutex_);
  for (const orders::OrderEvent& event : events_) {
    if (event.position() > request.position()) watcher->Say(event);
  }
  watchers_.push_back(watcher);
  return watcher;
}

// --- Campaigns ---

void FakePromotions::AddBanner(const std::string& text, std::set<std::string> used_by, std::int64_t end_unix_seconds) {
  const std::lock_guard lock(mutex_);
  promotions::v1::Banner banner;
  banner.set_campaign("campaigns/" + std::to_string(banners_.size() + 1));
  banner.set_text(text);
  if (end_unix_seconds > 0) banner.mutable_end_time()->set_seconds(end_unix_seconds);
  banners_.emplace_back(std::move(banner), std::move(used_by));
}

void FakePromotions::AddBanner(promotions::v1::Banner banner) {
  const std::lock_guard lock(mutex_);
  banner.set_campaign("campaigns/" + std::to_string(banners_.size() + 1));
  banners_.emplace_back(std::move(banner), std::set<std::string>());
}

Pending<promotions::v1::ListBannersResponse> FakePromotions::ListBanners(const promotions::v1::ListBannersRequest& request,
                                                                         const Budget&) {
  return Reply<promotions::v1::ListBannersResponse>(condition, [&]() -> Result<promotions::v1::ListBannersResponse> {
    const std::lock_guard lock(mutex_);
    promotions::v1::ListBannersResponse response;
    for (const auto& [banner, used_by] : banners_) {
      if (!used_by.contains(request.customer().customer())) *response.add_banners() = banner;
    }
    return response;
  });
}

}  // namespace octavo::marketplace
