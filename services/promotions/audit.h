// Audit: whether the tables of promotions add up, from the store alone and while the shop sells.
//
//   count      redemptions counted = redemptions claimed and not given back
//   limit      no campaign, person or code above its limit
//   spent      discount counted = discount claimed; not above the budget
//   persons    each person's count = that person's claims
//   codes      each code's count = the claims with it
//
// An order has one claim: the table's key makes sure of that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/violation.h"
#include "services/promotions/store.h"

namespace octavo::promotions {

struct AuditReport {
  std::int64_t campaigns = 0;    // Checked …
  std::int64_t redemptions = 0;  // … with this many claims that are held …
  std::int64_t spent_minor = 0;  // … and this much discount.
  std::vector<Violation> violations;
};

// Each campaign is read at one moment, but different campaigns at different moments: claims that come meanwhile are no violation.
AuditReport Audit(Store& store);

}  // namespace octavo::promotions
