#include "services/promotions/domain/units.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "lib/base/check.h"

namespace octavo::promotions {
namespace {

__extension__ using Wide = __int128;

}  // namespace

std::vector<RunShare> AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs) {
  CHECK(amount >= 0);
  std::vector<RunShare> shares(runs.size());
  Wide total = 0;
  for (const WeightedRun& run : runs) total += Wide{run.count} * run.weight;
  if (amount == 0) return shares;
  CHECK(total > 0);

  std::vector<Wide> remainders(runs.size());
  Wide left = amount;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Wide product = Wide{amount} * runs[i].weight;
    // One run is the common case and needs no wide division.
    const Wide each = runs.size() == 1 ? amount / runs[i].count : product / total;
    shares[i].each = static_cast<std::int64_t>(each);
    remainders[i] = product - each * total;
    left -= each * runs[i].count;
  }

  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (const std::size_t i : order) {
    if (left == 0) break;
    shares[i].plus_one_count = static_cast<std::int64_t>(std::min<Wide>(left, runs[i].count));
    left -= shares[i].plus_one_count;
  }
  CHECK(left == 0);
  return shares;
}

}  // namespace octavo::promotions
