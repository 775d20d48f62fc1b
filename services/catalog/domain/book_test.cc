#include "services/catalog/domain/book.h"

#include <cctype>
#include <functional>

#include "lib/testing/matchers.h"
#include "services/catalog/domain/category.h"

namespace octavo::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

// The fields that are refused, in order.
std::vector<std::string> Refused(const std::function<void(BookContent&)>& change) {
  BookContent draft = Draft();
  change(draft);
  const Result<CheckedBook> checked = CheckBook(draft, WrongIsbn::kRefuse);
  std::vector<std::string> fields;
  if (checked.ok()) return fields;
  for (const FieldViolation& violation : checked.error().violations) fields.push_back(violation.field);
  return fields;
}

template <typename Set>
void ExpectRange(const char* field, std::int64_t least, std::int64_t most, const Set& set) {
  const auto refused = [&](std::int64_t value) { return Refused([&](BookContent& book) { set(book, value); }); };
  EXPECT_THAT(refused(least), IsEmpty()) << field;
  EXPECT_THAT(refused(most), IsEmpty()) << field;
  EXPECT_THAT(refused(least - 1), ElementsAre(field));
  EXPECT_THAT(refused(most + 1), ElementsAre(field));
}

TEST(CheckBookTest, EveryNumberHasItsRange) {
  ExpectRange("published_year", -3000, 2100,
              [](BookContent& b, std::int64_t value) { b.published_year = static_cast<int>(value); });
  ExpectRange("page_count", 0, 50'000, [](BookContent& b, std::int64_t value) { b.page_count = static_cast<int>(value); });
  ExpectRange("price", 0, 100'000'000, [](BookContent& b, std::int64_t value) { b.price = Money(value, Currency::Eur()); });
  ExpectRange("ratings_count", 0, 10'000'000'000, [](BookContent& b, std::int64_t value) { b.ratings_count = value; });
  ExpectRange("average_rating (in hundredths)", 100, 500,
              [](BookContent& b, std::int64_t value) { b.rating_hundredths = static_cast<int>(value); });
  EXPECT_THAT(Refused([](BookContent& b) { b.rating_hundredths = 1; }), ElementsAre("average_rating (in hundredths)"));
}

TEST(CheckBookTest, EveryTextHasItsLength) {
  const auto text = [](std::int64_t size) { return std::string(static_cast<std::size_t>(size), 'x'); };
  ExpectRange("title", 1, 1'000, [&](BookContent& b, std::int64_t size) { b.title = text(size); });
  const auto expect_most = [&](const char* field, std::int64_t most, const std::function<void(BookContent&, std::string)>& set) {
    EXPECT_THAT(Refused([&](BookContent& b) { set(b, text(most)); }), IsEmpty()) << field;
    EXPECT_THAT(Refused([&](BookContent& b) { set(b, text(most + 1)); }), ElementsAre(field));
    EXPECT_THAT(Refused([&](BookContent& b) { set(b, "a\x1fz"); }), ElementsAre(field));
    EXPECT_THAT(Refused([&](BookContent& b) { set(b, "a\x7fz"); }), ElementsAre(field));
    EXPECT_THAT(Refused([&](BookContent& b) { set(b, "a\xffz"); }), ElementsAre(field));
    EXPECT_THAT(Refused([&](BookContent& b) { set(b, "a z"); }), IsEmpty()) << field;
  };
  expect_most("subtitle", 1'000, [](BookContent& b, std::string value) { b.subtitle = std::move(value); });
  expect_most("publisher", 300, [](BookContent& b, std::string value) { b.publisher = std::move(value); });
  expect_most("description", 20'000, [](BookContent& b, std::string value) { b.description = std::move(value); });
  expect_most("authors", 300, [](BookContent& b, std::string value) { b.authors[0].display_name = std::move(value); });
  expect_most("subjects", 300, [](BookContent& b, std::string value) { b.subjects = {std::move(value)}; });
  expect_most("series.title", 300,
              [](BookContent& b, std::string value) { b.series = SeriesMembership{.title = std::move(value)}; });
  expect_most("series.number", 20,
              [](BookContent& b, std::string value) { b.series = SeriesMembership{.title = "S", .number = std::move(value)}; });
  const std::string uri = "https://";
  EXPECT_THAT(Refused([&](BookContent& b) { b.cover_uri = uri + text(992); }), IsEmpty());
  EXPECT_THAT(Refused([&](BookContent& b) { b.cover_uri = uri + text(993); }), ElementsAre("cover_uri"));
  EXPECT_THAT(Refused([&](BookContent& b) { b.cover_uri = "http://x"; }), IsEmpty());
  EXPECT_THAT(Refused([&](BookContent& b) { b.cover_uri = "ftp://x"; }), ElementsAre("cover_uri"));
}

TEST(CheckBookTest, EveryListHasItsLength) {
  for (const std::size_t extra : {0U, 1U}) {
    const auto expect = [&](const char* field, const std::vector<std::string>& refused) {
      EXPECT_EQ(refused, extra == 0 ? std::vector<std::string>() : std::vector<std::string>{field});
    };
    expect("authors", Refused([&](BookContent& b) { b.authors.assign(100 + extra, {.display_name = "Ann Lee"}); }));
    expect("subjects", Refused([&](BookContent& b) { b.subjects.assign(50 + extra, "x"); }));
    expect("categories", Refused([&](BookContent& b) { b.categories.assign(10 + extra, "fiction"); }));
  }
}

TEST(CheckBookTest, DescriptionsHaveLinesAndNothingElseThatControls) {
  BookContent draft = Draft();
  draft.description = "one\r\n\ttwo";
  EXPECT_EQ(CheckBook(draft, WrongIsbn::kRefuse)->content.description, "one\n two");
}

TEST(CheckBookTest, LeavesOutWhatIsEmptyAndWhatIsNamedTwice) {
  BookContent draft = Draft();
  draft.authors = {{.display_name = "Ann Lee"}, {.display_name = "Lee, Ann"}, {.display_name = "Bo Li"}};
  draft.series = SeriesMembership{.title = " ", .number = ""};
  draft.subjects = {"a", " ", "b"};
  draft.categories = {"poetry", "fiction", "poetry"};
  draft.isbn13 = " ";

  const Result<CheckedBook> checked = CheckBook(draft, WrongIsbn::kRefuse);

  ASSERT_THAT(checked, IsOk());
  EXPECT_THAT(checked->content.authors, ElementsAre(AuthorCredit{"ann-lee", "Ann Lee"}, AuthorCredit{"bo-li", "Bo Li"}));
  EXPECT_EQ(checked->content.series, std::nullopt);
  EXPECT_THAT(checked->content.subjects, ElementsAre("a", "b"));
  EXPECT_THAT(checked->content.categories, ElementsAre("poetry", "fiction"));
  EXPECT_EQ(checked->content.isbn13, "");
  EXPECT_THAT(Refused([](BookContent& b) { b.authors.push_back({}); }), ElementsAre("authors"));
  EXPECT_THAT(Refused([](BookContent& b) { b.series = SeriesMembership{.number = "1"}; }), ElementsAre("series.title"));
}

TEST(CheckBookTest, SaysWhetherItRepairedTheIsbn) {
  BookContent draft = Draft();
  draft.isbn13 = "9780441478125";
  EXPECT_FALSE(CheckBook(draft, WrongIsbn::kRefuse)->isbn_repaired);
  draft.isbn13 = "441478123";
  EXPECT_TRUE(CheckBook(draft, WrongIsbn::kRefuse)->isbn_repaired);
  EXPECT_EQ(CheckBook(draft, WrongIsbn::kRefuse)->warnings.size(), 1u);
  draft.isbn13 = "9780441478126";
  EXPECT_THAT(Refused([](BookContent& b) { b.isbn13 = "9780441478126"; }), ElementsAre("isbn13"));
}

TEST(CheckBookTest, PutsALanguageIntoItsUsualCase) {
  const std::pair<const char*, const char*> kCodes[] = {
      {"", ""},
      {"EN", "en"},
      {"DEU", "deu"},
      {"pt-br", "pt-BR"},
      {"az-AZ", "az-AZ"},
      {"ZH-HANT", "zh-Hant"},
      {"zh-hant-tw", "zh-Hant-TW"},
      {"sl-ROZAJ", "sl-rozaj"},
      {"de-1996", "de-1996"},
      {"en-abcdefgh", "en-abcdefgh"},
      {"es-419", "es-419"},
      {"en-abcdefgh-abcdefgh-abcdefgh-abcde", "en-abcdefgh-abcdefgh-abcdefgh-abcde"},
  };
  for (const auto& [typed, code] : kCodes) {
    BookContent draft = Draft();
    draft.language_code = typed;
    const Result<CheckedBook> checked = CheckBook(draft, WrongIsbn::kRefuse);
    ASSERT_THAT(checked, IsOk()) << typed;
    EXPECT_EQ(checked->content.language_code, code);
  }
  for (const char* bad : {"e", "engl", "en-a", "en-abcdefghi", "en-", "-en", "en--us", "en us", "en_us", "é",
                          "en-abcdefgh-abcdefgh-abcdefgh-abcdef"}) {
    EXPECT_THAT(Refused([&](BookContent& b) { b.language_code = bad; }), ElementsAre("language_code")) << bad;
  }
  for (int byte = 0x21; byte < 0x7f; ++byte) {
    const std::string code = {'a', static_cast<char>(byte)};
    EXPECT_EQ(Refused([&](BookContent& b) { b.language_code = code; }).empty(), std::isalnum(byte) != 0) << code;
  }
}

TEST(FormatTest, HasAWordEach) {
  for (const char* word : {"hardcover", "paperback", "ebook", "audiobook"}) {
    ASSERT_TRUE(ParseFormat(word).has_value()) << word;
    EXPECT_EQ(FormatWord(*ParseFormat(word)), word);
  }
  EXPECT_EQ(ParseFormat(""), std::nullopt);
  EXPECT_EQ(ParseFormat("scroll"), std::nullopt);
}

TEST(IsSourceTest, IsShortAndPlain) {
  EXPECT_TRUE(IsSource(std::string(40, 'x')));
  EXPECT_FALSE(IsSource(std::string(41, 'x')));
  EXPECT_FALSE(IsSource(""));
  for (int byte = 1; byte < 256; ++byte) {
    const bool plain = byte < 128 && (std::islower(byte) != 0 || std::isdigit(byte) != 0 || byte == '-');
    EXPECT_EQ(IsSource(std::string(1, static_cast<char>(byte))), plain) << byte;
  }
}

TEST(ContentFingerprintTest, IsTheSameInEveryVersion) {
  BookContent book = Draft();
  book.subtitle = "A Novel";
  book.series = SeriesMembership{.title = "Hainish Cycle", .number = "4"};
  book.published_year = -5;
  book.price = Money(1299, Currency::Eur());
  book.formats = {Format::kPaperback};
  book.ratings_count = 5'000'000'000;

  EXPECT_EQ(ContentFingerprint(book), -5013651928209276773) << "another value makes the next import touch every book";
}

TEST(ContentFingerprintTest, DependsOnEveryField) {
  const BookContent base = CheckBook(Draft(), WrongIsbn::kRefuse)->content;
  std::vector<BookContent> others(20, base);
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
  others[16].categories = {"fiction"};
  others[17].series = SeriesMembership{"s", "S", "1"};
  others[18].price = Money(0, *Currency::Parse("USD"));
  others[19].price = Money(1, Currency::Eur());

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
  const std::pair<const char*, std::int64_t> kKeys[] = {
      {"0", 0},      {"0.1", 100}, {"1.25", 1250}, {"1.05", 1050}, {"1.2349", 1234}, {"1.9", 1900},
      {"2.x", 2000}, {"3.", 3000}, {"4/1", 4000},  {"4.:", 4000},  {"4./", 4000},    {"1000000", 1'000'000'000}};
  for (const auto& [number, key] : kKeys) EXPECT_EQ(SeriesNumberSortKey(number), key) << number;
  for (const char* none : {"", "x", "-1", "1000001"}) EXPECT_EQ(SeriesNumberSortKey(none), INT32_MAX) << none;
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
