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

TEST(DifferenceTest, GivesThePublishedValues) {
  struct Case {
    std::int64_t b;
    std::int64_t b_of;
    std::int64_t a;
    std::int64_t a_of;
    Interval expected;
  };
  // Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10.
  const Case kCases[] = {
      {56, 70, 48, 80, {0.2, 0.0524, 0.3339}},
      {9, 10, 3, 10, {0.6, 0.1705, 0.8090}},
      {0, 10, 0, 20, {0, -0.1611, 0.2775}},
      {10, 10, 0, 10, {1, 0.6075, 1}},
  };
  for (const Case& c : kCases) {
    const Interval difference = DifferenceOf(WilsonInterval(c.a, c.a_of), WilsonInterval(c.b, c.b_of));
    EXPECT_NEAR(difference.share, c.expected.share, 5e-5) << c.b;
    EXPECT_NEAR(difference.low, c.expected.low, 5e-5) << c.b;
    EXPECT_NEAR(difference.high, c.expected.high, 5e-5) << c.b;
  }
}

}  // namespace
}  // namespace octavo::recommendations
