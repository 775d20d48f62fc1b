#include "services/transactions/store_json.h"

#include <nlohmann/json.hpp>

#include "lib/base/failure.h"

namespace octavo::transactions {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Buyer, customer, email, full_name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Address, recipient, lines, postal_code, city, country_code)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Totals, subtotal_minor, discount_minor, delivery_minor, tax_minor, total_minor, tax_inclusive)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CampaignNote, campaign, display_name, code, applied, reason, message, amount_minor,
                                   free_quantity)

namespace {

template <typename Enum>
void ReadEnum(const json& in, const char* key, Enum& value) {
  value = static_cast<Enum>(in.at(key).get<int>());
}

json LineToJson(const OrderLine& line) {
  return {{"book", line.book.value()},
          {"title", line.title},
          {"quantity", line.quantity},
          {"unit_price_minor", line.unit_price_minor},
          {"discount_minor", line.discount_minor},
          {"total_minor", line.total_minor},
          {"tax_minor", line.tax_minor},
          {"tax_basis_points", line.tax_basis_points},
          {"free_quantity", line.free_quantity},
          {"unit_total_minor", line.unit_total_minor},
          {"refunded_quantity", line.refunded_quantity},
          {"promise", static_cast<int>(line.promise)},
          {"backordered_quantity", line.backordered_quantity}};
}

OrderLine LineFromJson(const json& in) {
  OrderLine line{.book = BookId(in.at("book").get<std::int64_t>()),
                 .title = in.at("title"),
                 .quantity = in.at("quantity"),
                 .unit_price_minor = in.at("unit_price_minor"),
                 .discount_minor = in.at("discount_minor"),
                 .total_minor = in.at("total_minor"),
                 .tax_minor = in.at("tax_minor"),
                 .tax_basis_points = in.at("tax_basis_points"),
                 .free_quantity = in.at("free_quantity"),
                 .unit_total_minor = in.at("unit_total_minor"),
                 .refunded_quantity = in.at("refunded_quantity"),
                 .backordered_quantity = in.at("backordered_quantity")};
  ReadEnum(in, "promise", line.promise);
  return line;
}

json ItemsToJson(const std::vector<Item>& items) {
  json out = json::array();
  for (const Item& item : items) out.push_back({item.book.value(), item.quantity});
  return out;
}

std::vector<Item> ReadItems(const json& in) {
  std::vector<Item> items;
  for (const json& item : in) items.push_back({BookId(item.at(0).get<std::int64_t>()), item.at(1)});
  return items;
}

json ReturnToJson(const Return& given_back) {
  return {{"number", given_back.number},
          {"items", ItemsToJson(given_back.items)},
          {"state", static_cast<int>(given_back.state)},
          {"reason", given_back.reason},
          {"answer", given_back.answer},
          {"amount_minor", given_back.amount_minor},
          {"request_time", ToMicros(given_back.request_time)},
          {"update_time", ToMicros(given_back.update_time)}};
}

Return ReturnFromJson(const json& in) {
  Return given_back{.number = in.at("number"),
                    .items = ReadItems(in.at("items")),
                    .reason = in.at("reason"),
                    .answer = in.at("answer"),
                    .amount_minor = in.at("amount_minor"),
                    .request_time = FromMicros(in.at("request_time")),
                    .update_time = FromMicros(in.at("update_time"))};
  ReadEnum(in, "state", given_back.state);
  return given_back;
}

json OrderToJson(const Order& order) {
  json lines = json::array();
  for (const OrderLine& line : order.lines) lines.push_back(LineToJson(line));
  json returns = json::array();
  for (const Return& given_back : order.returns) returns.push_back(ReturnToJson(given_back));
  return {{"id", order.id.value()},
          {"number", order.number},
          {"buyer", order.buyer},
          {"currency_code", order.currency_code},
          {"lines", std::move(lines)},
          {"totals", order.totals},
          {"campaigns", order.campaigns},
          {"state", static_cast<int>(order.state)},
          {"payment_state", static_cast<int>(order.payment_state)},
          {"fulfilment_state", static_cast<int>(order.fulfilment_state)},
          {"payment_method", static_cast<int>(order.payment_method)},
          {"delivery_method", static_cast<int>(order.delivery_method)},
          {"address", order.address},
          {"charged_minor", order.charged_minor},
          {"refunded_minor", order.refunded_minor},
          {"credited_minor", order.credited_minor},
          {"place_time", ToMicros(order.place_time)},
          {"update_time", ToMicros(order.update_time)},
          {"access_token_hash", order.access_token_hash},
          {"cart", order.cart},
          {"reader", order.reader},
          {"return_end_time", ToMicros(order.return_end_time)},
          {"returns", std::move(returns)},
          {"run_out_time", ToMicros(order.run_out_time)},
          {"left_to_staff", order.left_to_staff}};
}

Order ReadOrder(const json& in) {
  Order order{.id = OrderId(in.at("id").get<std::string>()),
              .number = in.at("number"),
              .buyer = in.at("buyer"),
              .currency_code = in.at("currency_code"),
              .totals = in.at("totals"),
              .campaigns = in.at("campaigns"),
              .address = in.at("address"),
              .charged_minor = in.at("charged_minor"),
              .refunded_minor = in.at("refunded_minor"),
              .credited_minor = in.value("credited_minor", std::int64_t{0}),  // Older orders have none of what has a default.
              .place_time = FromMicros(in.at("place_time")),
              .update_time = FromMicros(in.at("update_time")),
              .access_token_hash = in.at("access_token_hash"),
              .cart = in.at("cart"),
              .reader = in.value("reader", ""),
              .return_end_time = FromMicros(in.value("return_end_time", std::int64_t{0})),
              .run_out_time = FromMicros(in.value("run_out_time", std::int64_t{0})),
              .left_to_staff = in.value("left_to_staff", std::vector<std::string>())};
  for (const json& given_back : in.value("returns", json::array())) order.returns.push_back(ReturnFromJson(given_back));
  for (const json& line : in.at("lines")) order.lines.push_back(LineFromJson(line));
  ReadEnum(in, "state", order.state);
  ReadEnum(in, "payment_state", order.payment_state);
  ReadEnum(in, "fulfilment_state", order.fulfilment_state);
  ReadEnum(in, "payment_method", order.payment_method);
  ReadEnum(in, "delivery_method", order.delivery_method);
  return order;
}

// Runs `read` on the parsed text.
template <typename Read>
auto Parsed(const std::string& text, const Read& read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& exception) {
    throw Failure(Error{Code::kDataLoss, "DATA_LOSS", "the order store is damaged"},
                  std::string("stored JSON does not read: ") + exception.what());
  }
}

}  // namespace

