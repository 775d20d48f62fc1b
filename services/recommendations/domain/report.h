// Report: how each shelf does under each model, with the uncertainty of what few events can say.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "services/recommendations/domain/chance.h"

namespace octavo::recommendations {

// The 95 % Wilson score interval of a share (Wilson 1927, "Probable inference, the law of succession, and statistical
// inference"): unlike the plain one it stays within 0 and 1 and is honest for few trials.
struct Interval {
  double share = 0;
  double low = 0;
  double high = 1;
};
// 0 <= successes; more successes than trials (clicks without a reported impression) count as trials. No trials: 0, 0 to 1.
Interval WilsonInterval(std::int64_t successes, std::int64_t trials);

// `b`'s share minus `a`'s with its 95 % interval (Newcombe 1998, "Interval estimation for the difference between independent
// proportions: comparison of eleven methods", method 10): made of the two Wilson intervals.
Interval DifferenceOf(const Interval& a, const Interval& b);

// A purchase counts for the shelf that the reader came from, for so long after the click.
inline constexpr std::chrono::days kLeadMax{30};

struct ShelfCounts {
  std::string shelf;
  std::string model;
  std::int64_t impressions = 0;
  std::int64_t clicks = 0;  // Views that the shelf led to.
  std::int64_t purchases = 0;

  bool operator==(const ShelfCounts&) const = default;
};

// Different readers of one shelf whom one arm's models answered.
struct ShelfReaders {
  std::string shelf;
  Arm arm = Arm::kLive;
  std::int64_t shown = 0;
  std::int64_t clicking = 0;
  std::int64_t buying = 0;

  bool operator==(const ShelfReaders&) const = default;
};

}  // namespace octavo::recommendations
