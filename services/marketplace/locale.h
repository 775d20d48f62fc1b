// How prices and languages are written for a reader. The shop speaks English; the reader's Accept-Language only decides the form
// of amounts: "€12.90" for English and East Asian readers, "12,90 €" for most of Europe, "€ 12,90" for Dutch ones. Pure
// functions; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace octavo::marketplace {

enum class PriceStyle {
  kSymbolFirst,          // "€12.90"
  kSymbolLast,           // "12,90 €", with a space that does not break.
  kSymbolFirstAndComma,  // "€ 12,90"
};

// The style for the preferred language of an Accept-Language header; kSymbolFirst without one.
PriceStyle PriceStyleFor(std::string_view accept_language);

// `minor` of `currency_code` (ISO 4217). Currencies without a common sign keep their code: "CHF 12.90".
std::string FormatPrice(std::int64_t minor, std::string_view currency_code, PriceStyle style);

// The text with each amount in the reader's style. Services write amounts plainly: "29.01 EUR", "1200 JPY".
std::string WithAmountsFor(std::string_view text, PriceStyle style);

// "German" for "de", "de-AT"; the code itself where the shop has no name for it.
std::string LanguageName(std::string_view language_code);

// `language_code` if it has the form of a BCP 47 tag, else "": fit for a lang attribute.
std::string_view LangAttribute(std::string_view language_code);

// "1813", "8th century BCE" would be guessing: "800 BCE".
std::string FormatYear(std::int32_t year);

// "1,204".
std::string FormatCount(std::int64_t count);

}  // namespace octavo::marketplace
