#include "services/marketplace/cover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lib/base/random.h"
#include "lib/http/url.h"
#include "lib/testing/xml.h"

namespace octavo::marketplace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(PaletteTest, TypeIsReadableOnItsGround) {
  for (const Palette& palette : Palettes()) {
    EXPECT_GE(Contrast(palette.ground, palette.ink), 4.5) << palette.ground << " with " << palette.ink;
  }
}

TEST(ContrastTest, IsWhatTheStandardSays) {
  EXPECT_NEAR(Contrast("#000000", "#ffffff"), 21.0, 0.001);
  EXPECT_NEAR(Contrast("#777777", "#ffffff"), 4.48, 0.01);
  EXPECT_NEAR(Contrast("#ffffff", "#777777"), 4.48, 0.01);
}

TEST(DrawCoverTest, IsTheSameForTheSameBookAndDiffersBetweenBooks) {
  const CoverText emma{.title = "Emma", .author = "Jane Austen"};
  const CoverText persuasion{.title = "Persuasion", .author = "Jane Austen"};

  EXPECT_EQ(DrawCover(emma), DrawCover(emma));
  EXPECT_NE(DrawCover(emma), DrawCover(persuasion));
  EXPECT_NE(CoverVersion(emma), CoverVersion(persuasion));
}

TEST(DrawCoverTest, UsesEveryPaletteOverAShelfOfBooks) {
  std::set<std::string> grounds;
  for (int i = 0; i < 400; ++i) {
    const std::string svg = DrawCover({.title = "Volume " + std::to_string(i), .author = "Nobody"});
    const std::size_t at = svg.find("height='300.0' fill='");
    ASSERT_NE(at, std::string::npos);
    grounds.insert(svg.substr(at + 21, 7));
  }
  EXPECT_EQ(grounds.size(), Palettes().size());
}

TEST(DrawCoverTest, KeepsHostileTextAsText) {
  for (int i = 0; i < 50; ++i) {  // Whatever the layout is.
    const std::string svg = DrawCover(
        {.title = "</title><script>alert(1)</script>" + std::to_string(i), .author = "' onload='alert(1)", .series = "\" & <b>"});
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_THAT(svg, Not(HasSubstr("<b>")));
    EXPECT_THAT(svg, Not(HasSubstr(" onload='")));
  }
}

TEST(DrawCoverTest, CutsNoCharacterAndEscapesWhatXmlDoesNotBear) {
  const std::uint64_t seed = SystemRandom().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  const char* const kCharacters[] = {"a",    "M", " ", "&",  "<",  ">", "\"",     "'", "\x01",
                                     "\x1f", "é", "—", "日", "語", "𝄞", "\u0301", "ж"};
  for (int i = 0; i < 300; ++i) {
    std::string title;
    for (std::uint64_t left = random.Below(80); left > 0; --left) title += kCharacters[random.Below(std::size(kCharacters))];
    EXPECT_THAT(DrawCover({.title = title, .author = title, .series = title}), IsWellFormedXml());
  }
}

TEST(DrawCoverTest, BearsAnyBytes) {
  const std::uint64_t seed = SystemRandom().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  for (int i = 0; i < 300; ++i) {
    std::string title(random.Below(120), '\0');
    for (char& c : title) c = static_cast<char>(random.Below(256));
    EXPECT_THAT(http::ToUtf8(DrawCover({.title = title, .author = title, .series = ""})), IsWellFormedXml());
  }
}

TEST(FitTypeTest, BreaksBetweenWords) {
  const SetType type = FitType("The Left Hand of Darkness", {.width_max = 100, .lines_max = 4, .size_max = 20, .size_min = 10});

  EXPECT_THAT(type.lines, ElementsAre("The Left", "Hand of", "Darkness"));
  for (const std::string& line : type.lines) EXPECT_LE(TypeWidth(line, type.size), 100);
}

TEST(FitTypeTest, GetsSmallerBeforeItCuts) {
  const TypeArea area{.width_max = 120, .lines_max = 2, .size_max = 24, .size_min = 8};

  const SetType fitted = FitType("One Hundred Years of Solitude", area);
  EXPECT_LT(fitted.size, 24);
  EXPECT_LE(fitted.lines.size(), 2U);
  const SetType cut = FitType(std::string(40, 'x') + " and " + std::string(60, 'y'), area);
  EXPECT_EQ(cut.size, 8);
  ASSERT_EQ(cut.lines.size(), 2U);
  EXPECT_THAT(cut.lines.back(), testing::EndsWith("…"));
  EXPECT_LE(TypeWidth(cut.lines.back(), cut.size), 120);
}

TEST(FitTypeTest, StaysWithinItsHeight) {
  const SetType type = FitType("Narrative of the Life of Frederick Douglass",
                               {.width_max = 164, .lines_max = 4, .size_max = 27, .size_min = 12, .height_max = 80});
  EXPECT_LE(type.size * 1.14 * static_cast<double>(type.lines.size()), 80);
}

TEST(FitTypeTest, HandlesNothingAndWordsWithoutSpaces) {
  EXPECT_TRUE(FitType("", {.width_max = 100, .lines_max = 2, .size_max = 20, .size_min = 10}).lines.empty());
  const SetType type =
      FitType("春宵苦短日高起從此君王不早朝", {.width_max = 100, .lines_max = 4, .size_max = 20, .size_min = 10});
  for (const std::string& line : type.lines) EXPECT_LE(TypeWidth(line, type.size), 100);
}

}  // namespace
}  // namespace octavo::marketplace
