#include "services/promotions/domain/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/money.h"
#include "lib/base/random.h"

namespace octavo::promotions {
namespace {

using testing::ElementsAre;

TEST(AllocateOverRunsTest, SharesLikeMoneyAllocateOverTheListedUnits) {
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    std::vector<WeightedRun> runs;
    std::vector<std::int64_t> listed;
    std::int64_t total = 0;
    for (std::uint64_t i = 0; i <= random.Below(5); ++i) {
      const WeightedRun run{static_cast<std::int64_t>(random.Below(6)), static_cast<std::int64_t>(random.Below(9))};
      runs.push_back(run);
      listed.insert(listed.end(), static_cast<std::size_t>(run.count), run.weight);
      total += run.count * run.weight;
    }
    if (total == 0) continue;
    const auto amount = static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(3 * total)));

    std::vector<std::int64_t> shares;
    const std::vector<RunShare> by_run = AllocateOverRuns(amount, runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      for (std::int64_t unit = 0; unit < runs[i].count; ++unit) {
        shares.push_back(by_run[i].each + (unit < by_run[i].plus_one_count ? 1 : 0));
      }
    }

    std::vector<std::int64_t> expected;
    for (const Money part : Money(amount, Currency::Eur()).Allocate(listed)) expected.push_back(part.minor());
    ASSERT_EQ(shares, expected);
  }
}

TEST(AllocateOverRunsTest, TakesTheLargestAmountsOfTheLargestBaskets) {
  const std::int64_t dearest = 1'000'000'000;
  const std::vector<WeightedRun> runs = {{10'000, dearest}, {10'000, dearest - 1}};

  const std::vector<RunShare> shares = AllocateOverRuns(10'000 * dearest, runs);

  // Exactly 500,000,000.25 and 499,999,999.75: the larger remainders are all of the second run.
  EXPECT_EQ(shares, (std::vector<RunShare>{{500'000'000, 0}, {499'999'999, 10'000}}));
}

TEST(AllocateOverRunsTest, OfNothingEveryoneGetsNothing) {
  EXPECT_THAT(AllocateOverRuns(0, std::vector<WeightedRun>{{3, 0}, {0, 5}}), ElementsAre(RunShare{}, RunShare{}));
}

}  // namespace
}  // namespace octavo::promotions
