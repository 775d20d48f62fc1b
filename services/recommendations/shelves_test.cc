#include "services/recommendations/shelves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <unordered_map>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/recommendations/test_books.h"

namespace octavo::recommendations {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ShelvesTest : public testing::Test {
 protected:
  ShelvesTest() {
    snapshots_.ReplaceBooks(TestBooks());
    snapshots_.SetModels({"m1", TestModel()}, {});
    snapshots_.WaitUntilCurrent();
  }

  void Did(const char* reader, EventType type, int book, int rating = 0) {
    histories_.Apply({.reader = ReaderId(reader), .book = BookId(book), .type = type, .rating = rating, .time = clock_.Now()});
    clock_.Advance(1s);
  }
  std::vector<int> Numbers(const Result<Shelf>& shelf) {
    std::vector<int> numbers;
    for (const Suggestion& suggestion : shelf->suggestions) {
      numbers.push_back(shelf->assortment->BookOf(suggestion.item).value());
    }
    return numbers;
  }
  std::vector<int> Ask(ShelfRequest request) { return Numbers(shelves_.Recommend(request, workspace_)); }
  int CountPersonal(ShelfRequest request) {
    const Result<Shelf> shelf = shelves_.Recommend(request, workspace_);
    return static_cast<int>(std::count_if(shelf->suggestions.begin(), shelf->suggestions.end(),
                                          [](const Suggestion& s) { return s.origin == Origin::kPersonal; }));
  }

