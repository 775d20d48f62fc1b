// Report: how each shelf does under each model, with the uncertainty of what few events can say.
#pragma once

#include <cstdint>
#include <string>

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

struct ShelfCounts {
  std::string shelf;
  std::string model;
  std::int64_t impressions = 0;
  std::int64_t clicks = 0;  // Views that the shelf led to.
  std::int64_t purchases = 0;

  bool operator==(const ShelfCounts&) const = default;
};

}  // namespace octavo::recommendations
