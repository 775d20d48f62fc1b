#include "services/transactions/service_messages.h"

#include <algorithm>
#include <set>

#include "lib/base/quoted.h"
#include "lib/base/uuid.h"
#include "lib/email/email.h"
#include "lib/names/numbers.h"
#include "lib/postal/postal_code.h"
#include "lib/rpc/values.h"

namespace octavo::transactions {
namespace {

constexpr std::int64_t kQuantityMax = 99;
constexpr int kItemsMax = 200;  // As many lines as a cart holds after a sign-in.
constexpr int kCodesMax = 5;
constexpr std::size_t kTextMax = 200;
constexpr int kAddressLinesMax = 4;

void Fill(type::v1::Money& money, std::int64_t minor, const Order& order) { money = rpc::MoneyProto(minor, order.currency_code); }

void Fill(v1::OrderLine& to, const OrderLine& from, const Order& order) {
  to.set_book(BookName(from.book));
  to.set_title(from.title);
  to.set_quantity(from.quantity);
  Fill(*to.mutable_unit_price(), from.unit_price_minor, order);
  Fill(*to.mutable_discount(), from.discount_minor, order);
  Fill(*to.mutable_total(), from.total_minor, order);
  Fill(*to.mutable_tax(), from.tax_minor, order);
  to.set_tax_basis_points(from.tax_basis_points);
  to.set_free_quantity(from.free_quantity);
  to.mutable_unit_total_minor()->Assign(from.unit_total_minor.begin(), from.unit_total_minor.end());
  to.set_refunded_quantity(from.refunded_quantity);
  to.set_promise(static_cast<v1::Promise>(from.promise));
  to.set_backordered_quantity(from.backordered_quantity);
}

void Fill(v1::Totals& to, const Order& order) {
  Fill(*to.mutable_subtotal(), order.totals.subtotal_minor, order);
  Fill(*to.mutable_discount(), order.totals.discount_minor, order);
  Fill(*to.mutable_delivery(), order.totals.delivery_minor, order);
  Fill(*to.mutable_tax(), order.totals.tax_minor, order);
  Fill(*to.mutable_total(), order.totals.total_minor, order);
  to.set_tax_inclusive(order.totals.tax_inclusive);
}

void Fill(v1::CampaignNote& to, const CampaignNote& from, const Order& order) {
  to.set_campaign(from.campaign);
  to.set_display_name(from.display_name);
  to.set_code(from.code);
  to.set_applied(from.applied);
  to.set_reason(from.reason);
  to.set_message(from.message);
  Fill(*to.mutable_amount(), from.amount_minor, order);
  to.set_free_quantity(from.free_quantity);
}

void Fill(v1::Address& to, const Address& from) {
  to.set_recipient(from.recipient);
  for (const std::string& line : from.lines) to.add_lines(line);
  to.set_postal_code(from.postal_code);
  to.set_city(from.city);
  to.set_country_code(from.country_code);
}

Status CheckText(const std::string& field, const std::string& text, bool required) {
  if (required && text.empty()) return InvalidField(field, "is missing");
  if (text.size() > kTextMax) {
    return InvalidField(field, Quoted(text) + "… is longer than " + std::to_string(kTextMax) + " bytes");
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (control) return InvalidField(field, "holds a control character");
  return Ok();
}

Result<Address> ParseAddress(const v1::Address& address, bool required) {
  if (address.lines_size() > kAddressLinesMax) return InvalidField("address.lines", "has more than 4 lines");
  Address parsed{.recipient = address.recipient(),
                 .lines = {address.lines().begin(), address.lines().end()},
                 .postal_code = address.postal_code(),
                 .city = address.city(),
                 .country_code = address.country_code()};
  TRY(CheckText("address.recipient", parsed.recipient, required));
  if (required && parsed.lines.empty()) return InvalidField("address.lines", "is missing");
  for (const std::string& line : parsed.lines) TRY(CheckText("address.lines", line, required));
  TRY(CheckText("address.postal_code", parsed.postal_code, required));
  TRY(CheckText("address.city", parsed.city, required));
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const std::string& country = parsed.country_code;
  const bool country_ok = country.size() == 2 && std::all_of(country.begin(), country.end(), upper);
  if (required && !country_ok) {
    return InvalidField("address.country_code", Quoted(parsed.country_code) + " is not a country of ISO 3166-1, like DE");
  }
  if (const auto rule = PostalRuleOf(country); required && rule && !IsPostalCode(*rule, parsed.postal_code)) {
    return InvalidField("address.postal_code", Quoted(parsed.postal_code) + " is no postal code of " + country +
                                                   ", where one looks like " + std::string(rule->example));
  }
  return parsed;
}

Result<Basket> ParseBasket(const google::protobuf::RepeatedPtrField<v1::OrderItem>& items, const v1::Buyer& buyer,
                           const google::protobuf::RepeatedPtrField<std::string>& codes, v1::DeliveryMethod delivery) {
  Basket basket{.items = TRY(ParseItems(items)),
                .buyer = {.customer = buyer.customer(), .email = buyer.email(), .full_name = buyer.full_name()},
                .codes = {codes.begin(), codes.end()}};
  if (basket.items.empty()) return Error{Code::kFailedPrecondition, "EMPTY_ORDER", "there is nothing to order"};
  if (!basket.buyer.email.empty()) basket.buyer.email = TRY(ParseEmail("buyer.email", basket.buyer.email));
  TRY(CheckText("buyer.full_name", basket.buyer.full_name, /*required=*/false));
  TRY(CheckText("buyer.customer", basket.buyer.customer, /*required=*/false));
  if (basket.codes.size() > kCodesMax) {
    return InvalidField("codes", std::to_string(basket.codes.size()) + " codes are more than " + std::to_string(kCodesMax));
  }
  for (const std::string& code : basket.codes) TRY(CheckText("codes", code, /*required=*/true));
  if (delivery == v1::DELIVERY_METHOD_SHIPPING) basket.delivery_method = DeliveryMethod::kShipping;
  return basket;
}

}  // namespace

Result<std::vector<Item>> ParseItems(const google::protobuf::RepeatedPtrField<v1::OrderItem>& items) {
  if (items.size() > kItemsMax) {
    return InvalidField("items", std::to_string(items.size()) + " items are more than " + std::to_string(kItemsMax));
  }
  std::vector<Item> parsed;
  std::set<BookId> seen;
  for (const auto& item : items) {
    const BookId book = TRY(ParseBookName(item.book(), "items.book"));
    if (item.quantity() < 1 || item.quantity() > kQuantityMax) {
      return InvalidField("items.quantity", std::to_string(item.quantity()) + " is not within 1 to 99");
    }
    if (!seen.insert(book).second) return InvalidField("items.book", item.book() + " stands there twice");
    parsed.push_back({book, item.quantity()});
  }
  // The order of the books in the request does not matter.
  std::sort(parsed.begin(), parsed.end(), [](const Item& a, const Item& b) { return a.book < b.book; });
  return parsed;
}

Result<ReturnName> ParseReturnName(const std::string& name) {
  constexpr std::string_view kBetween = "/returns/";
  const std::size_t at = name.find(kBetween);
  const Result<OrderId> order = ParseOrderName(name.substr(0, at));
  const std::string_view behind = at == std::string::npos ? "" : std::string_view(name).substr(at + kBetween.size());
  const auto number = names::FindNumber(behind, INT64_MAX);
  if (order.ok() && number) return ReturnName{.order = *order, .number = *number};
  return InvalidField("name", Quoted(name) + " is not a return's name, like orders/<uuid>/returns/1");
}

Result<std::string> ParseSentence(const std::string& field, const std::string& text) {
  TRY(CheckText(field, text, /*required=*/false));
  return text;
}

Result<Basket> Parse(const v1::PreviewOrderRequest& request) {
  return ParseBasket(request.items(), request.buyer(), request.codes(), request.delivery_method());
}

Result<PlaceRequest> Parse(const v1::PlaceOrderRequest& request) {
  if (request.idempotency_key().empty()) {
    return Error{Code::kInvalidArgument, "MISSING_KEY", "idempotency_key is missing", {{"idempotency_key", "is missing"}}};
  }
  if (!IsUuid(request.idempotency_key())) {
    return InvalidField("idempotency_key", Quoted(request.idempotency_key()) + " is not a UUID");
  }
  if (request.delivery_method() == v1::DELIVERY_METHOD_UNSPECIFIED) return InvalidField("delivery_method", "is missing");
  if (request.payment_method() < 1 || request.payment_method() > 3) return InvalidField("payment_method", "is missing");
  const bool shipping = request.delivery_method() == v1::DELIVERY_METHOD_SHIPPING;
  if (shipping && request.payment_method() == v1::PAYMENT_METHOD_ON_COLLECTION) {
    return InvalidField("payment_method", "paying on collection needs collection in the shop");
  }
  if (request.payment_method() == v1::PAYMENT_METHOD_CARD) {
    // An order that costs nothing needs no card.
    TRY(CheckText("payment_token", request.payment_token(), /*required=*/request.expected_total().minor() != 0));
  }
  if (request.buyer().email().empty()) return InvalidField("buyer.email", "is missing");
  if (!request.has_expected_total()) return InvalidField("expected_total", "is missing");
  TRY(CheckText("cart", request.cart(), /*required=*/false));
  TRY(CheckText("reader", request.reader(), /*required=*/false));
  Basket basket = TRY(ParseBasket(request.items(), request.buyer(), request.codes(), request.delivery_method()));
  Address address = TRY(ParseAddress(request.address(), shipping));
  return PlaceRequest{.idempotency_key = request.idempotency_key(),
                      .basket = std::move(basket),
                      .address = std::move(address),
                      .payment_method = static_cast<PaymentMethod>(request.payment_method()),
                      .payment_token = request.payment_method() == v1::PAYMENT_METHOD_CARD ? request.payment_token() : "",
                      .expected_total_minor = request.expected_total().minor(),
                      .expected_currency_code = request.expected_total().currency_code(),
                      .cart = request.cart(),
                      .reader = request.reader()};
}

void FillItems(google::protobuf::RepeatedPtrField<v1::OrderItem>& to, const std::vector<Item>& items) {
  for (const Item& item : items) {
    auto* about = to.Add();
    about->set_book(BookName(item.book));
    about->set_quantity(item.quantity);
  }
}

void Fill(v1::Return& to, const Return& from, const Order& order) {
  to.set_name(OrderName(order.id) + "/returns/" + std::to_string(from.number));
  FillItems(*to.mutable_items(), from.items);
  to.set_state(static_cast<v1::Return::State>(from.state));
  to.set_reason(from.reason);
  to.set_answer(from.answer);
  if (from.state == ReturnState::kReceived) Fill(*to.mutable_amount(), from.amount_minor, order);
  *to.mutable_request_time() = rpc::ToProto(from.request_time);
  *to.mutable_update_time() = rpc::ToProto(from.update_time);
}

v1::Order ToProto(const Order& order) {
  v1::Order to;
  to.set_name(OrderName(order.id));
  to.set_number(OrderNumber(order));
  to.mutable_buyer()->set_customer(order.buyer.customer);
  to.mutable_buyer()->set_email(order.buyer.email);
  to.mutable_buyer()->set_full_name(order.buyer.full_name);
  for (const OrderLine& line : order.lines) Fill(*to.add_lines(), line, order);
  Fill(*to.mutable_totals(), order);
  for (const CampaignNote& note : order.campaigns) Fill(*to.add_campaigns(), note, order);
  to.set_state(static_cast<v1::Order::State>(order.state));
  to.set_payment_state(static_cast<v1::Order::PaymentState>(order.payment_state));
  to.set_fulfilment_state(static_cast<v1::Order::FulfilmentState>(order.fulfilment_state));
  to.set_payment_method(static_cast<v1::PaymentMethod>(order.payment_method));
  to.set_delivery_method(static_cast<v1::DeliveryMethod>(order.delivery_method));
  Fill(*to.mutable_address(), order.address);
  Fill(*to.mutable_charged(), order.charged_minor, order);
  Fill(*to.mutable_refunded(), order.refunded_minor, order);
  *to.mutable_place_time() = rpc::ToProto(order.place_time);
  *to.mutable_update_time() = rpc::ToProto(order.update_time);
  Fill(*to.mutable_credited(), order.credited_minor, order);
  for (const Return& given_back : order.returns) Fill(*to.add_returns(), given_back, order);
  for (const std::string& note : order.left_to_staff) to.add_left_to_staff(note);
  if (RunOutTime(order) != Timestamp()) *to.mutable_run_out_time() = rpc::ToProto(RunOutTime(order));
  if (order.return_end_time != Timestamp()) *to.mutable_return_end_time() = rpc::ToProto(order.return_end_time);
  return to;
}

v1::OrderEvent ToProto(const OrderEvent& event) {
  v1::OrderEvent to;
  to.set_position(event.position);
  to.set_type(static_cast<v1::OrderEvent::Type>(event.type));
  *to.mutable_event_time() = rpc::ToProto(event.time);
  *to.mutable_order() = ToProto(event.order);
  to.set_note(event.note);
  if (event.type == EventType::kPlaced) {
    to.set_cart(event.order.cart);
    to.set_reader(event.order.reader);
  }
  FillItems(*to.mutable_items(), event.items);
  return to;
}

v1::OrderPreview ToProto(const Preview& preview) {
  v1::OrderPreview to;
  for (const OrderLine& line : preview.order.lines) Fill(*to.add_lines(), line, preview.order);
  Fill(*to.mutable_totals(), preview.order);
  for (const CampaignNote& note : preview.order.campaigns) Fill(*to.add_campaigns(), note, preview.order);
  to.set_placeable(preview.placeable);
  return to;
}

}  // namespace octavo::transactions
