// Claim: the redemptions of one order, and what may be refused about them. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "services/promotions/domain/campaign.h"

namespace octavo::promotions {

// The order's own key: whoever repeats a claim repeats it.
using OrderKey = StrongId<struct OrderKeyTag>;

// Somebody who buys, as a keyed hash of the account or of the normalised e-mail (identity.h). A customer who is signed in
// has two, so that an order as a guest and one with the account are the same person's.
using PersonKey = StrongId<struct PersonKeyTag>;

struct Redemption {
  CampaignId campaign;
  std::string code;  // Normalised; empty for an automatic campaign.
  std::int64_t amount_minor = 0;

  bool operator==(const Redemption&) const = default;
};

struct Claim {
  OrderKey order;
  std::vector<PersonKey> persons;       // At most two, sorted.
  std::vector<Redemption> redemptions;  // By campaign, one each.

  bool operator==(const Claim&) const = default;
};

inline constexpr std::size_t kOrderKeyBytesMax = 128;
inline constexpr std::size_t kRedemptionsMax = 100;

// Sorts; fails with INVALID_ARGUMENT (INVALID_FIELD) on a key that is empty or too long, a campaign named twice, a
// negative amount, or too many.
Status NormaliseClaim(Claim& claim);

// FNV-1a over everything but the order's key: the same for the same request.
std::int64_t Fingerprint(const Claim& claim);

// The refusals of ClaimRedemptions.
Error UnknownCampaign(CampaignId campaign);                               // NOT_FOUND
Error CampaignEnded(CampaignId campaign);                                 // FAILED_PRECONDITION
Error LimitReached(CampaignId campaign, const std::string& which);        // FAILED_PRECONDITION
Error ClaimReleased(const OrderKey& order);                               // FAILED_PRECONDITION
Error RequestReused(const std::string& field, const std::string& value);  // FAILED_PRECONDITION
Error NoSuchCode(CampaignId campaign, const std::string& code);           // INVALID_ARGUMENT
Error NobodyToCount(CampaignId campaign);                                 // INVALID_ARGUMENT

}  // namespace octavo::promotions
