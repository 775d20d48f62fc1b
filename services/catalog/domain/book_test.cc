#include "services/catalog/domain/book.h"

#include "lib/testing/matchers.h"
#include "services/catalog/domain/category.h"

namespace octavo::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

BookContent Draft() {
  BookContent draft;
  draft.title = "The Left Hand of Darkness";
  draft.authors = {{.display_name = "Ursula K. Le Guin"}};
  draft.categories = {"science-fiction"};
  return draft;
}

TEST(CheckBookTest, PutsADraftIntoItsOneForm) {
  BookContent draft = Draft();
  draft.title = "  The  Left Hand of Darkness ";
  draft.authors.push_back({.display_name = "Ursula K.  Le Guin"});
  draft.isbn13 = "0-441-47812-3";
  draft.language_code = "EN-us";
  draft.formats = {Format::kEbook, Format::kPaperback, Format::kEbook};
  draft.series = SeriesMembership{.title = "Hainish Cycle", .number = "4"};

  const Result<CheckedBook> checked = CheckBook(draft, WrongIsbn::kRefuse);

  ASSERT_THAT(checked, IsOk());
  const BookContent& book = checked->content;
  EXPECT_EQ(book.title, "The Left Hand of Darkness");
  EXPECT_THAT(book.authors, ElementsAre(AuthorCredit{"ursula-k-le-guin", "Ursula K. Le Guin"}));
  EXPECT_EQ(book.isbn13, "9780441478125");
  EXPECT_EQ(book.language_code, "en-US");
  EXPECT_THAT(book.formats, ElementsAre(Format::kPaperback, Format::kEbook));
  EXPECT_EQ(book.series->slug, "hainish-cycle");
}

TEST(CheckBookTest, NamesEveryValueThatBreaksARule) {
  BookContent draft = Draft();
  draft.title = " ";
  draft.published_year = 21'984;
  draft.isbn13 = "9780441478126";
  draft.language_code = "english";
  draft.subtitle = "a\x01z";

  const Result<CheckedBook> checked = CheckBook(draft, WrongIsbn::kRefuse);

  ASSERT_THAT(checked, HasReason("INVALID_FIELD"));
  EXPECT_EQ(checked.error().violations.size(), 5u);
  EXPECT_THAT(checked.error().message, HasSubstr("published_year: 21984 is not between -3000 and 2100"));
  EXPECT_THAT(checked.error().message, HasSubstr("\"english\" is not a BCP 47 code"));
}

TEST(CheckBookTest, LeavesAWrongIsbnOutWhenAsked) {
  BookContent draft = Draft();
  draft.isbn13 = "9780441478126";

  const Result<CheckedBook> checked = CheckBook(draft, WrongIsbn::kLeaveOut);

  ASSERT_THAT(checked, IsOk());
  EXPECT_EQ(checked->content.isbn13, "");
  EXPECT_TRUE(checked->isbn_refused);
  EXPECT_THAT(checked->warnings, ElementsAre(HasSubstr("check digit")));
}

TEST(CheckBookTest, GivesTheGeneralCategoryAndRefusesUnknownOnes) {
  BookContent none = Draft();
  none.categories.clear();
  BookContent unknown = Draft();
  unknown.categories = {"cooking"};

  EXPECT_THAT(CheckBook(none, WrongIsbn::kRefuse)->content.categories, ElementsAre("general"));
  EXPECT_THAT(CheckBook(unknown, WrongIsbn::kRefuse), HasReason("UNKNOWN_CATEGORY"));
}

TEST(CheckBookTest, IsStableWhenRepeated) {
  BookContent draft = Draft();
  draft.isbn13 = "441478123";

  const BookContent once = CheckBook(draft, WrongIsbn::kRefuse)->content;
  const BookContent twice = CheckBook(once, WrongIsbn::kRefuse)->content;

  EXPECT_EQ(once, twice);
  EXPECT_EQ(ContentFingerprint(once), ContentFingerprint(twice));
}

