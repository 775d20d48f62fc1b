// Older copies: whoever finds that a store was brought back from one says so here, whatever service it is. A gauge for each
// store, and health has them together (lib/runtime/shop.cc).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/obs/metrics.h"

namespace octavo::obs {

// The stores that somebody looks after.
inline constexpr std::string_view kStoresLookedAfter[] = {"accounts", "catalog",    "inventory",
                                                          "payments", "promotions", "transactions"};

// 1 from when an older copy of this store was found until all that it had lost is repaired; where something is left for a person,
// until the next start.
inline Gauge& OlderCopy(Metrics& metrics, const std::string& store) {
  return metrics.Gauge("older_copy", "Whether an older copy of this store was found, and is not repaired wholly.",
                       {{"store", store}});
}

// Whether this is so of any of them, as this process has found.
inline bool AnyOlderCopy(Metrics& metrics) {
  return std::any_of(std::begin(kStoresLookedAfter), std::end(kStoresLookedAfter),
                     [&](std::string_view store) { return OlderCopy(metrics, std::string(store)).Value() > 0; });
}

}  // namespace octavo::obs
