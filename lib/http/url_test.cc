#include "lib/http/url.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"
#include "lib/http/cookie.h"
#include "lib/testing/matchers.h"

namespace octavo::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(PercentDecodeTest, DecodesEveryWellFormedEscapeAndRefusesTheRest) {
  const struct {
    std::string text;
    std::optional<std::string> decoded;
  } cases[] = {
      {"", ""},
      {"emma", "emma"},
      {"%41%6a%6A", "Ajj"},
      {"a+b", "a+b"},
      {"%C3%A9", "é"},
      {"%", std::nullopt},
      {"%4", std::nullopt},
      {"%4g", std::nullopt},
      {"100%!", std::nullopt},
      {"%%41", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(PercentDecode(c.text), c.decoded) << c.text;
}

TEST(PercentEncodeTest, IsUndoneByDecodingForAnyBytes) {
  const std::uint64_t seed = SystemRandom().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random.Below(40), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
    EXPECT_EQ(PercentDecode(PercentEncode(bytes)), bytes);
  }
}

TEST(ToUtf8Test, ReplacesWhatIsMalformedAndKeepsTheRest) {
  const struct {
    std::string bytes;
    std::string text;
  } cases[] = {
      {"Brontë", "Brontë"},
      {"漢字 \xF0\x9F\x93\x9A", "漢字 \xF0\x9F\x93\x9A"},
      {"a\xFF"
       "b",
       "a\xEF\xBF\xBD"
       "b"},
      {"\xC3", "\xEF\xBF\xBD"},                                                  // Cut off.
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                                  // An overlong '/'.
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},                  // A surrogate.
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // Beyond Unicode.
      {std::string("a\0b", 3),
       "a\xEF\xBF\xBD"
       "b"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ToUtf8(c.bytes), c.text);
    EXPECT_TRUE(IsUtf8(ToUtf8(c.bytes)));
  }
}

TEST(ParseQueryTest, ReadsNamesAndValuesAsBrowsersSendThem) {
  const Result<Params> params = ParseQuery("q=le+guin&q=%C3%A9&empty=&bare&100%=%&&=x");

  ASSERT_THAT(params, IsOk());
  EXPECT_THAT(params->items(), ElementsAre(Pair("q", "le guin"), Pair("q", "é"), Pair("empty", ""), Pair("bare", ""),
                                           Pair("100%", "%"), Pair("", "x")));
  EXPECT_EQ(params->Get("q"), "le guin");
  EXPECT_THAT(params->GetAll("q"), ElementsAre("le guin", "é"));
  EXPECT_TRUE(params->Has("bare"));
  EXPECT_FALSE(params->Has("other"));
}

TEST(ParseQueryTest, RefusesMoreParametersThanAnyFormHas) {
  std::string text;
  for (std::size_t i = 0; i <= kParamsMax; ++i) text += "a&";

  EXPECT_THAT(ParseQuery(text), HasReason("TOO_MANY_PARAMETERS"));
}

TEST(ParseQueryTest, GivesUtf8ForAnyBytesAndIsUndoneByToQuery) {
  const std::uint64_t seed = SystemRandom().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random.Below(60), '\0');
    for (char& byte : bytes) byte = random.Below(3) == 0 ? "%&=+4"[random.Below(5)] : static_cast<char>(random.Below(256));
    const Result<Params> params = ParseQuery(bytes);
    ASSERT_THAT(params, IsOk());
    for (const auto& [name, value] : params->items()) {
      EXPECT_TRUE(IsUtf8(name));
      EXPECT_TRUE(IsUtf8(value));
    }
    const Result<Params> again = ParseQuery(params->ToQuery());
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->items(), params->items());
  }
}

TEST(ParsePathTest, SplitsBeforeItDecodes) {
  const struct {
    std::string path;
    std::vector<std::string> segments;
  } cases[] = {
      {"/", {}},         {"/books/12", {"books", "12"}}, {"/books/", {"books", ""}},
      {"//", {"", ""}},  {"/a%2Fb/c", {"a/b", "c"}},     {"/authors/bront%C3%AB", {"authors", "brontë"}},
      {"/...", {"..."}},
  };
  for (const auto& c : cases) {
    const auto segments = ParsePath(c.path);
    ASSERT_THAT(segments, IsOk()) << c.path;
    EXPECT_EQ(*segments, c.segments) << c.path;
  }
}

TEST(ParsePathTest, RefusesWhatCouldMeanTwoThings) {
  for (const char* path :
       {"", "books", "*", "/..", "/a/../b", "/%2e%2e/etc", "/.", "/%", "/%zz", "/%00", "/a%0Ab", "/%FF", "/%C0%AF"}) {
    EXPECT_THAT(ParsePath(path), HasReason("BAD_PATH")) << path;
  }
}

TEST(ParseCookiesTest, ReadsWhatBrowsersSendAndPassesOverTheRest) {
  const Params cookies = ParseCookies("a=1; b=\"two\";c = 3 ;; junk; =no; a=later; d=x=y");

  EXPECT_THAT(cookies.items(),
              ElementsAre(Pair("a", "1"), Pair("b", "two"), Pair("c", "3"), Pair("a", "later"), Pair("d", "x=y")));
  EXPECT_EQ(cookies.Get("a"), "1");
}

TEST(SetCookieTest, IsAlwaysHttpOnlyAndSameSite) {
  EXPECT_EQ(ToString(SetCookie{.name = "visitor", .value = "x.y"}), "visitor=x.y; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(ToString(SetCookie{.name = "__Host-visitor", .value = "x", .secure = true, .max_age = std::chrono::hours(1)}),
            "__Host-visitor=x; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600");
}

TEST(SetCookieTest, AValueThatWouldWriteMoreCookiesIsABug) {
  EXPECT_THROW((void)ToString(SetCookie{.name = "a", .value = "x; Domain=evil"}), Bug);
  EXPECT_THROW((void)ToString(SetCookie{.name = "__Host-a", .value = "x"}), Bug);
}

}  // namespace
}  // namespace octavo::http
