// What every Store must do. Runs over MemoryStore, SQLite and PostgreSQL.
#include <memory>
#include <set>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/test_store.h"
#include "services/catalog/memory_store.h"
#include "services/catalog/migrations.h"
#include "services/catalog/sql_store.h"

namespace octavo::catalog {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Timestamp kNoon = FakeClock::kNoon;

using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;

class StoreContractTest : public testing::TestWithParam<StoreKind> {
 protected:
  static BookContent Content(const std::string& title, const std::string& category = "fiction") {
    BookContent draft;
    draft.title = title;
    draft.authors = {{.display_name = "Ursula K. Le Guin"}};
    draft.categories = {category};
    return CheckBook(draft, WrongIsbn::kRefuse)->content;
  }

  static BookContent WithIsbn(BookContent content, const std::string& isbn13) {
    content.isbn13 = isbn13;
    return content;
  }

  Book Create(const BookContent& content) {
    return store_->CreateBook(content, "request " + std::to_string(++requests_), kNoon).value();
  }

  static CheckedRow Row(std::int64_t line, const std::string& key, const BookContent& content) {
    return CheckRow({.line = line, .key = key, .draft = content});
  }

  Import Open(const std::string& id, bool dry_run = false) {
    return store_->OpenImport(ImportId{id}, "demo", dry_run, kNoon).value();
  }

  ListQuery Query(Shelf shelf, ListOrder order, int page_size = 100) {
    return {.shelf = std::move(shelf), .order = order, .page_size = page_size, .after = CursorAtBegin(order)};
  }

  std::vector<std::string> Titles(const ListQuery& query) {
    std::vector<std::string> titles;
    const ListPage page = store_->ListBooks(query).value();
    for (const Book& book : page.books) titles.push_back(book.content.title);
    return titles;
  }

