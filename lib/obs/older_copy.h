// Older copies: a service that finds a store restored from an older copy reports it here. There is a gauge for each store; health
// combines them (lib/runtime/shop.cc).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/obs/metrics.h"

namespace octavo::obs {

// The stores that some service checks.
inline constexpr std::string_view kStoresLookedAfter[] = {"accounts", "catalog",    "inventory",
                                                          "payments", "promotions", "transactions"};

// 1 from the discovery of an older copy of this store until its losses are repaired; if something is left for a person, until the
// next start.
inline Gauge& OlderCopy(Metrics& metrics, const std::string& store) {
  return metrics.Gauge("older_copy", "Whether an older copy of this store was found, and is not repaired wholly.",
                       {{"store", store}});
}

// Whether this process has found any store to be an older copy, with losses that are not repaired.
inline bool AnyOlderCopy(Metrics& metrics) {
  return std::any_of(std::begin(kStoresLookedAfter), std::end(kStoresLookedAfter),
                     [&](std::string_view store) { return OlderCopy(metrics, std::string(store)).Value() > 0; });
}

}  // namespace octavo::obs
