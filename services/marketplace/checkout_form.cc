#include "services/marketplace/checkout_form.h"

#include <algorithm>
#include <charconv>

#include "lib/base/uuid.h"
#include "lib/email/email.h"
#include "lib/postal/postal_code.h"
#include "lib/rpc/values.h"

namespace octavo::marketplace {
namespace {

namespace v1 = transactions::v1;

constexpr std::size_t kItemsMax = 200;
constexpr std::size_t kCodesMax = 5;
constexpr std::size_t kUuidLength = 36;
constexpr std::string_view kPurpose = "order";

std::int64_t Number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

std::optional<v1::OrderItem> ReadItem(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !text.starts_with("books/")) return std::nullopt;
  v1::OrderItem item;
  item.set_book(std::string(text.substr(0, colon)));
  item.set_quantity(Number(text.substr(colon + 1)));
  return item;
}

v1::DeliveryMethod ReadDelivery(std::string_view text) {
  if (text == "shipping") return v1::DELIVERY_METHOD_SHIPPING;
  if (text == "collection") return v1::DELIVERY_METHOD_COLLECTION;
  return v1::DELIVERY_METHOD_UNSPECIFIED;
}

v1::PaymentMethod ReadPayment(std::string_view text) {
  if (text == "on-collection") return v1::PAYMENT_METHOD_ON_COLLECTION;
  if (text == "invoice") return v1::PAYMENT_METHOD_INVOICE;
  if (text == "card") return v1::PAYMENT_METHOD_CARD;
  return v1::PAYMENT_METHOD_UNSPECIFIED;
}

void CheckAddress(const CheckoutForm& form, FormErrors& errors) {
  if (form.line_1.empty()) errors.Add("line_1", "Please give us the street and number.");
  if (form.postal_code.empty()) errors.Add("postal_code", "Please give us the postal code.");
  if (form.city.empty()) errors.Add("city", "Please give us the town.");
  const bool is_known = std::any_of(std::begin(kCountries), std::end(kCountries),
                                    [&](const Country& country) { return country.code == form.country_code; });
  if (!is_known) errors.Add("country", "Please choose the country.");
  const auto rule = PostalRuleOf(form.country_code);
  if (rule && !IsPostalCode(*rule, form.postal_code)) errors.Add("postal_code", PostalSentence(form.country_code));
}

void CheckPayment(const CheckoutForm& form, FormErrors& errors) {
  if (form.payment == v1::PAYMENT_METHOD_UNSPECIFIED) errors.Add("payment", "Please choose how you pay.");
  if (form.payment == v1::PAYMENT_METHOD_ON_COLLECTION && form.delivery == v1::DELIVERY_METHOD_SHIPPING) {
    errors.Add("payment", "Paying in the shop goes with collecting the books there. Please choose card or invoice.");
  }
  const bool is_known = std::any_of(std::begin(kSandboxCards), std::end(kSandboxCards),
                                    [&](const SandboxCard& card) { return card.token == form.payment_token; });
  if (form.payment == v1::PAYMENT_METHOD_CARD && !is_known) errors.Add("payment", "Please choose a card.");
}

}  // namespace

std::int64_t CheckoutForm::total_minor() const {
  return delivery == v1::DELIVERY_METHOD_SHIPPING ? shipping_total_minor : collection_total_minor;
}

bool CheckoutForm::IsPaidAtOnce() const { return payment == v1::PAYMENT_METHOD_CARD || total_minor() == 0; }

CheckoutForm ReadCheckoutForm(const http::Params& fields) {
  CheckoutForm form;
  for (const std::string_view text : fields.GetAll("item")) {
    const std::optional<v1::OrderItem> item = ReadItem(text);
    if (item && form.items.size() < kItemsMax) form.items.push_back(*item);
  }
  for (const std::string_view code : fields.GetAll("code")) {
    if (form.codes.size() < kCodesMax) form.codes.emplace_back(code);
  }
  form.email = Trimmed(fields, "email");
  form.full_name = Trimmed(fields, "full_name");
  form.delivery = ReadDelivery(fields.Get("delivery"));
  form.payment = ReadPayment(fields.Get("payment"));
  if (form.payment == v1::PAYMENT_METHOD_CARD) form.payment_token = Trimmed(fields, "payment_token");
  form.line_1 = Trimmed(fields, "line_1");
  form.line_2 = Trimmed(fields, "line_2");
  form.postal_code = Trimmed(fields, "postal_code", 20);
  form.city = Trimmed(fields, "city");
  form.country_code = Trimmed(fields, "country", 2);
  form.shipping_total_minor = Number(fields.Get("shipping_total"));
  form.collection_total_minor = Number(fields.Get("collection_total"));
  form.currency_code = Trimmed(fields, "currency", 3);
  return form;
}