  TestStore store_{GetParam()};
  int requests_ = 0;
};

TEST_P(StoreContractTest, GivesBackEveryFieldOfABook) {
  BookContent content = Content("Les Misérables");
  content.subtitle = "Roman";
  content.authors.push_back({"victor-hugo", "Victor \"Totor\" Hugo"});
  content.series = SeriesMembership{"s", "S", "0.5"};
  content.isbn13 = "9780441478125";
  content.language_code = "fr";
  content.published_year = -750;
  content.publisher = "Lacroix";
  content.page_count = 1900;
  content.formats = {Format::kHardcover, Format::kAudiobook};
  content.price = Money(1290, Currency::Eur());
  content.description = "Two lines\nof text";
  content.subjects = {"France", "law; justice"};
  content.categories = {"fiction", "classics"};
  content.cover_uri = "https://example.org/cover";
  content.rating_hundredths = 417;
  content.ratings_count = 5'000'000'000;

  const Book made = Create(content);

  EXPECT_EQ(made.content, content);
  EXPECT_EQ(made.created, kNoon);
  EXPECT_EQ(store_->FindBook(made.id), made);
  EXPECT_THAT(store_->FindBooks(std::vector{BookId{99}, made.id, made.id}), ElementsAre(made, made));
  EXPECT_EQ(store_->FindBook(BookId{99}), std::nullopt);
}

TEST_P(StoreContractTest, CreatesABookOnceForOneRequestId) {
  const Book first = store_->CreateBook(Content("Emma"), "id", kNoon).value();

  EXPECT_THAT(store_->CreateBook(Content("Emma"), "id", kNoon + std::chrono::hours(1)), IsOkAnd(first));
  EXPECT_THAT(store_->CreateBook(Content("Persuasion"), "id", kNoon), HasReason("REQUEST_ID_REUSED"));
  EXPECT_EQ(store_->LastPosition(), 1);
}

TEST_P(StoreContractTest, NumbersThatArePassedOverAreNeverGiven) {
  EXPECT_EQ(store_->LastNumber(), 0);
  Create(Content("Emma"));
  store_->PassOverNumbers(7);
  store_->PassOverNumbers(3);

  EXPECT_EQ(store_->LastNumber(), 7);
  EXPECT_EQ(Create(Content("Persuasion")).id, BookId{8});
}

TEST_P(StoreContractTest, ForgetsRequestIdsAfterTheirTime) {
  const Book first = store_->CreateBook(Content("Emma"), "id", kNoon).value();

  const Book second = store_->CreateBook(Content("Emma"), "id", kNoon + kRequestIdsKept + std::chrono::hours(1)).value();

  EXPECT_NE(first.id, second.id);
}

TEST_P(StoreContractTest, GivesAnIsbnToOneBookOnly) {
  const Book owner = Create(WithIsbn(Content("Emma"), "9780441478125"));
  const Book other = Create(Content("Persuasion"));

  EXPECT_THAT(store_->CreateBook(WithIsbn(Content("X"), "9780441478125"), "x", kNoon), HasReason("ISBN_TAKEN"));
  const auto take = [](BookContent content) -> Result<BookContent> { return WithIsbn(content, "9780441478125"); };
  EXPECT_THAT(store_->UpdateBook(other.id, {}, take, kNoon), HasReason("ISBN_TAKEN"));
  EXPECT_THAT(store_->DeleteBook(owner.id, {}), IsOk());
  EXPECT_THAT(store_->UpdateBook(other.id, {}, take, kNoon), IsOk());
}

TEST_P(StoreContractTest, RefusesAnUpdateByAStaleEtag) {
  const Book book = Create(Content("Emma"));
  const auto rename = [](const char* title) {
    return [title](BookContent content) -> Result<BookContent> {
      content.title = title;
      return content;
    };
  };

  const Book renamed = store_->UpdateBook(book.id, book.position, rename("Emma!"), kNoon + std::chrono::hours(1)).value();

  EXPECT_EQ(renamed.content.title, "Emma!");
  EXPECT_EQ(renamed.created, kNoon);
  EXPECT_EQ(renamed.updated, kNoon + std::chrono::hours(1));
  EXPECT_NE(renamed.position, book.position);
  EXPECT_THAT(store_->UpdateBook(book.id, book.position, rename("Emma?"), kNoon), HasReason("ETAG_MISMATCH"));
  EXPECT_THAT(store_->UpdateBook(book.id, {}, rename("Emma!"), kNoon), IsOkAnd(renamed));  // No change.
  EXPECT_THAT(store_->UpdateBook(BookId{99}, {}, rename("x"), kNoon), HasReason("UNKNOWN_BOOK"));
  EXPECT_THAT(store_->DeleteBook(book.id, book.position), HasReason("ETAG_MISMATCH"));
}

TEST_P(StoreContractTest, GivesBackTheErrorOfAChange) {
  const Book book = Create(Content("Emma"));
  const auto fail = [](const BookContent&) -> Result<BookContent> { return InvalidField("title", "no"); };

  EXPECT_THAT(store_->UpdateBook(book.id, {}, fail, kNoon), HasReason("INVALID_FIELD"));
  EXPECT_EQ(store_->FindBook(book.id), book);
}

TEST_P(StoreContractTest, DeletesABookFromEverywhere) {
  const Book book = Create(Content("Emma", "romance"));

  EXPECT_THAT(store_->DeleteBook(book.id, book.position), IsOk());
  EXPECT_THAT(store_->DeleteBook(book.id, {}), IsOk());

  EXPECT_EQ(store_->FindBook(book.id), std::nullopt);
  EXPECT_THAT(store_->FindAuthor("ursula-k-le-guin"), HasReason("UNKNOWN_AUTHOR"));
  EXPECT_EQ(store_->ListBooks(Query({ShelfKind::kCategory, "romance"}, ListOrder::kTitle))->total_size, 0);
  EXPECT_EQ(store_->CountByCategory()["romance"], 0);
}

TEST_P(StoreContractTest, ListsInEveryOrder) {
  const auto create = [&](const char* title, int ratings, int year, int price, const char* number) {
    BookContent content = Content(title);
    content.ratings_count = ratings;
    content.published_year = year;
    if (price > 0) content.price = Money(price, Currency::Eur());
    content.series = SeriesMembership{"earthsea", "Earthsea", number};
    Create(content);
  };
  create("The Tombs of Atuan", 20, 1971, 800, "2");
  create("A Wizard of Earthsea", 30, 1968, 900, "1");
  create("Tehanu", 20, 0, 0, "10");

  const auto in = [&](ListOrder order) { return Titles(Query({ShelfKind::kSeries, "earthsea"}, order)); };
  EXPECT_THAT(in(ListOrder::kPopularity), ElementsAre("A Wizard of Earthsea", "Tehanu", "The Tombs of Atuan"));
  EXPECT_THAT(in(ListOrder::kNewest), ElementsAre("Tehanu", "A Wizard of Earthsea", "The Tombs of Atuan"));
  EXPECT_THAT(in(ListOrder::kTitle), ElementsAre("Tehanu", "The Tombs of Atuan", "A Wizard of Earthsea"));
  EXPECT_THAT(in(ListOrder::kPublished), ElementsAre("The Tombs of Atuan", "A Wizard of Earthsea", "Tehanu"));
  EXPECT_THAT(in(ListOrder::kPrice), ElementsAre("The Tombs of Atuan", "A Wizard of Earthsea", "Tehanu"));
  EXPECT_THAT(in(ListOrder::kSeriesNumber), ElementsAre("A Wizard of Earthsea", "The Tombs of Atuan", "Tehanu"));
}

TEST_P(StoreContractTest, PagesShowEveryBookOnce) {
  for (int i = 0; i < 23; ++i) {
    BookContent content = Content("Book " + std::to_string(i % 4), i % 3 == 0 ? "poetry" : "fiction");
    content.ratings_count = i % 5;
    content.published_year = i % 2;
    Create(content);
  }
  for (int order = 1; order <= 6; ++order) {
    ListQuery query = Query({ShelfKind::kAll, ""}, static_cast<ListOrder>(order), 5);
    std::set<BookId> seen;
    int pages = 0;
    while (true) {
      const ListPage page = store_->ListBooks(query).value();
      EXPECT_EQ(page.total_size, 23);
      for (const Book& book : page.books) EXPECT_TRUE(seen.insert(book.id).second) << book.id;
      ++pages;
      if (!page.more) break;
      query.after = CursorAt(query.order, page.books.back());
    }
    EXPECT_EQ(seen.size(), 23u) << order;
    EXPECT_EQ(pages, 5) << order;
  }
}

TEST_P(StoreContractTest, KnowsItsShelves) {
  Create(Content("Emma", "romance"));
  Create(Content("Persuasion", "romance"));

  EXPECT_EQ(store_->CountByCategory()["romance"], 2);
  EXPECT_EQ(store_->FindAuthor("ursula-k-le-guin")->display_name, "Ursula K. Le Guin");
  EXPECT_EQ(store_->FindAuthor("ursula-k-le-guin")->book_count, 2);
  EXPECT_EQ(store_->ListBooks(Query({ShelfKind::kCategory, "poetry"}, ListOrder::kTitle))->total_size, 0);
  EXPECT_THAT(store_->ListBooks(Query({ShelfKind::kCategory, "cooking"}, ListOrder::kTitle)), HasReason("UNKNOWN_CATEGORY"));
  EXPECT_THAT(store_->ListBooks(Query({ShelfKind::kAuthor, "nobody"}, ListOrder::kTitle)), HasReason("UNKNOWN_AUTHOR"));
  EXPECT_THAT(store_->ListBooks(Query({ShelfKind::kSeries, "none"}, ListOrder::kTitle)), HasReason("UNKNOWN_SERIES"));
}

TEST_P(StoreContractTest, ImportsRowsAndCountsThem) {
  Import import = Open("i1");
  const std::vector rows = {Row(2, "a", Content("A")), Row(3, "b", WithIsbn(Content("B"), "441478123")),
                            Row(4, "c", BookContent{})};

  import = store_->ImportGroup(import, rows, kNoon).value();
  import = store_->FinishImport(import, kNoon).value();

  EXPECT_EQ(import.counts, (ImportCounts{.rows = 3, .created = 2, .refused = 1, .isbn_repaired = 1, .warnings = 1, .errors = 1}));
  EXPECT_TRUE(import.done);
  EXPECT_EQ(import.last_line, 4);
  const Import found = store_->FindImport(ImportId{"i1"}).value();
  EXPECT_EQ(found.counts, import.counts);
  EXPECT_THAT(found.problems, ElementsAre(Field(&RowProblem::line, 3), Field(&RowProblem::line, 4)));
  EXPECT_THAT(store_->FindImport(ImportId{"none"}), HasReason("UNKNOWN_IMPORT"));
}

TEST_P(StoreContractTest, ImportingTheSameAgainChangesNothing) {
  const std::vector rows = {Row(2, "a", Content("A")), Row(3, "b", Content("B"))};
  store_->ImportGroup(Open("i1"), rows, kNoon).value();
  const Book by_hand = store_
                           ->UpdateBook(
                               BookId{1}, {},
                               [](BookContent content) -> Result<BookContent> {
                                 content.title = "A, corrected";
                                 return content;
                               },
                               kNoon)
                           .value();
  const std::int64_t position = store_->LastPosition();

  const Import again = store_->ImportGroup(Open("i2"), rows, kNoon + std::chrono::hours(1)).value();

  EXPECT_EQ(again.counts, (ImportCounts{.rows = 2, .unchanged = 2}));
  EXPECT_EQ(store_->LastPosition(), position);
  EXPECT_EQ(store_->FindBook(BookId{1}), by_hand);
}

TEST_P(StoreContractTest, ImportingAChangedRowChangesItsBook) {
  store_->ImportGroup(Open("i1"), std::vector{Row(2, "a", Content("A", "poetry"))}, kNoon).value();

  const Import again =
      store_->ImportGroup(Open("i2"), std::vector{Row(2, "a", Content("A!"))}, kNoon + std::chrono::hours(1)).value();

  EXPECT_EQ(again.counts, (ImportCounts{.rows = 1, .updated = 1}));
  const Book book = store_->FindBook(BookId{1}).value();
  EXPECT_EQ(book.content.title, "A!");
  EXPECT_EQ(book.created, kNoon);
  EXPECT_EQ(book.updated, kNoon + std::chrono::hours(1));
  EXPECT_EQ(store_->CountByCategory()["poetry"], 0);
}

TEST_P(StoreContractTest, RowsOfOneGroupMayHandAnIsbnOver) {
  store_->ImportGroup(Open("i1"), std::vector{Row(2, "a", WithIsbn(Content("A"), "9780441478125"))}, kNoon).value();

  const Import import =
      store_
          ->ImportGroup(Open("i2"),
                        std::vector{Row(2, "b", WithIsbn(Content("B"), "9780441478125")), Row(3, "a", Content("A")),
                                    Row(4, "c", WithIsbn(Content("C"), "9780441478125")),
                                    Row(5, "d", WithIsbn(Content("D"), "9780441478125"))},
                        kNoon)
          .value();

  EXPECT_EQ(import.counts, (ImportCounts{.rows = 4, .created = 1, .updated = 1, .refused = 2, .errors = 2}));
}

TEST_P(StoreContractTest, ADryRunCountsAndChangesNothing) {
  const Import import = store_->ImportGroup(Open("i1", /*dry_run=*/true), std::vector{Row(2, "a", Content("A"))}, kNoon).value();

  EXPECT_EQ(import.counts, (ImportCounts{.rows = 1, .created = 1}));
  EXPECT_EQ(store_->LastPosition(), 0);
  EXPECT_THAT(store_->FindBooks(std::vector{BookId{1}}), IsEmpty());
}

TEST_P(StoreContractTest, AnImportGoesOnWhereItsLastGroupEnded) {
  const Import opened = Open("i1");
  store_->ImportGroup(opened, std::vector{Row(2, "a", Content("A"))}, kNoon).value();

  const Import resumed = Open("i1");

  EXPECT_EQ(resumed.last_line, 2);
  EXPECT_EQ(resumed.counts.created, 1);
  // The first sender, who does not know that someone went on, is stopped.
  EXPECT_THAT(store_->ImportGroup(opened, std::vector{Row(2, "a", Content("A2"))}, kNoon), HasReason("IMPORT_RUNNING"));
  EXPECT_EQ(store_->FindBook(BookId{1})->content.title, "A");
  EXPECT_THAT(store_->OpenImport(ImportId{"i1"}, "other", false, kNoon), HasReason("IMPORT_DIFFERS"));
}

TEST_P(StoreContractTest, AnImportOfManyRowsKeepsThemAll) {
  std::vector<CheckedRow> rows;
  for (int i = 0; i < static_cast<int>(kGroupRowsMax); ++i) {
    BookContent content = Content("Book " + std::to_string(i));
    content.authors.push_back({.display_name = "Author " + std::to_string(i)});
    rows.push_back(Row(i + 2, "key " + std::to_string(i), content));
  }
  store_->ImportGroup(Open("i1"), rows, kNoon).value();

  EXPECT_EQ(store_->ListBooks(Query({ShelfKind::kAll, ""}, ListOrder::kTitle))->total_size, static_cast<int>(kGroupRowsMax));
  EXPECT_THAT(store_->FindAuthor("author-77"), IsOk());
}

TEST_P(StoreContractTest, DeletesASourceAndNothingElse) {
  const Book by_hand = Create(Content("Kept"));
  store_->ImportGroup(Open("i1"), std::vector{Row(2, "a", Content("A")), Row(3, "b", Content("B"))}, kNoon).value();

  EXPECT_EQ(store_->DeleteSource("demo"), 2);
  EXPECT_EQ(store_->DeleteSource("demo"), 0);
  EXPECT_EQ(store_->DeleteSource(""), 0);
  EXPECT_THAT(Titles(Query({ShelfKind::kAll, ""}, ListOrder::kTitle)), ElementsAre("Kept"));
}

TEST_P(StoreContractTest, LogsTheLatestChangeOfEachBookInOrder) {
  const Book a = Create(Content("A"));
  const Book b = Create(Content("B"));
  const Book c = Create(Content("C"));
  const auto rename = [](BookContent content) -> Result<BookContent> {
    content.title = "A!";
    return content;
  };
  const Book a2 = store_->UpdateBook(a.id, {}, rename, kNoon).value();
  ASSERT_THAT(store_->DeleteBook(b.id, {}), IsOk());

  const ChangePage page = store_->ReadChanges(0, 100).value();

  EXPECT_EQ(page.last_position, 5);
  ASSERT_THAT(page.changes, SizeIs(3));
  EXPECT_EQ(page.changes[0].book, c);
  EXPECT_EQ(page.changes[1].book, a2);
  EXPECT_EQ(page.changes[2].book, std::nullopt);
  EXPECT_EQ(page.changes[2].id, b.id);
  EXPECT_EQ(page.changes[2].position, 5);
  EXPECT_THAT(store_->ReadChanges(3, 1)->changes, ElementsAre(Field(&ChangeRecord::position, 4)));
  EXPECT_THAT(store_->ReadChanges(5, 10)->changes, IsEmpty());
  EXPECT_THAT(store_->ReadChanges(6, 10), HasReason("UNKNOWN_POSITION"));
}

TEST_P(StoreContractTest, KeepsItsCatalogueId) {
  EXPECT_EQ(store_->CatalogueId("first"), "first");
  EXPECT_EQ(store_->CatalogueId("second"), "first");
}

INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::catalog
