#include "services/catalog/search/search_index.h"

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "lib/base/failure.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::catalog {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class SearchIndexTest : public testing::Test {
 protected:
  SearchIndexTest() { Reopen(); }

  void Reopen(const std::string& catalogue = "catalogue") {
    index_.reset();
    index_ = SearchIndex::Open(dir_ / "index", catalogue).value();
  }

  struct Facts {
    std::string author = "Nobody";
    std::string series = "";
    std::string number = "";
    std::string isbn = "";
    std::string language = "en";
    std::string category = "fiction";
    std::string description = "";
    int year = 0;
    int price = 0;
    int ratings = 0;
    std::vector<Format> formats = {};
  };

  static Book MakeBook(int id, const std::string& title, const Facts& facts) {
    BookContent draft;
    draft.title = title;
    draft.authors = {{.display_name = facts.author}};
    if (!facts.series.empty()) draft.series = SeriesMembership{.title = facts.series, .number = facts.number};
    draft.isbn13 = facts.isbn;
    draft.language_code = facts.language;
    draft.categories = {facts.category};
    draft.description = facts.description;
    draft.published_year = facts.year;
    if (facts.price > 0) draft.price = Money(facts.price, Currency::Eur());
    draft.ratings_count = facts.ratings;
    draft.formats = facts.formats;
    return {.id = BookId{id}, .content = CheckBook(draft, WrongIsbn::kRefuse)->content};
  }

  void Put(int id, const std::string& title, const Facts& facts) { index_->Put(MakeBook(id, title, facts)); }
  void Add(int id, const std::string& title, const Facts& facts) {
    Put(id, title, facts);
    index_->Commit(++position_);
  }

  // A small shop.
  void AddShop() {
    const std::string tolkien = "J. R. R. Tolkien";
    const std::string king = "Stephen King";
    Put(1, "The Hobbit",
        {.author = tolkien,
         .series = "Middle-earth",
         .number = "0.5",
         .isbn = "9780261103344",
         .year = 1937,
         .price = 999,
         .ratings = 2000});
    Put(2, "The Fellowship of the Ring",
        {.author = tolkien, .series = "The Lord of the Rings", .number = "1", .year = 1954, .price = 1299, .ratings = 1800});
    Put(3, "Les Misérables", {.author = "Victor Hugo", .language = "fr", .category = "classics", .year = 1862, .ratings = 500});
    Put(4, "A Hobbit Companion", {.author = "David Day", .description = "A guide to the world of Tolkien.", .ratings = 5});
    Put(5, "Hobbits and Dwarves", {.author = "Someone Else", .ratings = 90000});
    Put(6, "It", {.author = king, .category = "horror", .year = 1986, .ratings = 700, .formats = {Format::kEbook}});
    Put(7, "If It Bleeds", {.author = king, .category = "horror", .year = 2020, .ratings = 900});
    Put(8, "三体", {.author = "刘慈欣", .language = "zh", .category = "science-fiction", .year = 2008, .ratings = 50});
    Put(9, "L'Étranger", {.author = "Albert Camus", .language = "fr", .category = "classics", .year = 1942, .ratings = 800});
    index_->Commit(++position_);
  }

  std::vector<int> Find(const std::string& text, const SearchFilter& filter = {}, ListOrder order = ListOrder::kRelevance) {
    result_ = index_->Search({.text = text, .filter = filter, .order = order});
    std::vector<int> ids;
    for (const BookId id : result_.ids) ids.push_back(static_cast<int>(id.value()));
    return ids;
  }

  std::vector<std::string> Suggest(const std::string& prefix) {
    std::vector<std::string> names;
    for (const Suggestion& suggestion : index_->Suggest(prefix, 8)) names.push_back(suggestion.display_name);
    return names;
  }

  TempDir dir_;
  std::unique_ptr<SearchIndex> index_;
  std::int64_t position_ = 0;
  SearchResult result_;
};

TEST_F(SearchIndexTest, PutsTheWholeTitleFirst) {
  AddShop();
  EXPECT_THAT(Find("the hobbit"), ElementsAre(1, 5, 4));
  EXPECT_THAT(Find("it"), ElementsAre(6, 7));
  EXPECT_EQ(result_.corrected_query, "");
}

