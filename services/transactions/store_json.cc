#include "services/transactions/store_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/failure.h"

using nlohmann::json;

// Ids are their values, times microseconds since 1970, enumerations numbers.
template <typename Tag, typename Value>
struct nlohmann::adl_serializer<octavo::StrongId<Tag, Value>> {
  static void to_json(json& out, const octavo::StrongId<Tag, Value>& id) { out = id.value(); }
  static void from_json(const json& in, octavo::StrongId<Tag, Value>& id) {
    id = octavo::StrongId<Tag, Value>(in.template get<Value>());
  }
};
template <>
struct nlohmann::adl_serializer<octavo::Timestamp> {
  static void to_json(json& out, octavo::Timestamp time) { out = octavo::ToMicros(time); }
  static void from_json(const json& in, octavo::Timestamp& time) { time = octavo::FromMicros(in.get<std::int64_t>()); }
};

namespace octavo {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Error, code, reason, message, metadata)

namespace transactions {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Buyer, customer, email, full_name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Address, recipient, lines, postal_code, city, country_code)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Totals, subtotal_minor, discount_minor, delivery_minor, tax_minor, total_minor, tax_inclusive)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CampaignNote, campaign, display_name, code, applied, reason, message, amount_minor,
                                   free_quantity)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderLine, book, title, quantity, unit_price_minor, discount_minor, total_minor, tax_minor,
                                   tax_basis_points, free_quantity, unit_total_minor, refunded_quantity, promise,
                                   backordered_quantity)

// An item is a pair of numbers: there are many.
void to_json(json& out, const Item& item) { out = {item.book, item.quantity}; }
void from_json(const json& in, Item& item) {
  in.at(0).get_to(item.book);
  in.at(1).get_to(item.quantity);
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Return, number, items, state, reason, answer, amount_minor, request_time, update_time)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, id, number, buyer, currency_code, lines, totals, campaigns, state, payment_state,
                                   fulfilment_state, payment_method, delivery_method, address, charged_minor, refunded_minor,
                                   credited_minor, place_time, update_time, access_token_hash, cart, reader, return_end_time,
                                   returns, run_out_time, left_to_staff)

namespace {

// Older orders lack what came later.
Order ReadOrder(json in) {
  static const json kLater = {{"credited_minor", 0},      {"reader", ""},      {"return_end_time", 0},
                              {"returns", json::array()}, {"run_out_time", 0}, {"left_to_staff", json::array()}};
  in.insert(kLater.begin(), kLater.end());  // Changes nothing that is there.
  return in.get<Order>();
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

std::string ToJson(const Order& order) { return json(order).dump(); }

Order OrderFromJson(const std::string& text) { return Parsed(text, ReadOrder); }

std::string ToJson(const OrderEvent& event) {
  return json{{"order", event.order}, {"note", event.note}, {"items", event.items}}.dump();
}

void EventFromJson(const std::string& text, OrderEvent& event) {
  Parsed(text, [&](json in) {
    event.order = ReadOrder(std::move(in.at("order")));
    in.at("note").get_to(event.note);
    in.at("items").get_to(event.items);
    return 0;
  });
}

std::string ToJson(const std::vector<Item>& items) { return json(items).dump(); }

std::vector<Item> ItemsFromJson(const std::string& text) {
  return Parsed(text, [](const json& in) { return in.get<std::vector<Item>>(); });
}

std::string ToJson(const Error& error) { return json(error).dump(); }

Error ErrorFromJson(const std::string& text) {
  return Parsed(text, [](const json& in) { return in.get<Error>(); });
}

}  // namespace transactions
}  // namespace octavo
