#include "services/recommendations/domain/report.h"

#include <gtest/gtest.h>

namespace octavo::recommendations {
namespace {

TEST(WilsonIntervalTest, GivesThePublishedValues) {
  struct Case {
    std::int64_t successes;
    std::int64_t trials;
    Interval expected;
  };
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  const Case kCases[] = {
      {81, 263, {0.3080, 0.2553, 0.3662}},
      {15, 148, {0.1014, 0.0624, 0.1605}},
      {0, 20, {0, 0, 0.1611}},
      {1, 29, {0.0345, 0.0061, 0.1718}},
      {0, 0, {0, 0, 1}},
      {5, 3, {1, 0.4385, 1}},
  };
  for (const Case& c : kCases) {
    const Interval interval = WilsonInterval(c.successes, c.trials);
    EXPECT_NEAR(interval.share, c.expected.share, 5e-5) << c.successes;
    EXPECT_NEAR(interval.low, c.expected.low, 5e-5) << c.successes;
    EXPECT_NEAR(interval.high, c.expected.high, 5e-5) << c.successes;
  }
}

}  // namespace
}  // namespace octavo::recommendations
