#include "lib/postal/postal_code.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace octavo {
namespace {

struct Case {
  const char* country;
  std::vector<std::string> right;
  std::vector<std::string> wrong;
};

const Case kCases[] = {
    {"DE",
     {"10115", " 10115 ", "D-10115", "DE-10115", "de 10115", "01067"},
     {"1011", "101155", "1O115", "F-10115", "12-345", " "}},
    {"AT", {"1010", "A-1010"}, {"10100", "D-1010"}},
    {"CH", {"8001", "CH-8001"}, {"80011"}},
    {"NL", {"1011 AB", "1011AB", "1011ab", "NL-1011 AB"}, {"1011", "1011 A", "AB 1011", "1011 12"}},
    {"PL", {"00-950", "00950", "00 950"}, {"0-0950", "00-95", "009500"}},
    {"PT", {"1100-148", "1100148"}, {"1100"}},
    {"SE", {"111 20", "11120", "SE-111 20", "S-111 20"}, {"1112 0", "1112"}},
    {"CZ", {"110 00", "11000"}, {"110 000"}},
    {"LV", {"LV-1010", "1010"}, {"LT-1010", "10100"}},
    {"LT", {"LT-01100", "01100"}, {"1100"}},
    {"LU", {"L-1111", "1111", "LU-1111"}, {"11111"}},
    {"IE", {"D02 X285", "d02x285", "D6W XY00"}, {"D02", "02D X285", "D02 X28"}},
    {"MT", {"VLT 1117", "vlt1117"}, {"1117 VLT", "VL 1117"}},
    {"LI", {"9490", "FL-9490"}, {"8001"}},
    {"GB", {"SW1A 1AA", "sw1a1aa", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 0AX"}, {"SW1A", "1AA SW1A", "10115"}},
    {"US", {"20500", "20500-0003", "205000003"}, {"2050", "20500-003"}},
    {"CA", {"K1A 0B1", "k1a0b1"}, {"K1A 0BB"}},
    {"JP", {"100-0001", "1000001"}, {"100-001"}},
};

TEST(PostalCodeTest, EachCountryHasItsForm) {
  for (const Case& one : kCases) {
    const auto rule = PostalRuleOf(one.country);
    ASSERT_TRUE(rule.has_value()) << one.country;
    EXPECT_TRUE(IsPostalCode(*rule, rule->example)) << one.country;
    for (const std::string& code : one.right) EXPECT_TRUE(IsPostalCode(*rule, code)) << one.country << " " << code;
    for (const std::string& code : one.wrong) EXPECT_FALSE(IsPostalCode(*rule, code)) << one.country << " " << code;
  }
}

TEST(PostalCodeTest, EveryRuleFitsItsExampleAndIsFound) {
  int count = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string country = {a, b};
      const auto rule = PostalRuleOf(country);
      if (!rule) continue;
      ++count;
      EXPECT_EQ(rule->country_code, country);
      EXPECT_TRUE(IsPostalCode(*rule, rule->example)) << country;
      EXPECT_FALSE(IsPostalCode(*rule, "\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5")) << "digits of another script";
      EXPECT_FALSE(IsPostalCode(*rule, std::string(1000, '1'))) << country;
    }
  }
  EXPECT_EQ(count, 52) << "the table is in order, so that all of it is found";
}

TEST(PostalCodeTest, ACountryWithoutPostalCodesHasNoRule) {
  for (const char* country : {"AE", "HK", "", "de", "DEU", "??"}) EXPECT_FALSE(PostalRuleOf(country)) << country;
}

}  // namespace
}  // namespace octavo
