#include "services/marketplace/locale.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "lib/base/money.h"

namespace octavo::marketplace {
namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

// The primary subtag with the highest weight, lower case: "de" for "en;q=0.5, de-AT".
std::string PreferredLanguage(std::string_view header) {
  std::string best;
  double best_weight = 0;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    const std::string item(header.substr(0, comma));
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const std::size_t q = item.find(";q=");
    const double weight = q == std::string::npos ? 1.0 : std::strtod(item.c_str() + q + 3, nullptr);
    std::string language;
    for (const char c : item) {
      if (c == ' ' && language.empty()) continue;
      if (!std::isalpha(static_cast<unsigned char>(c))) break;
      language.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
    if (!language.empty() && weight > best_weight) {
      best = language;
      best_weight = weight;
    }
  }
  return best;
}

std::string_view Sign(std::string_view currency) {
  struct Entry {
    std::string_view code;
    std::string_view sign;
  };
  static constexpr Entry kSigns[] = {{"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}, {"JPY", "¥"},
                                     {"INR", "₹"}, {"ILS", "₪"}, {"UAH", "₴"}, {"KRW", "₩"}};
  for (const Entry& entry : kSigns) {
    if (entry.code == currency) return entry.sign;
  }
  return {};
}

std::string Grouped(std::string digits, char separator) {
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, separator);
  }
  return digits;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsPartOfNumberOrWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == ','; }

template <class Is>
std::size_t CountWhile(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}

// An amount as ToString(Money) writes it.
struct PlainAmount {
  std::size_t length = 0;  // 0: there is none.
  std::int64_t minor = 0;
  std::string_view currency_code;
};

// The amount with which `text` begins.
PlainAmount AmountAt(std::string_view text) {
  constexpr std::size_t kDigitsMax = 15;
  const std::size_t whole = CountWhile(text, IsDigit);
  std::size_t end = whole;
  std::size_t fraction = 0;
  if (end < text.size() && text[end] == '.') {
    fraction = CountWhile(text.substr(end + 1), IsDigit);
    end += 1 + fraction;
  }
  if (whole == 0 || whole + fraction > kDigitsMax || end >= text.size() || text[end] != ' ') return {};
  const std::string_view code = text.substr(end + 1, 3);
  const Result<Currency> currency = Currency::Parse(code);
  const std::size_t length = end + 1 + code.size();
  const bool goes_on = length < text.size() && std::isalnum(static_cast<unsigned char>(text[length])) != 0;
  if (!currency.ok() || goes_on || fraction != static_cast<std::size_t>(currency->exponent())) return {};
  std::string digits(text.substr(0, whole));
  if (fraction > 0) digits += text.substr(whole + 1, fraction);
  return {.length = length, .minor = std::stoll(digits), .currency_code = code};
}

}  // namespace

PriceStyle PriceStyleFor(std::string_view accept_language) {
  static constexpr std::string_view kSymbolLast[] = {"de", "fr", "es", "it", "pt", "pl", "cs", "sk", "hu", "ro",
                                                     "bg", "hr", "sl", "fi", "sv", "da", "nb", "no", "nn", "is",
                                                     "et", "lv", "lt", "el", "ru", "uk", "ca", "eu", "gl", "sr"};
  const std::string language = PreferredLanguage(accept_language);
  if (language == "nl") return PriceStyle::kSymbolFirstAndComma;
  const bool is_last = std::find(std::begin(kSymbolLast), std::end(kSymbolLast), language) != std::end(kSymbolLast);
  return is_last ? PriceStyle::kSymbolLast : PriceStyle::kSymbolFirst;
}

std::string FormatPrice(std::int64_t minor, std::string_view currency_code, PriceStyle style) {
  const Result<Currency> currency = Currency::Parse(currency_code);
  const int exponent = currency.ok() ? currency->exponent() : 2;
  const bool comma = style != PriceStyle::kSymbolFirst;

  std::string digits = std::to_string(minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor));
  if (digits.size() <= static_cast<std::size_t>(exponent)) {
    digits.insert(0, static_cast<std::size_t>(exponent) + 1 - digits.size(), '0');
  }
  const std::size_t whole = digits.size() - static_cast<std::size_t>(exponent);
  std::string amount = Grouped(digits.substr(0, whole), comma ? '.' : ',');
  if (exponent > 0) amount += (comma ? "," : ".") + digits.substr(whole);
  if (minor < 0) amount.insert(0, "-");

  const std::string_view sign = Sign(currency_code);
  const std::string symbol(sign.empty() ? currency_code : sign);
  const std::string space(kNoBreakSpace);
  if (style == PriceStyle::kSymbolLast) return amount + space + symbol;
  const bool spaced = style == PriceStyle::kSymbolFirstAndComma || sign.empty();
  return symbol + (spaced ? space : "") + amount;
}

std::string WithAmountsFor(std::string_view text, PriceStyle style) {
  std::string written;
  while (!text.empty()) {
    const PlainAmount amount = AmountAt(text);
    if (amount.length > 0) {
      written += FormatPrice(amount.minor, amount.currency_code, style);
      text.remove_prefix(amount.length);
      continue;
    }
    // A word that is no amount is skipped whole, because no part of it is an amount.
    const std::size_t word = std::max<std::size_t>(1, CountWhile(text, IsPartOfNumberOrWord));
    written += text.substr(0, word);
    text.remove_prefix(word);
  }
  return written;
}

std::string LanguageName(std::string_view language_code) {
  struct Entry {
    std::string_view code;
    std::string_view name;
  };
  static constexpr Entry kNames[] = {
      {"ar", "Arabic"},    {"ca", "Catalan"},    {"cs", "Czech"},      {"da", "Danish"},    {"de", "German"},
      {"el", "Greek"},     {"en", "English"},    {"es", "Spanish"},    {"et", "Estonian"},  {"fa", "Persian"},
      {"fi", "Finnish"},   {"fr", "French"},     {"he", "Hebrew"},     {"hi", "Hindi"},     {"hr", "Croatian"},
      {"hu", "Hungarian"}, {"id", "Indonesian"}, {"is", "Icelandic"},  {"it", "Italian"},   {"ja", "Japanese"},
      {"ko", "Korean"},    {"la", "Latin"},      {"nl", "Dutch"},      {"no", "Norwegian"}, {"nb", "Norwegian"},
      {"pl", "Polish"},    {"pt", "Portuguese"}, {"ro", "Romanian"},   {"ru", "Russian"},   {"sv", "Swedish"},
      {"tr", "Turkish"},   {"uk", "Ukrainian"},  {"vi", "Vietnamese"}, {"zh", "Chinese"}};
  const std::string_view primary = language_code.substr(0, language_code.find('-'));
  for (const Entry& entry : kNames) {
    if (entry.code == primary) return std::string(entry.name);
  }
  return std::string(language_code);
}

std::string_view LangAttribute(std::string_view language_code) {
  constexpr std::size_t kLengthMax = 35;  // RFC 5646, section 4.4.1.
  const bool is_tag = language_code.size() >= 2 && language_code.size() <= kLengthMax &&
                      std::all_of(language_code.begin(), language_code.end(),
                                  [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '-'); });
  return is_tag ? language_code : std::string_view{};
}

std::string FormatYear(std::int32_t year) {
  return year < 0 ? std::to_string(-static_cast<std::int64_t>(year)) + " BCE" : std::to_string(year);
}

std::string FormatCount(std::int64_t count) { return Grouped(std::to_string(count), ','); }

}  // namespace octavo::marketplace
