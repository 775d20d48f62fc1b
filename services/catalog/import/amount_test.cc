#include "services/catalog/import/amount.h"

#include "lib/testing/matchers.h"

namespace octavo::catalog {
namespace {

using testing::HasSubstr;

TEST(ParseAmountTest, ReadsWhatPeopleWrite) {
  const struct {
    const char* text;
    const char* code;
    std::int64_t minor;
  } kCases[] = {
      {"12.90", "EUR", 1290},
      {"12,90", "EUR", 1290},
      {"12,9", "EUR", 1290},
      {"12", "EUR", 1200},
      {"12,90 €", "EUR", 1290},
      {"€12.90", "EUR", 1290},
      {"€ 12.90", "EUR", 1290},
      {"EUR 12.90", "EUR", 1290},
      {"12,90 EUR", "EUR", 1290},
      {"12,90 Euro", "EUR", 1290},
      {"1.234,50 €", "EUR", 123450},
      {"1,234.50", "EUR", 123450},
      {"1\u00A0234,50\u00A0€", "EUR", 123450},
      {"1 234,50", "EUR", 123450},
      {"1'234.50", "EUR", 123450},
      {"1.234.567", "EUR", 123456700},
      {"$9.99", "USD", 999},
      {"£9.99", "GBP", 999},
      {"¥1200", "JPY", 1200},
      {"¥1,200", "JPY", 1200},
      {"0", "EUR", 0},
      {"0,00", "EUR", 0},
      {"12,-", "EUR", 1200},
      {",50", "EUR", 50},
      {"0.500", "EUR", 50},
      {"12.900 KWD", "KWD", 12900},
  };
  for (const auto& [text, code, minor] : kCases) {
    const Result<Money> amount = ParseAmount(text, Currency::Eur());
    ASSERT_THAT(amount, IsOk()) << text;
    EXPECT_EQ(*amount, Money(minor, Currency::Parse(code).value())) << text;
  }
}

TEST(ParseAmountTest, RefusesWhatHasNoOrTwoMeanings) {
  const struct {
    const char* text;
    const char* rule;
  } kCases[] = {
      {"1.234", "may mean thousands or decimals"},
      {"1,234", "may mean thousands or decimals"},
      {"12.905", "may mean thousands or decimals"},
      {"12.9055", "more decimals than EUR"},
      {"-1", "below zero"},
      {"free", "is no amount"},
      {"", "is no amount"},
      {"€", "is no amount"},
      {"1.2.3", "is no amount"},
      {"1,23.456,7", "is no amount"},
      {"12 XYZ", "does not know"},
  };
  for (const auto& [text, rule] : kCases) {
    const Result<Money> amount = ParseAmount(text, Currency::Eur());
    ASSERT_THAT(amount, HasReason("BAD_VALUE")) << text;
    EXPECT_THAT(amount.error().message, HasSubstr(rule)) << text;
  }
}

TEST(UngroupedNumberTest, TakesTheSignsOut) {
  for (const char* text : {"1.234.567", "1,234,567", "1 234 567", "1'234'567"}) EXPECT_EQ(UngroupedNumber(text), "1234567");
  EXPECT_EQ(UngroupedNumber("2008.0"), "2008");
  EXPECT_EQ(UngroupedNumber("-1.234"), "-1234");
  for (const char* text : {"2008", "-500", "12.34", "1.2345", "nineteen", ""}) EXPECT_EQ(UngroupedNumber(text), text);
}

}  // namespace
}  // namespace octavo::catalog
