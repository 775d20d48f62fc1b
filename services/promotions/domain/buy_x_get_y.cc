#include "services/promotions/domain/buy_x_get_y.h"

#include <algorithm>
#include <cstddef>

#include "lib/base/check.h"

namespace octavo::promotions {
namespace {

std::int64_t Bounded(std::int64_t groups, const GroupRule& rule) {
  return rule.group_max > 0 ? std::min(groups, rule.group_max) : groups;
}

}  // namespace

Groups FormGroups(const GroupRule& rule, std::span<const EligibleRun> runs) {
  const std::int64_t size = rule.buy_quantity + rule.get_quantity;
  std::int64_t eligible = 0;
  for (const EligibleRun& run : runs) eligible += run.count;
  Groups groups{.count = Bounded(eligible / size, rule), .uses = std::vector<RunUse>(runs.size())};
  if (groups.count == 0) groups.missing_quantity = std::max<std::int64_t>(size - eligible, 0);

  const std::int64_t end = groups.count * size;
  // How many of the first `position` units are free.
  const auto free_before = [&](std::int64_t position) {
    return position / size * rule.get_quantity + std::max<std::int64_t>(position % size - rule.buy_quantity, 0);
  };
  std::int64_t position = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::int64_t next = std::min(position + runs[i].count, end);
    groups.uses[i].free = free_before(next) - free_before(position);
    groups.uses[i].bought = next - position - groups.uses[i].free;
    position = next;
  }
  return groups;
}

Groups FormGroupsOfTwoSelections(const GroupRule& rule, std::span<const EligibleRun> runs) {
  std::int64_t buys = 0;
  std::int64_t gets = 0;
  std::int64_t either = 0;
  for (const EligibleRun& run : runs) {
    buys += run.buys ? run.count : 0;
    gets += run.gets ? run.count : 0;
    either += run.count;
  }
  const std::int64_t size = rule.buy_quantity + rule.get_quantity;
  Groups groups{.uses = std::vector<RunUse>(runs.size())};
  groups.count = Bounded(std::min({buys / rule.buy_quantity, gets / rule.get_quantity, either / size}), rule);
  if (groups.count == 0) {
    groups.missing_quantity = std::max({rule.buy_quantity - buys, rule.get_quantity - gets, size - either});
    return groups;
  }

  std::int64_t to_free = groups.count * rule.get_quantity;
  std::int64_t spare = buys - groups.count * rule.buy_quantity;  // Units of both selections that may be free.
  for (std::size_t i = runs.size(); i-- > 0;) {
    if (!runs[i].gets) continue;
    groups.uses[i].free = std::min(runs[i].count, to_free);
    if (runs[i].buys) {
      groups.uses[i].free = std::min(groups.uses[i].free, spare);
      spare -= groups.uses[i].free;
    }
    to_free -= groups.uses[i].free;
  }
  std::int64_t to_buy = groups.count * rule.buy_quantity;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].buys) continue;
    groups.uses[i].bought = std::min(runs[i].count - groups.uses[i].free, to_buy);
    to_buy -= groups.uses[i].bought;
  }
  CHECK(to_free == 0);
  CHECK(to_buy == 0);
  return groups;
}

}  // namespace octavo::promotions
