#include "services/catalog/domain/text.h"

#include <gmock/gmock.h>

namespace octavo::catalog {
namespace {

using testing::ElementsAre;

TEST(FoldTest, MakesEqualWhatReadersHoldToBeTheSame) {
  const struct {
    const char* text;
    const char* folded;
  } kCases[] = {
      {"The Hobbit", "the hobbit"},
      {"Les Misérables", "les miserables"},
      {"Les Mise\u0301rables", "les miserables"},
      {"Saga o Wiedźminie", "saga o wiedzminie"},
      {"Straße", "strasse"},
      {"Łódź", "lodz"},
      {"Ørsted", "orsted"},
      {"Shōgun", "shogun"},
      {"ＡＢＣ", "abc"},
      {"Freedom™", "freedom"},
      {"Ὀδύσσεια", "οδυσσεια"},
      {"Лев Толстой", "лев толстои"},
      {"ナルト", "ナルト"},
      {"ﾅﾙﾄ", "ナルト"},
      {"ｶﾞ", "ガ"},
      {"한강", "한강"},
      {"Ender`s Ender´s Ender′s", "ender's ender's ender's"},
      {"", ""},
  };
  for (const auto& [text, folded] : kCases) EXPECT_EQ(Fold(text), folded) << text;
}

TEST(WordsTest, JoinsAtApostrophesAndDividesElsewhere) {
  EXPECT_THAT(Words("Ender's Game (Ender, #1)", WordForms::kAsTyped), ElementsAre("enders", "game", "ender", "1"));
  EXPECT_THAT(Words("Ender’s", WordForms::kAsTyped), ElementsAre("enders"));
  EXPECT_THAT(Words("Catch-22", WordForms::kAsTyped), ElementsAre("catch", "22"));
  EXPECT_THAT(Words(" … ", WordForms::kAsTyped), ElementsAre());
}

TEST(WordsTest, GivesEveryFormOfElisionsAndInitials) {
  EXPECT_THAT(Words("L'Étranger", WordForms::kEveryForm), ElementsAre("etranger", "letranger"));
  EXPECT_THAT(Words("J. R. R. Tolkien", WordForms::kEveryForm), ElementsAre("j", "r", "r", "jrr", "tolkien"));
  EXPECT_THAT(Words("J.K. Rowling", WordForms::kAsTyped), ElementsAre("j", "k", "rowling"));
}

TEST(WordsTest, TakesAnythingTypedForAnApostropheAsOne) {
  for (const char* text : {"Ender's", "Ender’s", "Ender‘s", "Ender`s", "Ender´s", "Ender′s", "Enderʼs", "Ender＇s"}) {
    EXPECT_THAT(Words(text, WordForms::kAsTyped), ElementsAre("enders")) << text;
    EXPECT_EQ(Slug(text), "enders") << text;
  }
}

TEST(WordsTest, KnowsProgrammingLanguagesFromLetters) {
  EXPECT_THAT(Words("C++ in a C# (C)", WordForms::kAsTyped), ElementsAre("c++", "in", "a", "c#", "c"));
  EXPECT_THAT(Words("C++17", WordForms::kAsTyped), ElementsAre("c++", "17"));
  EXPECT_THAT(Words("Ender #1, b#1", WordForms::kAsTyped), ElementsAre("ender", "1", "b", "1"));
}

TEST(WordsTest, SpellsUmlautsOut) {
  EXPECT_THAT(Words("Müller und Søren", WordForms::kEveryForm), ElementsAre("muller", "und", "soren", "mueller", "soeren"));
  EXPECT_EQ(SpellOutUmlauts("Mu\u0308ller Åsa"), "Mueller aasa");
}

TEST(RomanisedTest, GivesLatinLetters) {
  EXPECT_EQ(Romanised("толкин"), "tolkin");
  EXPECT_EQ(Romanised("王"), "wang");
}

TEST(WordsTest, GivesPairsWhereThereAreNoSpaces) {
  EXPECT_THAT(Words("三体", WordForms::kAsTyped), ElementsAre("三体"));
  EXPECT_THAT(Words("美少女戦", WordForms::kAsTyped), ElementsAre("美少", "少女", "女戦"));
  EXPECT_THAT(Words("三", WordForms::kAsTyped), ElementsAre("三"));
  EXPECT_THAT(Words("三体", WordForms::kEveryForm), ElementsAre("三", "三体", "体"));
  EXPECT_THAT(Words("三", WordForms::kEveryForm), ElementsAre("三"));
  EXPECT_THAT(Words("セーラー", WordForms::kAsTyped), ElementsAre("セー", "ーラ", "ラー"));
}

TEST(SlugTest, IsAsciiAndEqualForOneAuthor) {
  EXPECT_EQ(Slug("Ursula K. Le Guin"), "ursula-k-le-guin");
  EXPECT_EQ(Slug("J.K. Rowling"), Slug("J. K. Rowling"));
  EXPECT_EQ(Slug("Mary GrandPré"), "mary-grandpre");
  EXPECT_EQ(Slug("Flann O'Brien"), Slug("Flann O’Brien"));
  EXPECT_EQ(Slug("Лев Толстой"), "lev-tolstoi");
  EXPECT_TRUE(IsSlug(Slug("أحمد مراد")));
  EXPECT_TRUE(IsSlug(Slug("???")));
  EXPECT_NE(Slug("???"), Slug("!!!"));
  EXPECT_TRUE(IsSlug(Slug(std::string(500, 'a') + " b")));
}

TEST(SlugTest, KnowsItsOwnForm) {
  EXPECT_TRUE(IsSlug("a-1"));
  for (const char* bad : {"", "-a", "a-", "a--b", "A", "a b", "é"}) EXPECT_FALSE(IsSlug(bad)) << bad;
}

TEST(TitleSortKeyTest, LeavesArticlesAndQuotesOut) {
  EXPECT_EQ(TitleSortKey("The Hobbit", "en"), "hobbit");
  EXPECT_EQ(TitleSortKey("The Hobbit", "en-GB"), "hobbit");
  EXPECT_EQ(TitleSortKey("The Hobbit", ""), "hobbit");
  EXPECT_EQ(TitleSortKey("L'Étranger", "fr"), "etranger");
  EXPECT_EQ(TitleSortKey("Die Blechtrommel", "de"), "blechtrommel");
  EXPECT_EQ(TitleSortKey("Die Trying", "en"), "die trying");
  EXPECT_EQ(TitleSortKey("\"A\" Is for Alibi", "en"), "a\" is for alibi");
  EXPECT_EQ(TitleSortKey("A", "en"), "a");
  EXPECT_LE(TitleSortKey(std::string(300, 'x'), "en").size(), 60u);
}

TEST(LanguageNameTest, IsEnglish) {
  EXPECT_EQ(LanguageName("fr"), "French");
  EXPECT_EQ(LanguageName("pt-BR"), "Portuguese");
  EXPECT_EQ(LanguageName("xq"), "xq");
}

TEST(IsUtf8Test, FindsBrokenBytes) {
  EXPECT_TRUE(IsUtf8("Misérables \uFFFD"));
  EXPECT_FALSE(IsUtf8("Mis\xE9rables"));
  EXPECT_FALSE(IsUtf8("\xC3"));
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));  // Half a surrogate pair.
}

TEST(CleanLineTest, KeepsSingleSpacesInside) {
  EXPECT_EQ(CleanLine("  a \t b\u00A0c\n"), "a b c");
  EXPECT_EQ(CleanLine("\uFEFF"), "");
}

}  // namespace
}  // namespace octavo::catalog
