#include "services/catalog/import/amount.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace octavo::catalog {
namespace {

struct Symbol {
  std::string_view text;
  std::string_view code;
};

constexpr auto kSymbols = std::to_array<Symbol>(
    {{"€", "EUR"}, {"$", "USD"}, {"£", "GBP"}, {"¥", "JPY"}, {"Euro", "EUR"}, {"euro", "EUR"}, {"Fr.", "CHF"}, {"zł", "PLN"}});

constexpr std::size_t kDigitsMax = 15;

Error Bad(const std::string& rule) { return Error{Code::kInvalidArgument, "BAD_VALUE", rule}; }

Error NoAmount() { return Bad("is no amount, as 1234.50 or 1.234,50 is"); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Removes a currency from either end of the text and returns it.
Result<std::optional<Currency>> TakeCurrency(std::string_view& text) {
  const auto take = [&](std::string_view name, std::string_view code) -> Result<std::optional<Currency>> {
    text = Trimmed(text.starts_with(name) ? text.substr(name.size()) : text.substr(0, text.size() - name.size()));
    const Result<Currency> currency = Currency::Parse(code);
    if (!currency.ok()) return Bad("is in " + std::string(code) + ", a currency that the shop does not know");
    return std::optional(*currency);
  };
  for (const Symbol& symbol : kSymbols) {
    if (text.starts_with(symbol.text) || text.ends_with(symbol.text)) return take(symbol.text, symbol.code);
  }
  const auto is_code = [](std::string_view part) {
    return part.size() == 3 && std::all_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  if (is_code(text.substr(0, 3))) return take(text.substr(0, 3), text.substr(0, 3));
  const std::string_view end = text.substr(text.size() - std::min<std::size_t>(text.size(), 3));
  if (is_code(end)) return take(end, end);
  return std::optional<Currency>{};
}

// Whether the text is digits in groups of three behind the first, with `sign` between them.
bool IsGrouped(std::string_view text, char sign) {
  std::size_t begin = 0;
  for (bool first = true;; first = false) {
    const std::size_t end = std::min(text.find(sign, begin), text.size());
    const std::size_t size = end - begin;
    if (first ? size < 1 || size > 3 : size != 3) return false;
    if (end == text.size()) return begin > 0;
    begin = end + 1;
  }
}

std::string Without(std::string_view text, char sign) {
  std::string left(text);
  std::erase(left, sign);
  return left;
}

struct Decimal {
  std::string whole;
  std::string decimals;
};

// Splits the digits. If there is one separator of one kind, `decimals` says whether decimals follow it.
Result<Decimal> Split(std::string_view digits, std::size_t decimals) {
  const std::size_t dot = digits.rfind('.');
  const std::size_t comma = digits.rfind(',');
  if (dot == std::string_view::npos && comma == std::string_view::npos) return Decimal{std::string(digits), ""};
  const bool both = dot != std::string_view::npos && comma != std::string_view::npos;
  const std::size_t last = both ? std::max(dot, comma) : std::min(dot, comma);
  const char sign = digits[last];
  const char other = sign == '.' ? ',' : '.';
  if (both) {
    const std::string_view whole = digits.substr(0, last);
    if (whole.find(sign) != std::string_view::npos || !IsGrouped(whole, other)) return NoAmount();
    return Decimal{Without(whole, other), std::string(digits.substr(last + 1))};
  }
  if (digits.find(sign) != last || (decimals == 0 && IsGrouped(digits, sign))) {  // More than one, or there are no decimals.
    if (!IsGrouped(digits, sign)) return NoAmount();
    return Decimal{Without(digits, sign), ""};
  }
  const std::size_t behind = digits.size() - last - 1;
  if (behind == 3 && decimals != 3 && last > 0 && digits.substr(0, last) != "0") {
    return Bad("may mean thousands or decimals; write it as " + Without(digits, sign) + ".00 or with two decimals");
  }
  return Decimal{std::string(digits.substr(0, last)), std::string(digits.substr(last + 1))};
}

}  // namespace

Result<Money> ParseAmount(const std::string& text, Currency currency) {
  std::string clean = text;
  for (const std::string_view space : {"\u00A0", "\u202F", "\u2009", "'", "\u2019"}) {
    for (std::size_t at = clean.find(space); at != std::string::npos; at = clean.find(space, at)) clean.erase(at, space.size());
  }
  std::string_view rest = Trimmed(clean);
  if (const auto named = TRY(TakeCurrency(rest))) currency = *named;
  if (rest.ends_with(",-") || rest.ends_with(".-")) rest.remove_suffix(2);
  if (rest.starts_with('-')) return Bad("is below zero");
  std::string digits = Without(rest, ' ');
  const bool right = !digits.empty() && digits.size() <= kDigitsMax && std::any_of(digits.begin(), digits.end(), IsDigit) &&
                     std::all_of(digits.begin(), digits.end(), [](char c) { return IsDigit(c) || c == '.' || c == ','; });
  if (!right) return NoAmount();
  const auto places = static_cast<std::size_t>(currency.exponent());
  Decimal decimal = TRY(Split(digits, places));
  while (decimal.decimals.size() > places && decimal.decimals.back() == '0') decimal.decimals.pop_back();
  if (decimal.decimals.size() > places) {
    return Bad("has more decimals than " + std::string(currency.code()) + ", which has " + std::to_string(places));
  }
  decimal.decimals.resize(places, '0');
  const std::string minor_digits = decimal.whole + decimal.decimals;
  std::int64_t minor = 0;
  std::from_chars(minor_digits.data(), minor_digits.data() + minor_digits.size(), minor);
  return Money(minor, currency);
}

std::string UngroupedNumber(const std::string& text) {
  if (text.ends_with(".0") || text.ends_with(",0")) return text.substr(0, text.size() - 2);
  const bool minus = text.starts_with('-');
  const std::string_view digits = std::string_view(text).substr(minus ? 1 : 0);
  for (const char sign : {'.', ',', ' ', '\''}) {
    if (IsGrouped(digits, sign)) return (minus ? "-" : "") + Without(digits, sign);
  }
  return text;
}

}  // namespace octavo::catalog