TEST_F(SearchIndexTest, FindsAuthorsInAnyOrderWithoutDiacritics) {
  AddShop();
  EXPECT_THAT(Find("tolkien j r r"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Find("JRR Tolkien"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Find("hugo victor miserables"), ElementsAre(3));
  EXPECT_THAT(Find("LES MISÉRABLES"), ElementsAre(3));
  EXPECT_THAT(Find("etranger"), ElementsAre(9));
  EXPECT_THAT(Find("l'étranger"), ElementsAre(9));
}

TEST_F(SearchIndexTest, FindsSeriesAndNumber) {
  AddShop();
  EXPECT_THAT(Find("lord of the rings 1"), ElementsAre(2));
  EXPECT_THAT(Find("middle-earth"), ElementsAre(1));
}

TEST_F(SearchIndexTest, FindsStems) {
  AddShop();
  EXPECT_THAT(Find("hobbit"), UnorderedElementsAre(1, 4, 5));
  EXPECT_THAT(Find("bleeding"), ElementsAre(7));
}

TEST_F(SearchIndexTest, AStemIsThatOfItsLanguageAlone) {
  AddShop();
  Add(20, "Assassin's Apprentice", {.author = "Robin Hobb"});
  EXPECT_THAT(Find("hobbit"), UnorderedElementsAre(1, 4, 5));  // In French, which the shop has, it would be "hobb".
  EXPECT_THAT(Find("misérable"), ElementsAre(3));
}

TEST_F(SearchIndexTest, FindsAnIsbnInAnyForm) {
  AddShop();
  for (const char* isbn : {"9780261103344", "978-0-261-10334-4", "0261103342", "0-261-10334-2", "ISBN: 0261103342",
                           "urn:isbn:9780261103344", "261103342"}) {
    EXPECT_THAT(Find(isbn), ElementsAre(1)) << isbn;
  }
}

TEST_F(SearchIndexTest, ForgivesTypingErrorsByLength) {
  AddShop();
  EXPECT_THAT(Find("hobit"), Contains(1));
  EXPECT_EQ(result_.corrected_query, "hobbit");
  EXPECT_THAT(Find("tolkein"), UnorderedElementsAre(1, 2, 4));
  // One error of each kind, also in the first letters.
  for (const char* text : {"ohbbit", "obbit", "hoxbit", "hoobbit", "hobbti"}) {
    EXPECT_THAT(Find(text), Contains(1)) << text;
    EXPECT_EQ(result_.corrected_query, "hobbit") << text;
  }
  EXPECT_THAT(Find("felowshp of the ring"), ElementsAre(2));  // Two errors in eight letters less two.
  EXPECT_THAT(Find("xxhobbit"), IsEmpty());                   // Two errors need nine letters.
  EXPECT_THAT(Find("hbt"), IsEmpty());
}

TEST_F(SearchIndexTest, LooksForTypingErrorsInAFewWordsOnly) {
  AddShop();
  EXPECT_THAT(Find("hobit " + std::string(60, 'x')), ElementsAre(1));
  EXPECT_EQ(result_.corrected_query, "hobbit " + std::string(60, 'x'));
  EXPECT_THAT(Find(std::string(65, 'x') + " hobit"), IsEmpty());
}

TEST_F(SearchIndexTest, CorrectsToWhatIsBestKnown) {
  Put(1, "The Hobbit", {.ratings = 5000});
  for (int i = 2; i < 9; ++i) Put(i, "A Habit of Mine", {.ratings = 10});
  index_->Commit(++position_);

  EXPECT_THAT(Find("hobit"), ElementsAre(1));
}

TEST_F(SearchIndexTest, PutsAWholeSeriesOrAuthorBeforeMentions) {
  Add(1, "Harry Potter: The Film Book", {.ratings = 100});
  Add(2, "The Goblet of Fire", {.series = "Harry Potter", .number = "4", .ratings = 1'000'000});
  Add(3, "Talks with Stephen King", {.ratings = 50});
  Add(4, "Carrie", {.author = "Stephen King", .ratings = 1000});

  EXPECT_THAT(Find("harry potter"), ElementsAre(2, 1));
  EXPECT_THAT(Find("stephen king"), ElementsAre(4, 3));
}

TEST_F(SearchIndexTest, OffersWhatIsCalledBySomeOfTheWordsWhenNothingHasAll) {
  AddShop();
  EXPECT_THAT(Find("hobbit zzzzz"), ElementsAre(1));
  EXPECT_TRUE(result_.matched_any);
  EXPECT_THAT(Find("stephen king zzzzz"), UnorderedElementsAre(6, 7));
  EXPECT_TRUE(result_.matched_any);
  EXPECT_THAT(Find("dwarves with zzzzz"), IsEmpty());  // A part of a name says nothing.
  EXPECT_FALSE(result_.matched_any);
  EXPECT_THAT(Find("zzzzz"), IsEmpty());
  EXPECT_FALSE(result_.matched_any);
}

TEST_F(SearchIndexTest, FindsACategoryByWhatReadersCallIt) {
  AddShop();
  for (const char* text : {"horror", "Horror books", "ghost stories", "good scary stories", "Gruselromane", "horor"}) {
    EXPECT_THAT(Find(text), UnorderedElementsAre(6, 7)) << text;
    EXPECT_EQ(result_.category, "horror") << text;
  }
  EXPECT_THAT(Find("sci-fi"), ElementsAre(8));
  EXPECT_THAT(Find("stephen king horror"), UnorderedElementsAre(6, 7));
  EXPECT_EQ(result_.category, "");
  EXPECT_THAT(Find("fantasy"), IsEmpty());  // The shop has none: no link either.
  EXPECT_EQ(result_.category, "");
  EXPECT_THAT(Find("horror zzzzz"), UnorderedElementsAre(6, 7));
  EXPECT_TRUE(result_.matched_any);
}

TEST_F(SearchIndexTest, PutsTheBooksOfACategoryBeforeItsName) {
  Add(1, "The Horror", {.category = "poetry", .ratings = 10});
  Add(2, "Carrie", {.category = "horror", .ratings = 10});
  Add(3, "A Horror of Great Darkness", {.category = "poetry", .ratings = 10'000});
  EXPECT_THAT(Find("horror"), ElementsAre(1, 2, 3));  // A whole title comes before all.
}

TEST_F(SearchIndexTest, TellsProgrammingLanguagesApart) {
  Add(1, "C++ Primer", {.ratings = 500});
  Add(2, "C# in Depth", {.ratings = 500});
  Add(3, "The C Programming Language", {.ratings = 10});
  Add(4, "Childhood's End", {.author = "Arthur C. Clarke", .ratings = 90'000});
  EXPECT_THAT(Find("C++"), ElementsAre(1));
  EXPECT_THAT(Find("c#"), ElementsAre(2));
  EXPECT_THAT(Find("C"), ElementsAre(3, 4));
  EXPECT_THAT(Find("c++ primer"), ElementsAre(1));
}

TEST_F(SearchIndexTest, FindsNamesJoinedAndSplit) {
  Add(1, "To Kill a Mockingbird", {.author = "Harper Lee"});
  Add(2, "Moby-Dick", {.author = "Herman Melville"});
  Add(3, "Catch-22", {.author = "Joseph Heller"});
  Add(4, "The Dispossessed", {.author = "Ursula K. Le Guin"});
  Add(5, "Bird by Bird", {.author = "Anne Lamott", .description = "No mocking."});
  EXPECT_THAT(Find("mocking bird"), ElementsAre(1, 5));
  for (const char* text : {"mobydick", "moby dick", "Moby-Dick", "mobydik"}) EXPECT_THAT(Find(text), ElementsAre(2)) << text;
  for (const char* text : {"catch22", "catch 22", "Catch-22"}) EXPECT_THAT(Find(text), ElementsAre(3)) << text;
  for (const char* text : {"leguin", "le guin", "Le-Guin"}) EXPECT_THAT(Find(text), ElementsAre(4)) << text;
}

TEST_F(SearchIndexTest, FindsTheBeginningOfWordsAndNumbers) {
  AddShop();
  EXPECT_THAT(Find("tolk"), UnorderedElementsAre(1, 2));
  EXPECT_EQ(result_.corrected_query, "");  // Nothing is wrong with it.
  EXPECT_THAT(Find("stephen ki"), UnorderedElementsAre(6, 7));
  for (const char* text : {"978026110334", "97802611", "978-0-261-10334", "026110334", "ISBN 978026110334", "9780261103345"}) {
    EXPECT_THAT(Find(text), ElementsAre(1)) << text;
  }
  EXPECT_THAT(Find("978999"), IsEmpty());
}

TEST_F(SearchIndexTest, FindsNamesAsTheySound) {
  AddShop();
  Add(20, "Freakonomics", {.author = "Steven Levitt", .description = "What would a king do?", .ratings = 90'000});
  Add(21, "The Idiot", {.author = "Fyodor Dostoyevsky"});
  EXPECT_THAT(Find("steven king"), UnorderedElementsAre(7, 6));
  EXPECT_EQ(result_.corrected_query, "stephen king");
  EXPECT_THAT(Find("stefan king"), UnorderedElementsAre(7, 6));
  for (const char* text : {"dostoevsky", "Dostojewski", "Достоевский", "dostoievski"}) {
    EXPECT_THAT(Find(text), ElementsAre(21)) << text;
  }
}

TEST_F(SearchIndexTest, FindsInitialsOfSeriesAndFormats) {
  AddShop();
  EXPECT_THAT(Find("lotr"), ElementsAre(2));
  EXPECT_THAT(Find("ebook king"), ElementsAre(6, 7));                  // Those that are ebooks first.
  EXPECT_THAT(Find("tolkien e-book"), UnorderedElementsAre(1, 2, 4));  // None is: a wish, no condition.
}

TEST_F(SearchIndexTest, DoesNotTakeHarryForHarris) {
  Add(1, "The Goblet of Fire", {.series = "Harry Potter"});
  Add(2, "Red Dragon", {.author = "Thomas Harris"});
  Add(3, "Notes from Paris", {.description = "Harris was here."});
  EXPECT_THAT(Find("harry"), ElementsAre(1));
  EXPECT_THAT(Find("harris"), ElementsAre(2, 3));
  Add(4, "Much Ado", {.author = "William Williams"});
  Add(5, "Streetcar", {.author = "Tennessee Williams"});
  EXPECT_THAT(Find("william"), ElementsAre(4));
}

TEST_F(SearchIndexTest, FindsUmlautsHoweverTheyAreTyped) {
  Add(1, "Die Mauer", {.author = "Jürgen Müller", .language = "de"});
  Add(2, "Der Zaun", {.author = "Hans Mueller", .language = "de"});
  EXPECT_THAT(Find("Müller"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Find("Mueller"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(Find("muller"), ElementsAre(1));
  EXPECT_THAT(Find("juergen"), ElementsAre(1));
}

TEST_F(SearchIndexTest, AsksOnlyForTheWordsThatSpeakOfTheBook) {
  AddShop();
  EXPECT_THAT(Find("books by stephen king"), UnorderedElementsAre(6, 7));
  EXPECT_THAT(Find("who wrote the hobbit"), ElementsAre(1, 5, 4));
  EXPECT_THAT(Find("something new by camus please"), ElementsAre(9));
}

TEST_F(SearchIndexTest, SignsAloneFindNothingAndBlanksEverything) {
  AddShop();
  for (const char* text : {"(((", "*", "\"", "\U0001F4DA"}) EXPECT_THAT(Find(text), IsEmpty()) << text;
  EXPECT_THAT(Find(" \t "), testing::SizeIs(9));
}

TEST_F(SearchIndexTest, FindsScriptsWithoutSpaces) {
  AddShop();
  EXPECT_THAT(Find("三体"), ElementsAre(8));
  EXPECT_THAT(Find("刘慈欣"), ElementsAre(8));
  EXPECT_THAT(Find("体"), ElementsAre(8));
  Add(20, "セーラームーン", {.author = "武内 直子", .language = "ja"});
  EXPECT_THAT(Find("ｾｰﾗｰﾑｰﾝ"), ElementsAre(20));
  EXPECT_THAT(Find("武内直子"), ElementsAre(20));
}

TEST_F(SearchIndexTest, FiltersAndListsWithoutWords) {
  AddShop();
  EXPECT_THAT(Find("", {.categories = {"horror"}}), ElementsAre(7, 6));  // The best known first.
  EXPECT_THAT(Find("", {.categories = {"horror", "classics"}, .language_codes = {"fr"}}), ElementsAre(9, 3));
  EXPECT_THAT(Find("", {.formats = {Format::kEbook}}), ElementsAre(6));
  EXPECT_THAT(Find("", {.authors = {"stephen-king"}}), ElementsAre(7, 6));
  EXPECT_THAT(Find("", {.price_max_minor = 1000}), ElementsAre(1));
  EXPECT_THAT(Find("", {.price_min_minor = 1000}), ElementsAre(2));
  EXPECT_THAT(Find("", {.published_year_min = 1900, .published_year_max = 1950}), ElementsAre(1, 9));
  EXPECT_THAT(Find("tolkien", {.price_min_minor = 1000}), ElementsAre(2));
}

TEST_F(SearchIndexTest, SortsInEveryOrder) {
  AddShop();
  const SearchFilter old{.published_year_max = 1960};
  EXPECT_THAT(Find("", old, ListOrder::kTitle), ElementsAre(9, 2, 1, 3));
  EXPECT_THAT(Find("", old, ListOrder::kPublished), ElementsAre(2, 9, 1, 3));
  EXPECT_THAT(Find("", old, ListOrder::kNewest), ElementsAre(9, 3, 2, 1));
  EXPECT_THAT(Find("", old, ListOrder::kPopularity), ElementsAre(1, 2, 9, 3));
  EXPECT_THAT(Find("tolkien", {}, ListOrder::kPrice), ElementsAre(1, 2, 4));  // Without a price last.
}

TEST_F(SearchIndexTest, CountsFacetsOfAllMatches) {
  AddShop();
  const SearchResult result = index_->Search({.text = "", .page_size = 1, .facets = SearchQuery::Facets::kCounted});

  EXPECT_EQ(result.total_size, 9);
  EXPECT_TRUE(result.more);
  const auto is = [](const char* value, int count) {
    return testing::AllOf(Field(&FacetCount::value, value), Field(&FacetCount::count, count));
  };
  EXPECT_THAT(result.facets.categories,
              ElementsAre(is("fiction", 4), is("classics", 2), is("horror", 2), is("science-fiction", 1)));
  EXPECT_THAT(result.facets.languages, ElementsAre(is("en", 6), is("fr", 2), is("zh", 1)));
  EXPECT_THAT(result.facets.formats, ElementsAre(is("3", 1)));
  EXPECT_THAT(result.facets.decades, Contains(is("1980", 1)));
  EXPECT_THAT(result.facets.authors, Contains(Field(&FacetCount::display_name, "J. R. R. Tolkien")));
}

TEST_F(SearchIndexTest, PagesThroughResults) {
  for (int i = 1; i <= 25; ++i) Put(i, "Book of tales", {.ratings = i});
  index_->Commit(++position_);
  std::vector<int> seen;
  SearchQuery query{.text = "tales", .page_size = 10};
  while (true) {
    const SearchResult page = index_->Search(query);
    for (const BookId id : page.ids) seen.push_back(static_cast<int>(id.value()));
    if (!page.more) break;
    query.offset += query.page_size;
  }
  ASSERT_EQ(seen.size(), 25u);
  EXPECT_EQ(seen.front(), 25);
  EXPECT_EQ(seen.back(), 1);
}

TEST_F(SearchIndexTest, SuggestsBooksAuthorsAndSeries) {
  AddShop();
  EXPECT_THAT(Suggest("hob"), ElementsAre("Hobbits and Dwarves", "The Hobbit", "A Hobbit Companion"));
  EXPECT_THAT(Suggest("tolk"), ElementsAre("J. R. R. Tolkien"));
  EXPECT_THAT(Suggest("the lord of the ri"), ElementsAre("The Lord of the Rings"));
  EXPECT_THAT(Suggest("stephen k"), ElementsAre("Stephen King"));
  EXPECT_THAT(Suggest("mis"), ElementsAre("Les Misérables"));
  EXPECT_THAT(Suggest("the fel"), ElementsAre("The Fellowship of the Ring"));
  EXPECT_THAT(Suggest(""), IsEmpty());
  EXPECT_THAT(Suggest("zzz"), IsEmpty());
}

TEST_F(SearchIndexTest, ForgetsWhatWasReplacedOrRemoved) {
  AddShop();
  Add(1, "There and Back Again", {.author = "J. R. R. Tolkien"});
  index_->Remove(BookId{4});
  index_->Remove(BookId{99});
  index_->Commit(++position_);

  EXPECT_THAT(Find("hobbit"), ElementsAre(5));
  EXPECT_THAT(Find("back again"), ElementsAre(1));
  EXPECT_THAT(Find("companoin"), IsEmpty());  // Not suggested any more either.
}

TEST_F(SearchIndexTest, KeepsItsPositionWhenOpenedAgain) {
  AddShop();
  Reopen();
  EXPECT_EQ(index_->position(), position_);
  EXPECT_THAT(Find("misérables"), ElementsAre(3));
}

TEST_F(SearchIndexTest, BeginsAnewForAnotherCatalogue) {
  AddShop();
  Reopen("another");
  EXPECT_EQ(index_->position(), 0);
  EXPECT_THAT(Find("misérables"), IsEmpty());
}

TEST_F(SearchIndexTest, BeginsAnewWhenDamaged) {
  AddShop();
  index_.reset();
  for (const auto& file : std::filesystem::directory_iterator(dir_ / "index")) {
    std::ofstream(file.path(), std::ios::trunc) << "junk";
  }
  Reopen();
  EXPECT_EQ(index_->position(), 0);
  AddShop();
  EXPECT_THAT(Find("misérables"), ElementsAre(3));
}

TEST_F(SearchIndexTest, NoticesDamageWhileItRunsAndBeginsAnew) {
  AddShop();
  for (const auto& file : std::filesystem::directory_iterator(dir_ / "index")) {
    if (file.path().extension() == ".glass") std::filesystem::resize_file(file.path(), 0);
  }
  EXPECT_THROW(Find("misérables"), Failure);
  std::filesystem::remove(dir_ / "index" / "iamglass");
  EXPECT_THROW(Find("misérables"), Failure);
  EXPECT_TRUE(index_->damaged());

  index_->Clear();
  AddShop();

  EXPECT_FALSE(index_->damaged());
  EXPECT_THAT(Find("misérables"), ElementsAre(3));
}

TEST_F(SearchIndexTest, RefusesASecondWriter) {
  EXPECT_THAT(SearchIndex::Open(dir_ / "index", "catalogue"), HasReason("INDEX_IN_USE"));
}

TEST_F(SearchIndexTest, AnswersWhileItIsWritten) {
  AddShop();
  std::atomic<bool> stop = false;
  std::mutex mutex;
  std::string wrong;  // Guarded by mutex: the first wrong answer.
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const SearchResult result = index_->Search({.text = "misérables"});
        if (result.ids == std::vector{BookId{3}}) continue;
        const std::lock_guard lock(mutex);
        wrong = "total " + std::to_string(result.total_size) + ", corrected '" + result.corrected_query + "', ids";
        for (const BookId id : result.ids) wrong += " " + std::to_string(id.value());
      }
    });
  }
  for (int i = 100; i < 160; ++i) Add(i, "Another book", {});
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, "");
}

TEST_F(SearchIndexTest, SurvivesWhateverIsTyped) {
  AddShop();
  for (const std::string& text :
       {std::string("AND OR NOT ( \" * :"), std::string(5000, 'x'), std::string("\xff\xfe"), std::string("a:b -c +d ~e"),
        std::string("\0null", 5), std::string("XA:stephen-king"), std::string("S"), std::string("1 2 3 4 5 6 7 8 9 0")}) {
    Find(text);
    Suggest(text);
  }
}

}  // namespace
}  // namespace octavo::catalog
