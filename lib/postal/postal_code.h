// Postal codes: one rule for pages and orders, for each country that has a rule. Source: the Universal Postal
// Union's postal addressing systems
// (https://www.upu.int/en/postal-solutions/programmes-services/addressing-solutions), compared with postalCodeData
// of Unicode's CLDR 26. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace octavo {

// Of a country by its two letters (ISO 3166-1).
struct PostalRule {
  std::string_view country_code;
  // Alternatives, separated by '|'. N: a digit, A: a letter, X: either; space or hyphen: one of the two or nothing; any other
  // character means itself.
  std::string_view form;
  std::string_view example;      // "10115"
  std::string_view prefix = {};  // What people there write before it, besides the country's letters: "D" in "D-10115".
};

// nullopt if the country has no postal codes or the table does not have it.
std::optional<PostalRule> PostalRuleOf(std::string_view country_code);

// Whether `text` has a form of the rule. Small letters, spaces at the ends, and "DE-" or "D-" before it are
// accepted.
bool IsPostalCode(const PostalRule& rule, std::string_view text);

}  // namespace octavo
