#include "services/catalog/domain/isbn.h"

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
}

}  // namespace
}  // namespace octavo::catalog
