// Chooses the units that a buy-X-get-Y campaign makes free: a pure function of counted units.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace octavo::promotions {

// `count` equal units, and which of the campaign's two selections they are in: at least one of them.
struct EligibleRun {
  std::int64_t count = 0;
  bool buys = false;
  bool gets = false;
};

struct RunUse {
  std::int64_t bought = 0;
  std::int64_t free = 0;

  bool operator==(const RunUse&) const = default;
};

struct Groups {
  std::int64_t count = 0;
  std::vector<RunUse> uses;           // One per run.
  std::int64_t missing_quantity = 0;  // How many more units the first group needs; 0 when there is one.
};

struct GroupRule {
  std::int64_t buy_quantity = 1;
  std::int64_t get_quantity = 1;
  std::int64_t group_max = 0;  // 0: no limit.
};

// Bought and free units come from one selection, which all `runs` are in. `runs` are sorted by price, highest first. They form
// groups of X + Y from the front, and the last Y of each group are free. Takes time linear in the number of runs.
Groups FormGroups(const GroupRule& rule, std::span<const EligibleRun> runs);

// Bought and free units come from two selections, which may overlap; a unit is bought or free, not both. As many groups form as
// possible: by Hall's theorem their number is limited by the units that can be bought, those that can be free, and all of them
// together. The free units are the cheapest, but of the units in both selections only as many as the bought ones leave; the
// bought ones are the most expensive of the rest. Taking the cheapest under one such limit is exact, because the sets of units
// that can be free form a matroid (Edmonds 1971, "Matroids and the greedy algorithm").
Groups FormGroupsOfTwoSelections(const GroupRule& rule, std::span<const EligibleRun> runs);

}  // namespace octavo::promotions
