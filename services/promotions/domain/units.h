// Units: copies of one book with the same price, counted instead of listed, so that pricing ten thousand takes no longer than
// pricing one. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace octavo::promotions {

// `count` units of `weight` each.
struct WeightedRun {
  std::int64_t count = 0;
  std::int64_t weight = 0;
};

// The share of each unit of a run: `each`, and one more for the first `plus_one_count` units.
struct RunShare {
  std::int64_t each = 0;
  std::int64_t plus_one_count = 0;

  bool operator==(const RunShare&) const = default;
};

// Splits `amount` (not negative) over all units in proportion to their weights, by the largest-remainder method; ties go to the
// earlier unit. The result is that of Money::Allocate for the units listed one by one, but the time depends only on the number of
// runs. Weights are not negative; if all are zero, the amount must be zero.
//
// Equal units have equal remainders, so the remainders of a run are handled together; for the last run that gets any there may
// not be enough for all its units.
std::vector<RunShare> AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs);
// The same into `shares`, which has as many entries as `runs`.
void AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs, std::span<RunShare> shares);

}  // namespace octavo::promotions
