#include "services/promotions/domain/units.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "lib/base/check.h"

namespace octavo::promotions {
namespace {

__extension__ using Wide = __int128;

// An item has few runs, and a basket some hundred items at most: these stay off the heap.
constexpr std::size_t kFew = 64;

// `Number` holds the product of the amount and any weight.
template <typename Number>
void Allocate(std::int64_t amount, Number total, std::span<const WeightedRun> runs, std::span<RunShare> shares,
              std::span<Number> remainders, std::span<std::size_t> order) {
  std::int64_t left = amount;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Number product = Number{amount} * runs[i].weight;
    shares[i] = {.each = static_cast<std::int64_t>(product / total)};
    remainders[i] = product % total;
    order[i] = i;
    left -= shares[i].each * runs[i].count;
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b; });
  for (const std::size_t i : order) {
    if (left == 0) break;
    shares[i].plus_one_count = std::min(left, runs[i].count);
    left -= shares[i].plus_one_count;
  }
  CHECK(left == 0);
}

template <typename Number>
void AllocateAnyCount(std::int64_t amount, Number total, std::span<const WeightedRun> runs, std::span<RunShare> shares) {
  const std::size_t count = runs.size();
  if (count <= kFew) {
    std::array<Number, kFew> remainders;
    std::array<std::size_t, kFew> order;
    Allocate<Number>(amount, total, runs, shares, {remainders.data(), count}, {order.data(), count});
  } else {
    std::vector<Number> remainders(count);
    std::vector<std::size_t> order(count);
    Allocate<Number>(amount, total, runs, shares, remainders, order);
  }
}

}  // namespace

void AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs, std::span<RunShare> shares) {
  CHECK(amount >= 0);
  CHECK(runs.size() == shares.size());
  std::fill(shares.begin(), shares.end(), RunShare{});
  if (amount == 0) return;
  Wide total = 0;
  std::int64_t heaviest = 0;
  for (const WeightedRun& run : runs) {
    total += Wide{run.count} * run.weight;
    heaviest = std::max(heaviest, run.weight);
  }
  CHECK(total > 0);
  if (runs.size() == 1) {  // Equal units: no weight matters.
    shares[0] = {.each = amount / runs[0].count, .plus_one_count = amount % runs[0].count};
    return;
  }
  // A wide division takes ten times as long as a narrow one, and few baskets are so expensive.
  if (total <= std::numeric_limits<std::int64_t>::max() && Wide{amount} * heaviest <= std::numeric_limits<std::int64_t>::max()) {
    AllocateAnyCount<std::int64_t>(amount, static_cast<std::int64_t>(total), runs, shares);
  } else {
    AllocateAnyCount<Wide>(amount, total, runs, shares);
  }
}

std::vector<RunShare> AllocateOverRuns(std::int64_t amount, std::span<const WeightedRun> runs) {
  std::vector<RunShare> shares(runs.size());
  AllocateOverRuns(amount, runs, shares);
  return shares;
}

}  // namespace octavo::promotions
