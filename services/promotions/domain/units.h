// Units: copies of one book that cost the same, counted instead of listed, so that ten thousand cost no more to price than
// one. Pure functions.
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

// What each unit of a run gets: the first `plus_one_count` one more than `each`.
struct RunShare {
  std::int64_t each = 0;
  std::int64_t plus_one_count = 0;

  bool operator==(const RunShare&) const = default;
};

// Splits `amount` (not negative) over all units in proportion to their weights by the largest-remainder method, ties to
// the earlier unit: what Money::Allocate gives for the units listed one by one, in time that depends on the number of
// runs alone. Weights are not negative; when all are zero, so must be the amount.
//
// Equal units have equal remainders, so a run's remainders are met together; the last run that gets any may not have
// enough for all its units.
std::vector<RunShare> AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs);
// The same into `shares`, of which there are as many as runs.
void AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs, std::span<RunShare> shares);

}  // namespace octavo::promotions