FormErrors CheckCheckoutForm(const CheckoutForm& form) {
  FormErrors errors;
  if (!ParseEmail("email", form.email).ok()) errors.Add("email", "Please give us an e-mail address, like emma@example.org.");
  if (form.full_name.empty()) errors.Add("full_name", "Please tell us your name.");
  if (form.delivery == v1::DELIVERY_METHOD_UNSPECIFIED) {
    errors.Add("delivery", "Please choose how the books get to you.");
  }
  if (form.delivery == v1::DELIVERY_METHOD_SHIPPING) CheckAddress(form, errors);
  if (form.total_minor() != 0) CheckPayment(form, errors);
  return errors;
}

std::string PostalSentence(std::string_view country_code) {
  const auto rule = PostalRuleOf(country_code);
  if (!rule) return "Please look at the postal code again.";
  return "A postal code in " + std::string(CountryName(country_code)) + " looks like " + std::string(rule->example) + ".";
}

std::string_view CountryName(std::string_view code) {
  const auto* const found =
      std::find_if(std::begin(kCountries), std::end(kCountries), [&](const Country& country) { return country.code == code; });
  return found == std::end(kCountries) ? code : found->name;
}

std::string ItemText(const v1::OrderItem& item) { return item.book() + ":" + std::to_string(item.quantity()); }

v1::PlaceOrderRequest PlaceRequestOf(const CheckoutForm& form, const Viewer& viewer, const std::string& cart,
                                     const std::string& reader) {
  v1::PlaceOrderRequest request;
  request.set_idempotency_key(form.key);
  for (const v1::OrderItem& item : form.items) *request.add_items() = item;
  for (const std::string& code : form.codes) request.add_codes(code);
  if (viewer.is_customer()) request.mutable_buyer()->set_customer(viewer.customer.name());
  request.mutable_buyer()->set_email(form.email);
  request.mutable_buyer()->set_full_name(form.full_name);
  request.set_delivery_method(form.delivery);
  const bool shipping = form.delivery == v1::DELIVERY_METHOD_SHIPPING;
  if (shipping) {
    v1::Address& address = *request.mutable_address();
    address.set_recipient(form.full_name);
    address.add_lines(form.line_1);
    if (!form.line_2.empty()) address.add_lines(form.line_2);
    address.set_postal_code(form.postal_code);
    address.set_city(form.city);
    address.set_country_code(form.country_code);
  }
  if (form.total_minor() == 0) {
    request.set_payment_method(v1::PAYMENT_METHOD_CARD);  // Without a token: nobody is asked for nothing.
  } else {
    request.set_payment_method(form.payment);
    request.set_payment_token(form.payment_token);
  }
  *request.mutable_expected_total() = rpc::MoneyProto(form.total_minor(), form.currency_code);
  request.set_cart(cart);
  request.set_reader(reader);
  return request;
}

std::string SealKey(const Signer& signer, std::string_view visitor_id, std::string_view key) {
  return std::string(key) + "." + signer.Sign(kPurpose, std::string(visitor_id) + "/" + std::string(key));
}

std::optional<std::string> OpenKey(const Signer& signer, std::string_view visitor_id, std::string_view sealed) {
  if (sealed.size() <= kUuidLength || sealed[kUuidLength] != '.') return std::nullopt;
  const std::string key(sealed.substr(0, kUuidLength));
  const bool is_ours = signer.Verify(kPurpose, std::string(visitor_id) + "/" + key, sealed.substr(kUuidLength + 1));
  if (!is_ours || !IsUuid(key)) return std::nullopt;
  return key;
}

}  // namespace octavo::marketplace
