// Audit: whether what the tables say of promotions adds up, from the store alone and while the shop sells.
//
//   count      redemptions counted = redemptions claimed and not given back
//   limit      no campaign, person or code above its limit
//   spent      discount counted = discount claimed; not above the budget
//   persons    each person's count = that person's claims
//   codes      each code's count = the claims with it
//
// One claim an order is the table's key, and cannot be otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/violation.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

struct AuditReport {
  std::int64_t campaigns = 0;    // Looked at …
  std::int64_t redemptions = 0;  // … with so many claims that hold …
  std::int64_t spent_minor = 0;  // … of so much discount.
  std::vector<Violation> violations;
};

// Each campaign is read in one moment, many campaigns in several: claims that come meanwhile are no violation.
AuditReport Audit(Store& store);

}  // namespace octavo::promotions