std::string ToJson(const Order& order) { return OrderToJson(order).dump(); }

Order OrderFromJson(const std::string& text) { return Parsed(text, ReadOrder); }

std::string ToJson(const OrderEvent& event) {
  return json{{"order", OrderToJson(event.order)}, {"note", event.note}, {"items", ItemsToJson(event.items)}}.dump();
}

void EventFromJson(const std::string& text, OrderEvent& event) {
  Parsed(text, [&](const json& in) {
    event.order = ReadOrder(in.at("order"));
    event.note = in.at("note");
    event.items = ReadItems(in.at("items"));
    return 0;
  });
}

std::string ToJson(const std::vector<Item>& items) { return ItemsToJson(items).dump(); }

std::vector<Item> ItemsFromJson(const std::string& text) { return Parsed(text, ReadItems); }

std::string ToJson(const Error& error) {
  return json{
      {"code", static_cast<int>(error.code)}, {"reason", error.reason}, {"message", error.message}, {"metadata", error.metadata}}
      .dump();
}

Error ErrorFromJson(const std::string& text) {
  return Parsed(text, [](const json& in) {
    return Error{.code = static_cast<Code>(in.at("code").get<int>()),
                 .reason = in.at("reason"),
                 .message = in.at("message"),
                 .metadata = in.at("metadata")};
  });
}

}  // namespace octavo::transactions
