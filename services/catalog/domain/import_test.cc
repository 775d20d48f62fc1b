#include "services/catalog/domain/import.h"

#include "lib/testing/matchers.h"

namespace octavo::catalog {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

CheckedRow Row(const std::string& key, const std::string& title, const std::string& isbn = "") {
  ImportRow row{.line = 7, .key = key};
  row.draft.title = title;
  row.draft.isbn13 = isbn;
  return CheckRow(std::move(row));
}

struct DecideRowTest : testing::Test {
  RowVerdict Decide(const CheckedRow& row, std::optional<KnownBook> known = {}, std::optional<BookId> isbn_owner = {}) {
    return DecideRow(row, known, isbn_owner, counts, problems);
  }
  ImportCounts counts;
  std::vector<RowProblem> problems;
};

TEST_F(DecideRowTest, CreatesWhatIsNotKnown) {
  EXPECT_EQ(Decide(Row("1", "Emma")), RowVerdict::kCreate);
  EXPECT_EQ(counts, (ImportCounts{.rows = 1, .created = 1}));
}

TEST_F(DecideRowTest, LeavesAloneWhatIsTheSameAndUpdatesWhatDiffers) {
  const KnownBook known{BookId{3}, Row("1", "Emma").fingerprint};

  EXPECT_EQ(Decide(Row("1", "Emma"), known), RowVerdict::kUnchanged);
  EXPECT_EQ(Decide(Row("1", "Emma!"), known), RowVerdict::kUpdate);
  EXPECT_EQ(counts, (ImportCounts{.rows = 2, .updated = 1, .unchanged = 1}));
}

TEST_F(DecideRowTest, RefusesAnIsbnOfAnotherBook) {
  const CheckedRow row = Row("1", "Emma", "9780439023481");

  EXPECT_EQ(Decide(row, KnownBook{BookId{3}, 0}, BookId{3}), RowVerdict::kUpdate);
  EXPECT_EQ(Decide(row, KnownBook{BookId{3}, 0}, BookId{4}), RowVerdict::kRefuse);
  EXPECT_THAT(problems, ElementsAre(Field(&RowProblem::message, HasSubstr("books/4"))));
}

TEST_F(DecideRowTest, WarnsOfARepairAndOfANumberLeftOut) {
  EXPECT_EQ(Decide(Row("1", "Emma", "439023483")), RowVerdict::kCreate);
  EXPECT_EQ(Decide(Row("2", "Emma", "439023484")), RowVerdict::kCreate);
  EXPECT_EQ(counts, (ImportCounts{.rows = 2, .created = 2, .isbn_repaired = 1, .isbn_refused = 1, .warnings = 2}));
}

TEST_F(DecideRowTest, RefusesARowWithoutKeyOrTitle) {
  EXPECT_EQ(Decide(Row(" ", "")), RowVerdict::kRefuse);
  EXPECT_THAT(problems, ElementsAre(RowProblem{7, "", Severity::kError, "key: is missing; title: is missing"}));
}

TEST(CheckRowTest, AKeyIsOneTo200BytesOfText) {
  const auto refusal = [](const std::string& key) { return Row(key, "Emma").refusal; };
  const std::string most(kKeyBytesMax, 'x');

  EXPECT_EQ(refusal(most), "");
  EXPECT_THAT(refusal(most + "x"), HasSubstr("bytes long"));
  EXPECT_EQ(refusal("a z"), "");
  for (const char* control : {"a\x01z", "a\x1fz", "a\x7fz"}) EXPECT_THAT(refusal(control), HasSubstr("control character"));
  EXPECT_THAT(refusal("a\xff"), HasSubstr("UTF-8"));
}

TEST(RefusedRowTest, SaysWhereItIsAndKeepsNoBrokenBytes) {
  const CheckedRow row = RefusedRow(9, " a ", "too many columns");
  EXPECT_EQ(row.line, 9);
  EXPECT_EQ(row.key, "a");
  EXPECT_EQ(row.refusal, "too many columns");
  EXPECT_EQ(RefusedRow(9, "a\xff", "x").key, "");
}

TEST_F(DecideRowTest, RefusesAnIsbnOfAnEarlierRowAndOneOfABookThatIsNotYetKnown) {
  const CheckedRow row = Row("1", "Emma", "9780439023481");

  EXPECT_EQ(Decide(row, {}, kEarlierRow), RowVerdict::kRefuse);
  EXPECT_EQ(Decide(row, {}, BookId{3}), RowVerdict::kRefuse);
  EXPECT_THAT(problems, ElementsAre(Field(&RowProblem::message, HasSubstr("an earlier row")),
                                    Field(&RowProblem::message, HasSubstr("books/3"))));
  EXPECT_EQ(counts, (ImportCounts{.rows = 2, .refused = 2, .errors = 2}));
}

TEST_F(DecideRowTest, KeepsNoMoreThanTheFirstProblemsButCountsOn) {
  for (int i = 0; i < kProblemsMax + 5; ++i) Decide(Row("", "Emma"));
  EXPECT_EQ(problems.size(), kProblemsMax);
  EXPECT_EQ(counts.errors, kProblemsMax + 5);
}

}  // namespace
}  // namespace octavo::catalog