  FakeClock clock_;
  const SystemClock system_clock_;
  const std::unique_ptr<obs::Log> log_ = obs::Log::Silent(system_clock_);
  obs::Metrics metrics_;
  SnapshotKeeper snapshots_{*log_, metrics_};
  Histories histories_;
  Shelves shelves_{snapshots_, histories_, clock_, {.exploration_share = 0}};
  Workspace workspace_;
};

TEST_F(ShelvesTest, AnswersWithTheReadersTaste) {
  Did("7", EventType::kPurchase, 1);
  Did("7", EventType::kPurchase, 2);

  const std::vector<int> books = Ask({.reader = "7", .max_results = 5});

  EXPECT_THAT(books, testing::SizeIs(5));
  EXPECT_THAT(books, Each(testing::Le(10)));
  EXPECT_EQ(CountPersonal({.reader = "7", .max_results = 5}), 5);
}

TEST_F(ShelvesTest, NeverShowsWhatTheReaderOwnsOrDismissed) {
  Did("7", EventType::kPurchase, 1);
  Did("7", EventType::kRating, 2, 5);
  Did("7", EventType::kDismiss, 3);

  const std::vector<int> books = Ask({.reader = "7", .max_results = 100});

  EXPECT_EQ(books.size(), 16U);
  EXPECT_THAT(books, testing::AllOf(Not(Contains(1)), Not(Contains(2)), Not(Contains(3))));
}

TEST_F(ShelvesTest, WhatWasLookedAtComesLast) {
  Did("7", EventType::kView, 4);
  Did("7", EventType::kBasket, 5);

  EXPECT_THAT(Ask({.reader = "7", .max_results = 10}), testing::AllOf(Not(Contains(4)), Not(Contains(5))));
  EXPECT_THAT(Ask({.reader = "7", .max_results = 100}), testing::SizeIs(19));
}

TEST_F(ShelvesTest, ShowsOnlyTheCategory) {
  Did("7", EventType::kPurchase, 1);

  EXPECT_THAT(Ask({.reader = "7", .category = "categories/romance", .max_results = 100}),
              testing::UnorderedElementsAre(10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
}

TEST_F(ShelvesTest, ACategoryOfThePublishedContractMayBeEmptyAndAnotherIsUnknown) {
  EXPECT_THAT(Ask({.reader = "7", .category = "categories/self-help", .max_results = 5}), IsEmpty());
  EXPECT_THAT(shelves_.Recommend({.reader = "7", .category = "categories/nothing", .max_results = 5}, workspace_),
              HasReason("UNKNOWN_CATEGORY"));
}

TEST_F(ShelvesTest, ShowsOnlyWhatIsInStockOnceTheStockIsKnown) {
  snapshots_.PutStock(BookId(1), 0);
  EXPECT_EQ(Ask({.reader = "7", .max_results = 100}).size(), 19U);

  snapshots_.ReplaceStock({{1, 0}, {2, 5}, {3, 1}});
  EXPECT_THAT(Ask({.reader = "7", .max_results = 100}), testing::UnorderedElementsAre(2, 3));

  snapshots_.PutStock(BookId(2), 0);
  snapshots_.PutStock(BookId(12), 1);
  EXPECT_THAT(Ask({.reader = "7", .max_results = 100}), testing::UnorderedElementsAre(3, 12));
}

TEST_F(ShelvesTest, LeavesOutWhatIsOnThePageAlready) {
  const std::vector<BookId> excluded = {BookId(10), BookId(19), BookId(4711)};

  EXPECT_THAT(Ask({.reader = "7", .max_results = 100, .excluded = excluded}),
              testing::AllOf(testing::SizeIs(17), Not(Contains(10)), Not(Contains(19))));
}

TEST_F(ShelvesTest, EachBookStandsOnce) {
  Did("7", EventType::kView, 1);
  Did("7", EventType::kView, 11);
  const std::vector<int> books = Ask({.reader = "7", .max_results = 100});

  EXPECT_EQ(std::set<int>(books.begin(), books.end()).size(), books.size());
}

TEST_F(ShelvesTest, ABoundPerAuthorHolds) {
  Did("7", EventType::kPurchase, 1);

  // Authors have the books 3n, 3n + 1 and 3n + 2: seven authors for 19 books.
  const std::vector<int> books = Ask({.reader = "7", .max_results = 100, .author_max = 1});

  std::set<int> authors;
  for (const int book : books) EXPECT_TRUE(authors.insert(book / 3).second) << book;
  EXPECT_EQ(books.size(), 7U);
}

TEST_F(ShelvesTest, ANewReaderGetsWhatIsPopularButNotAlwaysTheSame) {
  std::set<std::vector<int>> answers;
  for (int reader = 0; reader < 20; ++reader) {
    answers.insert(Ask({.reader = "new" + std::to_string(reader), .max_results = 5}));
  }
  EXPECT_GT(answers.size(), 5U);

  const std::vector<int> today = Ask({.reader = "new", .max_results = 10});
  EXPECT_EQ(today, Ask({.reader = "new", .max_results = 10}));
  std::set<std::vector<int>> days;
  for (int day = 0; day < 10; ++day) {
    days.insert(Ask({.reader = "new", .max_results = 10}));
    clock_.Advance(24h);
  }
  EXPECT_GT(days.size(), 3U);
}

TEST_F(ShelvesTest, SomePlacesOfAFullShelfAreForBooksFewHaveMet) {
  const Shelves exploring(snapshots_, histories_, clock_, {.exploration_share = 0.2});
  std::set<ItemIndex> tried;
  for (int reader = 0; reader < 50; ++reader) {
    const std::string name = "new" + std::to_string(reader);
    const Result<Shelf> shelf = exploring.Recommend({.reader = name, .max_results = 10}, workspace_);
    std::set<ItemIndex> books;
    for (const Suggestion& suggestion : shelf->suggestions) {
      EXPECT_TRUE(books.insert(suggestion.item).second);
      if (suggestion.origin == Origin::kExploration) tried.insert(suggestion.item);
    }
    EXPECT_EQ(books.size(), 10U);
  }
  EXPECT_GT(tried.size(), 5U);
}

TEST_F(ShelvesTest, SaysWhichBooksLedToASuggestion) {
  Did("7", EventType::kPurchase, 1);
  Did("7", EventType::kPurchase, 11);

  const Result<Shelf> shelf = shelves_.Recommend({.reader = "7", .max_results = 5, .with_because = true}, workspace_);

  for (const Suggestion& suggestion : shelf->suggestions) {
    const int book = shelf->assortment->BookOf(suggestion.item).value();
    ASSERT_GE(suggestion.because_count, 1) << book;
    const int because = shelf->assortment->BookOf(suggestion.because[0]).value();
    if (book != 10) {
      EXPECT_EQ(because, book < 10 ? 1 : 11);
    }
  }
}

TEST_F(ShelvesTest, BecauseGivesSharesOfTheWhole) {
  Did("7", EventType::kPurchase, 1);
  Did("7", EventType::kView, 2);
  Did("7", EventType::kPurchase, 12);
  std::shared_ptr<const Snapshot> snapshot;

  const auto because = shelves_.Because("7", BookId(3), 20, workspace_, snapshot);

  ASSERT_THAT(because, IsOk());
  ASSERT_EQ(because->size(), 2U);
  EXPECT_NEAR((*because)[0].share + (*because)[1].share, 1, 1e-6);
  EXPECT_EQ((*because)[0].title, "Book 1");
  EXPECT_THAT(shelves_.Because("7", BookId(99), 3, workspace_, snapshot), HasReason("UNKNOWN_BOOK"));
  EXPECT_THAT(*shelves_.Because("nobody", BookId(3), 3, workspace_, snapshot), IsEmpty());
}

TEST_F(ShelvesTest, SimilarBooksAreOfTheSameTasteAndNotOwned) {
  Did("7", EventType::kPurchase, 2);

  const std::vector<int> similar = Numbers(shelves_.Similar(BookId(1), "7", 5, workspace_));

  EXPECT_THAT(similar, testing::AllOf(testing::SizeIs(5), Each(testing::Le(10)), Not(Contains(1)), Not(Contains(2))));
  EXPECT_THAT(shelves_.Similar(BookId(99), "", 5, workspace_), HasReason("UNKNOWN_BOOK"));
  EXPECT_THAT(shelves_.Similar(BookId(1), "", 0, workspace_), HasReason("INVALID_FIELD"));
}

TEST_F(ShelvesTest, MaxResultsIsCheckedBelowAndCappedAbove) {
  EXPECT_THAT(shelves_.Recommend({.reader = "7", .max_results = 0}, workspace_), HasReason("INVALID_FIELD"));
  EXPECT_THAT(shelves_.Recommend({.reader = "7", .max_results = INT32_MIN}, workspace_), HasReason("INVALID_FIELD"));

  std::vector<Book> many;
  for (int number = 1; number <= 300; ++number) many.push_back(TestBook(number));
  snapshots_.ReplaceBooks(many);
  snapshots_.WaitUntilCurrent();
  EXPECT_EQ(Ask({.reader = "7", .max_results = INT32_MAX}).size(), 100U);
}

TEST_F(ShelvesTest, ABookOfTheHistoryThatTheCatalogueDoesNotKnowCountsWhenItAppears) {
  Did("7", EventType::kPurchase, 20);
  EXPECT_EQ(Ask({.reader = "7", .max_results = 100}).size(), 19U);

  snapshots_.PutBook(TestBook(20));
  snapshots_.WaitUntilCurrent();

  EXPECT_THAT(Ask({.reader = "7", .max_results = 100}), testing::AllOf(testing::SizeIs(19), Not(Contains(20))));
}

TEST_F(ShelvesTest, ABookThatLeftTheCatalogueIsNotShown) {
  snapshots_.RemoveBook(BookId(10));
  snapshots_.WaitUntilCurrent();

  EXPECT_THAT(Ask({.reader = "7", .max_results = 100}), testing::AllOf(testing::SizeIs(18), Not(Contains(10))));
}

TEST_F(ShelvesTest, WithoutAModelAnswersFromTheCatalogueAlone) {
  snapshots_.SetModels({}, {});
  snapshots_.WaitUntilCurrent();
  Did("7", EventType::kView, 1);

  const std::vector<int> books = Ask({.reader = "7", .max_results = 5});

  EXPECT_THAT(books, testing::SizeIs(5));
  EXPECT_EQ(shelves_.ModelFor("7"), "");
}

TEST_F(ShelvesTest, AnEmptyCatalogueGivesAnEmptyShelf) {
  snapshots_.ReplaceBooks({});
  snapshots_.WaitUntilCurrent();

  EXPECT_THAT(Ask({.reader = "7", .max_results = 5}), IsEmpty());
}

TEST_F(ShelvesTest, AHundredThousandBooksOfHistoryAreSound) {
  for (int book = 1; book <= 100'000; ++book) {
    histories_.Apply({.reader = ReaderId("7"), .book = BookId(book), .type = EventType::kView, .time = clock_.Now()});
  }
  for (int book = 1; book <= 18; ++book) Did("7", EventType::kPurchase, book);

  EXPECT_THAT(Ask({.reader = "7", .max_results = 10}), ElementsAre(19));
}

TEST_F(ShelvesTest, AnAnswerGivenBeforeIsNotGivenAgainOnceAnythingHasChanged) {
  const ShelfRequest request{.reader = "7", .max_results = 10};
  const auto ask_twice = [&] {
    const std::vector<int> first = Ask(request);
    EXPECT_EQ(Ask(request), first);
    return std::set<int>(first.begin(), first.end());
  };
  ask_twice();

  Did("7", EventType::kPurchase, 1);
  EXPECT_THAT(ask_twice(), Not(Contains(1)));
  Did("7", EventType::kPurchase, 2);
  EXPECT_THAT(ask_twice(), Not(Contains(2)));
  snapshots_.ReplaceStock({{3, 1}, {4, 1}, {5, 1}});
  EXPECT_THAT(ask_twice(), ElementsAre(3, 4, 5));
  snapshots_.PutStock(BookId(4), 0);
  EXPECT_THAT(ask_twice(), ElementsAre(3, 5));
  snapshots_.RemoveBook(BookId(5));
  snapshots_.WaitUntilCurrent();
  EXPECT_THAT(ask_twice(), ElementsAre(3));
  histories_.Merge(ReaderId("7"), ReaderId("8"));
  snapshots_.ReplaceStock({{1, 1}, {2, 1}});
  EXPECT_THAT(ask_twice(), ElementsAre(1, 2));
}

TEST_F(ShelvesTest, AnswersKeptForOneQuestionAreNotGivenToAnother) {
  Did("7", EventType::kView, 1);
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(Ask({.reader = "7", .max_results = 3}), SizeIs(3));
    EXPECT_THAT(Ask({.reader = "7", .max_results = 9}), SizeIs(9));
    EXPECT_THAT(Ask({.reader = "7", .category = "categories/romance", .max_results = 9}), Each(testing::Ge(10)));
    EXPECT_THAT(Ask({.reader = "7", .max_results = 9, .author_max = 1}), SizeIs(7));
    EXPECT_EQ(
        shelves_.Recommend({.reader = "7", .max_results = 9, .with_because = true}, workspace_)->suggestions[0].because_count, 1);
    EXPECT_EQ(shelves_.Recommend({.reader = "7", .max_results = 9}, workspace_)->suggestions[0].because_count, 0);
  }
}

TEST_F(ShelvesTest, TheChallengerAnswersItsShareOfTheReaders) {
  snapshots_.SetModels({"m1", TestModel()}, {"m2", TestModel()});
  snapshots_.WaitUntilCurrent();
  const Shelves half(snapshots_, histories_, clock_, {.challenger_share = 0.5});
  int challenged = 0;
  for (int reader = 0; reader < 1000; ++reader) {
    const std::string name = std::to_string(reader);
    const std::string model = half.ModelFor(name);
    EXPECT_EQ(half.Recommend({.reader = name, .max_results = 1}, workspace_)->assortment->model_name(), model);
    challenged += model == "m2" ? 1 : 0;
  }
  EXPECT_NEAR(challenged, 500, 80);
  EXPECT_EQ(shelves_.ModelFor("1"), "m1");
}

// Books 1 to 9 are volumes 1 to 9 of a series, 11 to 19 are German.
class SeriesAndLanguagesTest : public ShelvesTest {
 protected:
  SeriesAndLanguagesTest() {
    std::vector<Book> books = TestBooks();
    for (Book& book : books) {
      if (book.id.value() < 10) {
        book.series = "series/sea";
        book.volume = book.id.value();
      }
      book.language = book.id.value() > 10 ? "de" : "en";
    }
    snapshots_.ReplaceBooks(books);
    snapshots_.WaitUntilCurrent();
  }
};

TEST_F(SeriesAndLanguagesTest, AfterAVolumeComesTheNext) {
  Did("7", EventType::kPurchase, 1);
  EXPECT_THAT(Ask({.reader = "7", .max_results = 3, .series_max = 1}), Contains(2));
  for (const int max : {1, 2, 5}) {
    for (const int number : Ask({.reader = "7", .max_results = 5, .series_max = max})) {
      EXPECT_TRUE(number >= 10 || (number >= 2 && number <= max + 1)) << number;
    }
  }
  Did("7", EventType::kView, 2);
  const std::vector<int> shelf = Ask({.reader = "7", .max_results = 3, .series_max = 1});
  EXPECT_THAT(shelf, Contains(3));
  EXPECT_THAT(shelf, Not(Contains(4)));
}

TEST_F(SeriesAndLanguagesTest, ANewReaderBeginsWithTheFirstVolume) {
  for (const char* reader : {"a", "b", "c", "d"}) {
    for (const int number : Ask({.reader = reader, .max_results = 8, .series_max = 1})) {
      EXPECT_TRUE(number == 1 || number >= 10) << number;
    }
  }
}

TEST_F(SeriesAndLanguagesTest, AVolumeThatIsSoldOutLeavesNoLaterOneInItsPlace) {
  std::unordered_map<std::int32_t, std::int64_t> stock;
  for (int book = 1; book <= 19; ++book) stock[book] = book == 2 ? 0 : 5;
  snapshots_.ReplaceStock(stock);
  Did("7", EventType::kPurchase, 1);
  for (const int number : Ask({.reader = "7", .max_results = 8})) EXPECT_GE(number, 10);
}

TEST_F(SeriesAndLanguagesTest, BooksLikeAVolumeBeginWithTheNext) {
  const std::vector<int> like = Numbers(shelves_.Similar(BookId(1), "", 6, workspace_));
  const auto place = [&](int number) { return std::find(like.begin(), like.end(), number); };
  ASSERT_NE(place(2), like.end());
  for (int number = 3; number <= 9; ++number) {
    if (place(number) == like.end()) continue;
    EXPECT_LT(place(number - 1), place(number)) << number;
  }
}

TEST_F(SeriesAndLanguagesTest, AReaderOfOneLanguageGetsItsBooksFirst) {
  Did("7", EventType::kPurchase, 11);
  const std::vector<int> shelf = Ask({.reader = "7", .max_results = 8});
  ASSERT_THAT(shelf, SizeIs(8));
  for (const int number : shelf) EXPECT_GT(number, 10) << number;
  // When there are no more, others fill the shelf.
  EXPECT_GT(Ask({.reader = "7", .max_results = 12}).size(), 8u);
  // Who reads both gets both.
  Did("8", EventType::kPurchase, 11);
  Did("8", EventType::kPurchase, 10);
  EXPECT_THAT(Ask({.reader = "8", .max_results = 18}), Contains(1));
}

TEST_F(SeriesAndLanguagesTest, ArrangesAPageForItsReader) {
  std::unordered_map<std::int32_t, std::int64_t> stock;
  for (int book = 1; book <= 19; ++book) stock[book] = book == 12 ? 0 : 5;
  snapshots_.ReplaceStock(stock);
  const auto arrange = [&](const char* reader, bool by_taste) {
    std::vector<Shelves::List> lists = {{{BookId(12), BookId(10), BookId(11), BookId(1), BookId(13)}, by_taste}};
    shelves_.Arrange(reader, lists, workspace_);
    std::vector<int> numbers;
    for (const BookId book : lists[0].books) numbers.push_back(book.value());
    return numbers;
  };
  EXPECT_THAT(arrange("new", /*by_taste=*/false), ElementsAre(10, 11, 1, 13, 12));  // Sold out: last.
  Did("7", EventType::kPurchase, 11);
  EXPECT_THAT(arrange("7", /*by_taste=*/false), ElementsAre(13, 10, 1, 12));  // Bought: gone. German: first.
  Did("8", EventType::kView, 14);
  Did("8", EventType::kView, 2);
  EXPECT_THAT(arrange("8", /*by_taste=*/true), testing::UnorderedElementsAre(10, 11, 1, 13, 12));
}

TEST_F(ShelvesTest, NamesOnlyReasonsThatGaveAFairShare) {
  for (int book = 1; book <= 6; ++book) Did("7", EventType::kPurchase, book);
  std::shared_ptr<const Snapshot> snapshot;
  const auto reasons = shelves_.Because("7", BookId(7), 20, workspace_, snapshot).value();
  for (const Contribution& reason : reasons) EXPECT_GE(reason.share, kFairShare);
  EXPECT_LE(reasons.size(), 5u);
}

}  // namespace
}  // namespace octavo::recommendations
