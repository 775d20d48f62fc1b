#include "bench/search/search_quality.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>

#include "lib/testing/temp_dir.h"

namespace octavo::catalog {
namespace {

// Bars below what is measured (README.md), so that a change which costs a query or two is looked at, and one that costs more
// fails.
constexpr double kSuccessAt1Min = 0.97;
constexpr double kSuccessAt3Min = 0.98;
constexpr double kMrrMin = 0.975;

class SearchQualityTest : public testing::Test {
 protected:
  const std::filesystem::path tree_ = std::getenv("OCTAVO_TEST_SOURCE_DIR");
  const std::vector<JudgedQuery> queries_ = ReadQueries(tree_ / "bench/search/queries.csv");
  const TempDir folder_;
};

TEST_F(SearchQualityTest, HasEnoughQueriesToSaySomething) {
  std::map<std::string, int> of_kind;
  for (const JudgedQuery& query : queries_) ++of_kind[query.kind];
  EXPECT_GE(queries_.size(), 150u);
  for (const char* kind : {"genre", "joined and split", "misspelt author", "prefix", "isbn", "no answer"}) {
    EXPECT_GE(of_kind[kind], 5) << kind;
  }
}

TEST_F(SearchQualityTest, FindsWhatReadersMeanInTheDemoCatalogue) {
  const IndexedBooks shop(tree_ / "demo/books.csv", folder_ / "index");
  SearchScore score;
  std::string misses;
  for (const JudgedQuery& query : queries_) {
    if (query.shop != "demo") continue;
    const int rank = shop.Rank(query);
    score.Add(rank);
    if (rank != 1) misses += "\n  " + query.text + ": first " + shop.First(query) + ", right at " + std::to_string(rank);
    EXPECT_TRUE(shop.NamesCategory(query)) << query.text << " should lead to " << query.link;
  }
  EXPECT_GE(score.count, 150);
  EXPECT_GE(score.success_at_1(), kSuccessAt1Min) << misses;
  EXPECT_GE(score.success_at_3(), kSuccessAt3Min) << misses;
  EXPECT_GE(score.mrr(), kMrrMin) << misses;
}

TEST(SearchScoreTest, CountsRanks) {
  SearchScore score;
  for (const int rank : {1, 2, 4, 0}) score.Add(rank);
  EXPECT_DOUBLE_EQ(score.success_at_1(), 0.25);
  EXPECT_DOUBLE_EQ(score.success_at_3(), 0.5);
  EXPECT_DOUBLE_EQ(score.mrr(), 1.75 / 4);
}

}  // namespace
}  // namespace octavo::catalog
