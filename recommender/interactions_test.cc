#include "recommender/interactions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"

namespace octavo::recommender {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> BooksOf(const Interactions& all, std::string_view user) {
  std::vector<std::string> books;
  for (const ItemIndex item : all.ItemsOf(all.users().Find(user))) books.emplace_back(all.items().id(item));
  return books;
}

TEST(ParseCsvTest, ReadsColumnsInAnyOrderAndIgnoresOthers) {
  const auto all = ParseCsv("timestamp,note,item_id,user_id\n7,x,b1,ann\n9,y,b2,ann\n", "f.csv");

  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(BooksOf(*all, "ann"), ElementsAre("b1", "b2"));
  EXPECT_THAT(all->TimesOf(0), ElementsAre(7, 9));
  EXPECT_FALSE(all->weighted());
}

TEST(ParseCsvTest, TakesIdsWithCommasQuotesAndLineBreaks) {
  const auto all = ParseCsv("user_id,item_id\r\n\"a,b\",\"say \"\"x\"\"\"\r\n\"a,b\",\"two\nlines\"\r\n", "f.csv");

  ASSERT_THAT(all, IsOk());
  EXPECT_THAT(BooksOf(*all, "a,b"), ElementsAre("say \"x\"", "two\nlines"));
}

TEST(ParseCsvTest, MergesDuplicatesAndCountsEveryRow) {
  const auto all = ParseCsv("user_id,item_id,weight,timestamp\na,x,1,5\na,x,3,2\na,y,0,1\nb,x,2,9\n", "f.csv");

  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->report(), (LoadReport{.rows = 4, .interactions = 2, .duplicates = 1, .zero_weights = 1}));
  EXPECT_THAT(all->WeightsOf(0), ElementsAre(3));
  EXPECT_THAT(all->TimesOf(0), ElementsAre(5));
  EXPECT_TRUE(all->weighted());
}

struct BadCase {
  const char* text;
  const char* reason;
  const char* message;
};

TEST(ParseCsvTest, RefusesWithFileLineAndRule) {
  const BadCase cases[] = {
      {"", "EMPTY_FILE", "f.csv:1: the file is empty"},
      {"\n\n", "EMPTY_FILE", "f.csv:1: the file is empty"},
      {"user_id,item_id\n", "EMPTY_FILE", "no rows"},
      {"user,item_id\na,b\n", "MISSING_COLUMN", "f.csv:1: the header lacks the column user_id"},
      {"user_id\na\n", "MISSING_COLUMN", "lacks the column item_id"},
      {"user_id,item_id\na\n", "BAD_CSV", "f.csv:2: 1 fields where the header has 2"},
      {"user_id,item_id\na,b,c\n", "BAD_CSV", "f.csv:2: 3 fields"},
      {"user_id,item_id\na,\"b\n", "BAD_CSV", "f.csv:2: a quoted field is never closed"},
      {"user_id,item_id\na,\"b\"c\n", "BAD_CSV", "f.csv:2: text behind the closing quote"},
      {"user_id,item_id\n,b\n", "BAD_ID", "f.csv:2: user_id is empty"},
      {"user_id,item_id\na,b\na,\n", "BAD_ID", "f.csv:3: item_id is empty"},
      {"user_id,item_id,weight\na,b,-1\n", "BAD_WEIGHT", "f.csv:2: weight -1"},
      {"user_id,item_id,weight\na,b,1e9\n", "BAD_WEIGHT", "outside 0 to 1000000"},
      {"user_id,item_id,weight\na,b,nan\n", "BAD_WEIGHT", "is not a number"},
      {"user_id,item_id,weight\na,b,\n", "BAD_WEIGHT", "weight \"\" is not a number"},
      {"user_id,item_id,weight\na,b,1x\n", "BAD_WEIGHT", "weight \"1x\""},
      {"user_id,item_id,timestamp\na,b,yesterday\n", "BAD_TIMESTAMP", "f.csv:2: timestamp \"yesterday\""},
      {"user_id,item_id,timestamp\na,b,1e300\n", "BAD_TIMESTAMP", "is not a number"},
  };
  for (const BadCase& c : cases) {
    const auto parsed = ParseCsv(c.text, "f.csv");
    ASSERT_THAT(parsed, HasReason(c.reason)) << c.text;
    EXPECT_THAT(parsed.error().message, HasSubstr(c.message)) << c.text;
  }
}

TEST(ParseCsvTest, CountsReadersWhoHaveTooManyBooksToTeach) {
  std::string text = "user_id,item_id\n";
  for (std::size_t i = 0; i <= kReaderBooksMax; ++i) text += "crawler," + std::to_string(i) + "\n";
  for (std::size_t i = 0; i < kReaderBooksMax; ++i) text += "reader," + std::to_string(i) + "\n";

  EXPECT_EQ(ParseCsv(text, "f.csv")->report().untaught, 1U);
}

TEST(LoadCsvTest, NamesTheFileThatIsMissing) {
  const auto loaded = LoadCsv("/nowhere/at-all.csv");

  ASSERT_THAT(loaded, HasReason("NO_FILE"));
  EXPECT_THAT(loaded.error().message, HasSubstr("/nowhere/at-all.csv"));
}

TEST(LoadCsvTest, RefusesAFolder) {
  const TempDir folder;

  EXPECT_THAT(LoadCsv(folder.path()), HasReason("UNREADABLE_FILE"));
}

TEST(LoadCsvTest, ContinuesTheNumberingOfAnotherSet) {
  const auto train = ParseCsv("user_id,item_id\na,x\nb,y\n", "train.csv");
  const auto test = ParseCsv("user_id,item_id\nb,x\nc,z\n", "test.csv", train->users(), train->items());

  ASSERT_THAT(test, IsOk());
  EXPECT_THAT(test->ItemsOf(train->users().Find("b")), ElementsAre(train->items().Find("x")));
  EXPECT_EQ(test->items().Find("z"), 2U);
}

// Whatever the bytes, the answer is an error or interactions whose rows all are accounted for.
TEST(ParseCsvTest, SurvivesRandomBytes) {
  constexpr std::uint64_t kSeed = 20261123;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRandom random(kSeed);
  const std::string pieces[] = {"user_id",
                                "item_id",
                                "weight",
                                "timestamp",
                                ",",
                                "\n",
                                "\r\n",
                                "\"",
                                "\"\"",
                                "1",
                                "-1",
                                "1e308",
                                "nan",
                                "a",
                                "b",
                                "\0",
                                " ",
                                "\xEF\xBB\xBF",
                                "ü",
                                "user_id,item_id\n",
                                "user_id,item_id,weight,timestamp\n",
                                "a,b,1,2\n"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::uint64_t count = random.Below(30);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (random.Below(8) == 0) {
        text += static_cast<char>(random.Below(256));
      } else {
        text += pieces[random.Below(std::size(pieces))];
      }
    }
    const auto parsed = ParseCsv(text, "f.csv");
    if (!parsed.ok()) {
      EXPECT_THAT(parsed.error().message, testing::StartsWith("f.csv:")) << text;
      continue;
    }
    const LoadReport& report = parsed->report();
    EXPECT_EQ(report.rows, report.interactions + report.duplicates + report.zero_weights);
    EXPECT_EQ(report.interactions, parsed->size());
  }
}

}  // namespace
}  // namespace octavo::recommender
