#include "services/marketplace/locale.h"

#include <gtest/gtest.h>

namespace octavo::marketplace {
namespace {

TEST(FormatPriceTest, FollowsTheReadersLanguage) {
  const struct {
    std::string accept_language;
    std::int64_t minor;
    std::string currency;
    std::string text;
  } cases[] = {
      {"", 1290, "EUR", "€12.90"},
      {"en-GB,en;q=0.9", 1290, "GBP", "£12.90"},
      {"de-AT,de;q=0.9,en;q=0.5", 1290, "EUR", "12,90\u00A0€"},
      {"en;q=0.3, fr", 1290, "EUR", "12,90\u00A0€"},
      {"nl", 1290, "EUR", "€\u00A012,90"},
      {"de", 123456789, "EUR", "1.234.567,89\u00A0€"},
      {"en", 123456789, "USD", "$1,234,567.89"},
      {"en", 5, "EUR", "€0.05"},
      {"en", 0, "EUR", "€0.00"},
      {"ja", 1290, "JPY", "¥1,290"},
      {"en", 12345, "KWD", "KWD\u00A012.345"},
      {"en", 1290, "CHF", "CHF\u00A012.90"},
      {"en", -1290, "EUR", "€-12.90"},
      {";;;,q=,,-", 1290, "EUR", "€12.90"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FormatPrice(c.minor, c.currency, PriceStyleFor(c.accept_language)), c.text) << c.accept_language;
  }
}

TEST(LanguageNameTest, KnowsTheCommonOnesAndPassesOthersOn) {
  EXPECT_EQ(LanguageName("de-AT"), "German");
  EXPECT_EQ(LanguageName("pt-BR"), "Portuguese");
  EXPECT_EQ(LanguageName("tlh"), "tlh");
}

TEST(LangAttributeTest, AcceptsOnlyTags) {
  EXPECT_EQ(LangAttribute("pt-BR"), "pt-BR");
  EXPECT_EQ(LangAttribute(""), "");
  EXPECT_EQ(LangAttribute("e"), "");
  EXPECT_EQ(LangAttribute("en\" onclick=\"x"), "");
}

TEST(FormatYearTest, WritesYearsBeforeTheCommonEra) {
  EXPECT_EQ(FormatYear(1813), "1813");
  EXPECT_EQ(FormatYear(-800), "800 BCE");
}

TEST(LocaleTest, AmountsInASentenceAreWrittenForTheReader) {
  const auto first = [](std::string_view text) { return WithAmountsFor(text, PriceStyle::kSymbolFirst); };

  EXPECT_EQ(first("Add books for 29.01 EUR to get Free delivery."), "Add books for €29.01 to get Free delivery.");
  EXPECT_EQ(first("1200 JPY refunded: 0.50 EUR"), "¥1,200 refunded: €0.50");
  EXPECT_EQ(first("1.234 KWD"), FormatPrice(1234, "KWD", PriceStyle::kSymbolFirst));
  EXPECT_EQ(WithAmountsFor("29.01 EUR off", PriceStyle::kSymbolLast), "29,01\xC2\xA0€ off");
  for (const char* const text : {"", "3 ABC", "12.5 EUR", "1200.00 JPY", "A12.90 EUR", "12.90 EURO", "3 for 2"}) {
    EXPECT_EQ(first(text), text);
  }
}

}  // namespace
}  // namespace octavo::marketplace
