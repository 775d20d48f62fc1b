#include "lib/names/page_tokens.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo::names {
namespace {

Keys KeysOf(const std::string& letters) {
  std::vector<Secret> keys;
  for (const char letter : letters) keys.emplace_back(std::string(Keys::kKeyBytes, letter));
  return Keys(std::move(keys));
}

TEST(PageTokensTest, GiveThePlaceBackToTheSameListing) {
  const PageTokens tokens(KeysOf("a"));

  for (const std::string& place : {std::string("12"), std::string(), std::string("Ω\0\xff", 4), std::string(1000, 'x')}) {
    EXPECT_EQ(*tokens.Open("books of fiction", tokens.Seal("books of fiction", place)), place);
  }
}

TEST(PageTokensTest, RefuseWhatThisShopDidNotHandOut) {
  const PageTokens tokens(KeysOf("a"));
  const std::string token = tokens.Seal("books", "12");

  EXPECT_THAT(tokens.Open("orders", token), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_THAT(PageTokens(KeysOf("b")).Open("books", token), HasReason("BAD_PAGE_TOKEN"));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(tokens.Open("books", changed), HasReason("BAD_PAGE_TOKEN")) << i;
    EXPECT_THAT(tokens.Open("books", token.substr(0, i)), HasReason("BAD_PAGE_TOKEN")) << i;
  }
  for (const std::string& other : {std::string("12"), token + "A", token + "=", token + " ", std::string(5000, 'A')}) {
    EXPECT_THAT(tokens.Open("books", other), HasReason("BAD_PAGE_TOKEN")) << other;
  }
}

TEST(PageTokensTest, WhereTheListingEndsAndThePlaceBeginsIsSealed) {
  const PageTokens tokens(KeysOf("a"));
  const std::string token = tokens.Seal("books", "12");

  EXPECT_THAT(tokens.Open("books1", token), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_NE(tokens.Seal("books1", "2"), token);
}

TEST(PageTokensTest, AnOlderKeyIsAcceptedUntilItIsTakenAway) {
  const std::string token = PageTokens(KeysOf("a")).Seal("books", "12");

  EXPECT_EQ(*PageTokens(KeysOf("ba")).Open("books", token), "12");
  EXPECT_THAT(PageTokens(KeysOf("b")).Open("books", token), HasReason("BAD_PAGE_TOKEN"));
  EXPECT_THAT(PageTokens(KeysOf("a")).Open("books", PageTokens(KeysOf("ba")).Seal("books", "12")), HasReason("BAD_PAGE_TOKEN"));
}

TEST(PageTokensTest, ANumberIsWithinItsBoundsEvenWhenItIsSealed) {
  const PageTokens tokens(KeysOf("a"));
  const PageTokens::Numbers numbers{.first = 7, .most = 100};

  EXPECT_EQ(*tokens.OpenNumber("books", "", numbers), 7);
  EXPECT_EQ(*tokens.OpenNumber("books", tokens.Seal("books", "100"), numbers), 100);
  for (const char* place : {"-1", "101", "", "1x", " 1", "4294967295", "99999999999999999999"}) {
    EXPECT_THAT(tokens.OpenNumber("books", tokens.Seal("books", place), numbers), HasReason("BAD_PAGE_TOKEN")) << place;
  }
}

TEST(PageSizeTest, ZeroIsTheStandardAndMoreThanTheMostIsTheMost) {
  constexpr PageSizes kSizes{.standard = 24, .most = 100};

  EXPECT_EQ(*ParsePageSize(0, kSizes), 24);
  EXPECT_EQ(*ParsePageSize(1, kSizes), 1);
  EXPECT_EQ(*ParsePageSize(INT32_MAX, kSizes), 100);
  EXPECT_THAT(ParsePageSize(-1, kSizes), HasReason("INVALID_FIELD"));
}

}  // namespace
}  // namespace octavo::names
