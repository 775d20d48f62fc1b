// How units are used by groups: what the tests of whole quotes cannot see, because they look at prices.
#include "services/promotions/domain/buy_x_get_y.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "lib/base/random.h"

namespace octavo::promotions {
namespace {

class RandomRuns {
 public:
  explicit RandomRuns(std::uint64_t seed) : random_(seed) {}

  std::int64_t Between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(most - least + 1)));
  }
  GroupRule Rule() { return {.buy_quantity = Between(1, 4), .get_quantity = Between(1, 3), .group_max = Between(0, 3)}; }
  std::vector<EligibleRun> Runs() {
    std::vector<EligibleRun> runs(static_cast<std::size_t>(Between(0, 6)));
    for (EligibleRun& run : runs) {
      const std::int64_t in = Between(1, 3);
      run = {.count = Between(1, 6), .buys = in != 1, .gets = in != 2};
    }
    return runs;
  }

 private:
  SeededRandom random_;
};

void ExpectWholeGroups(const GroupRule& rule, const std::vector<EligibleRun>& runs, const Groups& groups) {
  std::int64_t bought = 0, free = 0;
  ASSERT_EQ(groups.uses.size(), runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunUse& use = groups.uses[i];
    EXPECT_TRUE(use.bought >= 0 && use.free >= 0 && use.bought + use.free <= runs[i].count) << "run " << i;
    bought += use.bought;
    free += use.free;
  }
  EXPECT_EQ(bought, groups.count * rule.buy_quantity);
  EXPECT_EQ(free, groups.count * rule.get_quantity);
  EXPECT_TRUE(rule.group_max == 0 || groups.count <= rule.group_max);
  EXPECT_EQ(groups.missing_quantity > 0, groups.count == 0);
}

// What is missing are as few units as make the first group, where they are the right ones.
TEST(FormGroupsTest, UseWholeGroupsAndSayWhatTheFirstOneLacks) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRuns random(seed);
    const GroupRule rule = random.Rule();
    std::vector<EligibleRun> runs = random.Runs();
    const Groups groups = FormGroups(rule, runs);

    ExpectWholeGroups(rule, runs, groups);
    std::int64_t units = 0;
    for (const EligibleRun& run : runs) units += run.count;
    const std::int64_t whole = units / (rule.buy_quantity + rule.get_quantity);
    EXPECT_EQ(groups.count, rule.group_max > 0 ? std::min(whole, rule.group_max) : whole);
    if (groups.count > 0) continue;
    runs.push_back({.count = groups.missing_quantity, .buys = true});
    EXPECT_EQ(FormGroups(rule, runs).count, 1);
    runs.back().count -= 1;
    EXPECT_EQ(FormGroups(rule, runs).count, 0);
  }
}

TEST(FormGroupsOfTwoSelectionsTest, UseEachUnitAsItsSelectionAllows) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRuns random(seed);
    const GroupRule rule = random.Rule();
    std::vector<EligibleRun> runs = random.Runs();
    const Groups groups = FormGroupsOfTwoSelections(rule, runs);

    ExpectWholeGroups(rule, runs, groups);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      EXPECT_TRUE(runs[i].buys || groups.uses[i].bought == 0);
      EXPECT_TRUE(runs[i].gets || groups.uses[i].free == 0);
    }
    if (groups.count > 0) continue;
    // Units of both selections are the right ones whatever is missing.
    runs.push_back({.count = groups.missing_quantity, .buys = true, .gets = true});
    EXPECT_EQ(FormGroupsOfTwoSelections(rule, runs).count, 1);
    runs.back().count -= 1;
    EXPECT_EQ(FormGroupsOfTwoSelections(rule, runs).count, 0);
  }
}

TEST(FormGroupsOfTwoSelectionsTest, BoughtAreTheDearestThatAreNotFree) {
  // Dearest first: one of both, two to buy, two of both.
  const std::vector<EligibleRun> runs = {
      {.count = 1, .buys = true, .gets = true}, {.count = 2, .buys = true}, {.count = 2, .buys = true, .gets = true}};

  const Groups groups = FormGroupsOfTwoSelections({.buy_quantity = 2, .get_quantity = 1}, runs);

  EXPECT_EQ(groups.count, 1);
  EXPECT_EQ(groups.uses, (std::vector<RunUse>{{.bought = 1}, {.bought = 1}, {.free = 1}}));
}

}  // namespace
}  // namespace octavo::promotions