TEST(ContentFingerprintTest, DependsOnEveryField) {
  const BookContent base = CheckBook(Draft(), WrongIsbn::kRefuse)->content;
  std::vector<BookContent> others(16, base);
  others[0].title = "x";
  others[1].subtitle = "x";
  others[2].authors.clear();
  others[3].series = SeriesMembership{"s", "S", ""};
  others[4].isbn13 = "9780441478125";
  others[5].language_code = "en";
  others[6].published_year = 1969;
  others[7].publisher = "Ace";
  others[8].page_count = 304;
  others[9].formats = {Format::kEbook};
  others[10].price = Money(0, Currency::Eur());
  others[11].description = "x";
  others[12].subjects = {"x"};
  others[13].cover_uri = "https://x";
  others[14].rating_hundredths = 400;
  others[15].ratings_count = 1;

  std::vector<std::int64_t> seen = {ContentFingerprint(base)};
  for (const BookContent& other : others) {
    EXPECT_THAT(seen, testing::Not(testing::Contains(ContentFingerprint(other))));
    seen.push_back(ContentFingerprint(other));
  }
}

TEST(SplitSeriesTest, TakesTheFormApart) {
  const struct {
    const char* title;
    const char* plain;
    const char* series;
    const char* number;
  } kCases[] = {
      {"The Hunger Games (The Hunger Games, #1)", "The Hunger Games", "The Hunger Games", "1"},
      {"The Shining (The Shining #1)", "The Shining", "The Shining", "1"},
      {"Moonlight Mile (Kenzie & Gennaro,#6)", "Moonlight Mile", "Kenzie & Gennaro", "6"},
      {"Beyond Exile (Day by Day Armageddon,# 2)", "Beyond Exile", "Day by Day Armageddon", "2"},
      {"The Lord of the Rings (The Lord of the Rings, #1-3)", "The Lord of the Rings", "The Lord of the Rings", "1-3"},
      {"The Theban Plays (The Theban Plays, #1–3)", "The Theban Plays", "The Theban Plays", "1-3"},
      {"The Hobbit (Middle-earth, #0.5)", "The Hobbit", "Middle-earth", "0.5"},
      {"Equal Rites (Discworld, #3; Witches #1)", "Equal Rites", "Discworld", "3"},
      {"Raising Steam (Discworld, #40, Moist von Lipwig #3 )", "Raising Steam", "Discworld", "40"},
      {"Ranma ½, Vol. 1 (Ranma ½ (US 2nd), #1)", "Ranma ½, Vol. 1", "Ranma ½ (US 2nd)", "1"},
      {"A Storm of Swords: Blood and Gold (A Song of Ice and Fire, #3: Part 2 of 2)",
       "A Storm of Swords: Blood and Gold (Part 2 of 2)", "A Song of Ice and Fire", "3"},
      {"To Green Angel Tower, Part 2 (Memory, Sorrow, and Thorn, #3; Part 2)", "To Green Angel Tower, Part 2",
       "Memory, Sorrow, and Thorn", "3"},
      {"Saga #1", "Saga #1", "", ""},
      {"#GIRLBOSS", "#GIRLBOSS", "", ""},
      {"The Silmarillion (Middle-Earth Universe)", "The Silmarillion (Middle-Earth Universe)", "", ""},
      {"(A, #1)", "(A, #1)", "", ""},
      {"Odd ) bracket (A, #x)", "Odd ) bracket (A, #x)", "", ""},
      {"", "", "", ""},
  };
  for (const auto& [title, plain, series, number] : kCases) {
    const TitleWithSeries split = SplitSeries(title);
    EXPECT_EQ(split.title, plain) << title;
    EXPECT_EQ(split.series_title, series) << title;
    EXPECT_EQ(split.series_number, number) << title;
  }
}

TEST(SeriesNumberSortKeyTest, OrdersAsReadersCount) {
  EXPECT_EQ(SeriesNumberSortKey("2.5"), 2500);
  EXPECT_EQ(SeriesNumberSortKey("1-3"), 1000);
  EXPECT_LT(SeriesNumberSortKey("9"), SeriesNumberSortKey("10"));
  EXPECT_LT(SeriesNumberSortKey("10"), SeriesNumberSortKey(""));
}

TEST(CategoriesTest, BeginWithThoseOfThePublishedContract) {
  EXPECT_EQ(kCategories[0].slug, "fiction");
  EXPECT_EQ(kCategories[1].slug, "romance");
  EXPECT_EQ(kCategories[2].slug, "self-help");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(kCategories[i].classic_number, i);
  EXPECT_EQ(FindCategory("poetry")->classic_number, -1);
  EXPECT_EQ(FindCategory("cooking"), nullptr);
}

}  // namespace
}  // namespace octavo::catalog
