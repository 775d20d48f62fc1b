#include "services/catalog/domain/isbn.h"

#include "lib/base/random.h"
#include "lib/testing/matchers.h"

namespace octavo::catalog {
namespace {

TEST(ParseIsbnTest, AcceptsEveryFormOfOneNumber) {
  for (const char* text :
       {"9780439023481", "0439023483", "0-439-02348-3", "978-0-439-02348-1", "ISBN 0439023483", "ISBN: 0-439-02348-3",
        "isbn-13: 978 0 439 02348 1", "ISBN-10: 0439023483", "urn:isbn:9780439023481", "=\"0439023483\"", "'0439023483'",
        "0\u2010439\u201302348\u20113", "\u20030439023483\u00A0", "439023483", "439023483.0", "9780439023481.0"}) {
    const Result<Isbn> isbn = ParseIsbn(text);
    ASSERT_THAT(isbn, IsOk()) << text;
    EXPECT_EQ(isbn->isbn13, "9780439023481") << text;
  }
}

TEST(ParseIsbnTest, SaysWhatItRepaired) {
  EXPECT_FALSE(ParseIsbn("9780439023481")->repaired);
  EXPECT_FALSE(ParseIsbn("0439023483")->repaired);
  EXPECT_TRUE(ParseIsbn("0-439-02348-3")->repaired);
  EXPECT_EQ(ParseIsbn("0-439-02348-3")->warning, "");
  EXPECT_TRUE(ParseIsbn("439023483")->repaired);
  EXPECT_EQ(ParseIsbn("439023483")->warning, "ISBN '439023483': 1 leading zero restored, taken for 0439023483");
}

TEST(ParseIsbnTest, TakesXInTheLastPlaceInEitherCase) {
  EXPECT_EQ(ParseIsbn("043965548X")->isbn13, "9780439655484");
  EXPECT_EQ(ParseIsbn("043965548x")->isbn13, "9780439655484");
  EXPECT_EQ(ParseIsbn("43965548X")->isbn13, "9780439655484");
  EXPECT_THAT(ParseIsbn("04396X5480"), HasReason("ISBN_CHARACTER"));
}

TEST(ParseIsbnTest, RefusesWithTheRule) {
  const struct {
    const char* text;
    const char* reason;
  } kCases[] = {
      {"0439023484", "ISBN_CHECK_DIGIT"}, {"9780439023482", "ISBN_CHECK_DIGIT"},
      {"152061548", "ISBN_CHECK_DIGIT"},  {"0000000000", "ISBN_ZERO"},
      {"0000000", "ISBN_ZERO"},           {"0", "ISBN_ZERO"},
      {"0000000000000", "ISBN_PREFIX"},   {"9790260000438", "ISBN_PREFIX"},  // Music.
      {"4006381333931", "ISBN_PREFIX"},                                      // Some other article.
      {"12345", "ISBN_LENGTH"},           {"", "ISBN_LENGTH"},
      {"97804390234811", "ISBN_LENGTH"},  {"9.78043902348e+12", "ISBN_ROUNDED"},
      {"9,78E+12", "ISBN_ROUNDED"},       {"not a number", "ISBN_CHARACTER"},
      {"04390abcde", "ISBN_CHARACTER"},   {"978043902348X", "ISBN_CHARACTER"},
  };
  for (const auto& [text, reason] : kCases) EXPECT_THAT(ParseIsbn(text), HasReason(reason)) << text;
}

// The last character of an ISBN-10, tried out: the one with which the weighted sum is divisible by 11.
char LastOf10(const std::string& nine) {
  for (const char last : std::string("0123456789X")) {
    int sum = last == 'X' ? 10 : last - '0';
    for (int i = 0; i < 9; ++i) sum += (10 - i) * (nine[static_cast<std::size_t>(i)] - '0');
    if (sum % 11 == 0) return last;
  }
  return '?';
}

// The same of an ISBN-13: weights 1 and 3, divisible by 10.
char LastOf13(const std::string& twelve) {
  for (char last = '0'; last <= '9'; ++last) {
    int sum = last - '0';
    for (std::size_t i = 0; i < 12; ++i) sum += (twelve[i] - '0') * (i % 2 == 1 ? 3 : 1);
    if (sum % 10 == 0) return last;
  }
  return '?';
}

TEST(ParseIsbnTest, TakesEveryNumberWithItsCheckDigitAndNoNumberWithOneDigitWrong) {
  SeededRandom random(5);
  SCOPED_TRACE("seed 5");
  for (int run = 0; run < 300; ++run) {
    std::string nine;
    while (nine.size() < 9) nine += static_cast<char>('0' + random.Below(10));
    const std::string ten = nine + LastOf10(nine);
    const std::string thirteen = "978" + nine + LastOf13("978" + nine);
    ASSERT_THAT(ParseIsbn(ten), IsOk()) << ten;
    EXPECT_EQ(ParseIsbn(ten)->isbn13, thirteen);
    EXPECT_EQ(ParseIsbn(thirteen)->isbn13, thirteen);
    EXPECT_EQ(Isbn10Of(thirteen), ten);
    for (const std::string& right : {ten, thirteen}) {
      const std::size_t at = random.Below(right.size() - 1);
      std::string wrong = right;
      wrong[at] = static_cast<char>('0' + (wrong[at] - '0' + 1 + static_cast<int>(random.Below(9))) % 10);
      EXPECT_FALSE(ParseIsbn(wrong).ok()) << wrong;
      std::string wrong_end = right;
      wrong_end.back() = right.back() == '1' ? '2' : '1';
      EXPECT_THAT(ParseIsbn(wrong_end), HasReason("ISBN_CHECK_DIGIT")) << wrong_end;
    }
  }
}

TEST(ParseIsbnTest, RestoresUpToThreeZeros) {
  EXPECT_EQ(ParseIsbn("0001234560")->isbn13, "9780001234567");
  const Result<Isbn> lost = ParseIsbn("1234560");
  ASSERT_THAT(lost, IsOk());
  EXPECT_EQ(lost->isbn13, "9780001234567");
  EXPECT_EQ(lost->warning, "ISBN '1234560': 3 leading zeros restored, taken for 0001234560");
  EXPECT_THAT(ParseIsbn("123456"), HasReason("ISBN_LENGTH"));
  EXPECT_THAT(ParseIsbn("04390234834"), HasReason("ISBN_LENGTH"));
  EXPECT_THAT(ParseIsbn("00000000000"), HasReason("ISBN_ZERO"));
}

TEST(ParseIsbnTest, OnlyDigitsAreDigits) {
  for (const char c : std::string("/:;@AZaz{`")) {
    const std::string ten = std::string("043902348") + c, thirteen = std::string("97804390234") + c + "1";
    EXPECT_THAT(ParseIsbn(ten), HasReason("ISBN_CHARACTER")) << ten;
    EXPECT_THAT(ParseIsbn(thirteen), HasReason("ISBN_CHARACTER")) << thirteen;
  }
}

TEST(ParseIsbnTest, TakesNumbersOfTheNewPrefix) {
  EXPECT_EQ(ParseIsbn("979-10-90636-07-1")->isbn13, "9791090636071");
  EXPECT_EQ(Isbn10Of("9791090636071"), "");
}

TEST(Isbn10OfTest, GivesBackTheOldNumber) {
  EXPECT_EQ(Isbn10Of("9780439023481"), "0439023483");
  EXPECT_EQ(Isbn10Of("9780439655484"), "043965548X");
}

TEST(MatchesRoundedTest, ComparesAsFarAsTheDigitsGo) {
  EXPECT_TRUE(MatchesRounded("9780439023481", "9.78043902348e+12"));
  EXPECT_FALSE(MatchesRounded("9780439023481", "9.78043955493e+12"));
  EXPECT_FALSE(MatchesRounded("9780439023481", "97893806587.0"));
  EXPECT_FALSE(MatchesRounded("9780439023481", ""));
  EXPECT_FALSE(MatchesRounded("9780439023481", "9.78e+12 "));
  EXPECT_FALSE(MatchesRounded("9780439023481", "inf"));
  EXPECT_TRUE(MatchesRounded("9780439023481", "9.78e+12")) << "three digits: cut to within 10^10";
  EXPECT_TRUE(MatchesRounded("9789999999999", "9.78e+12"));
  EXPECT_FALSE(MatchesRounded("9790000000001", "9.78e+12"));
  EXPECT_TRUE(MatchesRounded("9780439023481", "9780439023481"));
  EXPECT_TRUE(MatchesRounded("9780439023481", "9780439023482")) << "one more or less may be the rounding";
  EXPECT_FALSE(MatchesRounded("9780439023481", "9780439023483"));
  EXPECT_TRUE(MatchesRounded("9780439023481", "9.780439023480E12"));
}

}  // namespace
}  // namespace octavo::catalog
