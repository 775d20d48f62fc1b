// CheckoutForm: the content of the checkout's form. It carries the whole order and the price that the reader saw.
// So sending it twice, by a double click or by going back, is the same request under the same key. Pure;
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/http/url.h"
#include "octavo/transactions/v1/transactions.pb.h"
#include "services/marketplace/form.h"
#include "services/marketplace/signer.h"

namespace octavo::marketplace {

struct CheckoutForm {
  std::vector<transactions::v1::OrderItem> items;
  std::vector<std::string> codes;
  std::string key;  // The idempotency key: a UUID.
  std::string email;
  std::string full_name;
  transactions::v1::DeliveryMethod delivery = transactions::v1::DELIVERY_METHOD_UNSPECIFIED;
  transactions::v1::PaymentMethod payment = transactions::v1::PAYMENT_METHOD_UNSPECIFIED;
  std::string payment_token;
  std::string line_1;
  std::string line_2;
  std::string postal_code;
  std::string city;
  std::string country_code;
  // The total that the reader saw for each kind of delivery.
  std::int64_t shipping_total_minor = 0;
  std::int64_t collection_total_minor = 0;
  std::string currency_code;

  // The total that the reader saw for the chosen delivery.
  std::int64_t total_minor() const;
  // Paid by card, or there is nothing to pay.
  bool IsPaidAtOnce() const;
};

// Fields that are missing or malformed are empty; items beyond 200 are left out. OpenKey reads the
// key.
CheckoutForm ReadCheckoutForm(const http::Params& fields);

// The mistakes in it, field by field.
FormErrors CheckCheckoutForm(const CheckoutForm& form);

// "books/12:2": a line of the order, as the form carries it.
std::string ItemText(const transactions::v1::OrderItem& item);

// The request for the order. Ordered books are removed from `cart`, and the purchase is added to the history of
// `reader`.
transactions::v1::PlaceOrderRequest PlaceRequestOf(const CheckoutForm& form, const Viewer& viewer, const std::string& cart,
                                                   const std::string& reader);

// The key as pages carry it: signed for this visitor, so that nobody can give a reader a key that they know and then look at the
// reader's order.
std::string SealKey(const Signer& signer, std::string_view visitor_id, std::string_view key);
std::optional<std::string> OpenKey(const Signer& signer, std::string_view visitor_id, std::string_view sealed);

// The provider's cards for testing. A real provider's own page makes such a token from a card number that the shop never
// sees.
struct SandboxCard {
  std::string_view token;
  std::string_view name;
};
inline constexpr SandboxCard kSandboxCards[] = {
    {"tok_approve", "a card that pays"},
    {"tok_decline", "a card that is declined"},
    {"tok_late", "a card that pays after three seconds"},
    {"tok_timeout_charged", "a card that pays without an answer"},
    {"tok_timeout", "a card that never answers"},
    {"tok_twice", "a card that reports twice"},
    {"tok_error", "a card that fails once"},
};

struct Country {
  std::string_view code;
  std::string_view name;
};
// The countries to which the shop sends books.
inline constexpr Country kCountries[] = {
    {"AT", "Austria"},        {"BE", "Belgium"},       {"BG", "Bulgaria"},  {"HR", "Croatia"},    {"CY", "Cyprus"},
    {"CZ", "Czechia"},        {"DK", "Denmark"},       {"EE", "Estonia"},   {"FI", "Finland"},    {"FR", "France"},
    {"DE", "Germany"},        {"GR", "Greece"},        {"HU", "Hungary"},   {"IE", "Ireland"},    {"IT", "Italy"},
    {"LV", "Latvia"},         {"LI", "Liechtenstein"}, {"LT", "Lithuania"}, {"LU", "Luxembourg"}, {"MT", "Malta"},
    {"NL", "Netherlands"},    {"NO", "Norway"},        {"PL", "Poland"},    {"PT", "Portugal"},   {"RO", "Romania"},
    {"SK", "Slovakia"},       {"SI", "Slovenia"},      {"ES", "Spain"},     {"SE", "Sweden"},     {"CH", "Switzerland"},
    {"GB", "United Kingdom"},
};

// The error for a postal code: its form in the country, if the country has a rule.
std::string PostalSentence(std::string_view country_code);

// "Germany"; the code itself for a country to which the shop does not send books.
std::string_view CountryName(std::string_view code);

}  // namespace octavo::marketplace
