// Audit: proves from the store alone that its tables hold only what a cart may hold. It reads one consistent state, so it can run
// while the shop sells.
//
//   lines_have_carts     no line without its cart
//   quantities_in_range  each line has 1 to 99 copies
//   lines_in_order       lines of a cart have positions of their own, below the cart's next one
//   carts_in_bounds      at most 200 lines
//   versions_grow        each cart has been changed at least once
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/violation.h"
#include "services/cart/store.h"

namespace octavo::cart {

struct AuditReport {
  std::int64_t carts = 0;
  std::int64_t lines = 0;
  std::int64_t copies = 0;
  std::int64_t followed_position = 0;  // At most that of the last order event; checked by whoever sees both stores.
  std::int64_t equations = 0;
  std::vector<Violation> violations;
};

AuditReport Audit(Store& store);

}  // namespace octavo::cart
