#include "lib/base/quoted.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"

namespace octavo {
namespace {

TEST(QuotedTest, ShowsTheValueWithoutWhatWouldBreakAMessage) {
  const struct {
    std::string value;
    std::string shown;
  } kCases[] = {
      {"books/12", "\"books/12\""},
      {"", "\"\""},
      {"für", "\"für\""},
      {std::string("a\0b", 3), "\"a\\x00b\""},
      {"a\nb\x7f", "\"a\\x0ab\\x7f\""},
      {"a\xff\x62", "\"a\xef\xbf\xbd\x62\""},
      {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},  // A surrogate.
      {std::string(80, 'x'), "\"" + std::string(80, 'x') + "\""},
      {std::string(81, 'x'), "\"" + std::string(80, 'x') + "…\""},
      {std::string(79, 'x') + "é", "\"" + std::string(79, 'x') + "…\""},
      {std::string(78, 'x') + "é", "\"" + std::string(78, 'x') + "é\""},
      {std::string(77, 'x') + "😀", "\"" + std::string(77, 'x') + "…\""},
  };
  for (const auto& [value, shown] : kCases) EXPECT_EQ(Quoted(value), shown);
}

TEST(QuotedTest, IsStorableWhateverComesIn) {
  constexpr std::uint64_t kSeed = 20261130;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRandom random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random.Below(120), '\0');
    random.Fill(std::as_writable_bytes(std::span(text)));
    if (i % 2 == 0) {  // Characters of two bytes, so that most cuts fall into one.
      text = std::string(random.Below(3), 'x');
      for (std::uint64_t n = random.Below(80); n > 0; --n) text += i % 4 == 0 ? "ü" : "漢";
    }
    EXPECT_TRUE(IsStorableText(Quoted(text)));
  }
}

TEST(CutTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(CutText("für", 10), "für");
  EXPECT_EQ(CutText("für", 3), "fü");
  EXPECT_EQ(CutText("für", 2), "f");
  EXPECT_EQ(CutText("😀", 3), "");
  EXPECT_EQ(CutText("", 0), "");
}

TEST(CleanTextTest, IsUtf8AndShort) {
  EXPECT_EQ(CleanText("für 漢", 100), "für 漢");
  EXPECT_EQ(CleanText("a\xff\xfe", 100), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(CleanText("für", 2), "f");
}

TEST(StorableTextTest, IsUtf8WithoutNul) {
  EXPECT_TRUE(IsStorableText("Ω für 漢字 😀"));
  for (const std::string& bad : {std::string("a\0", 2), std::string("\xc0\x80"), std::string("\xe2\x82"), std::string("\x80"),
                                 std::string("\xf4\x90\x80\x80"), std::string("\xed\xa0\x80")}) {
    EXPECT_FALSE(IsStorableText(bad)) << Quoted(bad);
  }
}

}  // namespace
}  // namespace octavo
