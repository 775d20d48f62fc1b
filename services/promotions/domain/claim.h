// Claim: the redemptions of one order, and the reasons to refuse them. Plain values.
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

// The order's own key: a repeated claim has the same key.
using OrderKey = StrongId<struct OrderKeyTag>;

// A buyer, as a keyed hash of the account or of the normalised e-mail (identity.h). A customer who is signed in has two keys, so
// that a guest order and one with the account count for the same person.
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

// Sorts the claim. INVALID_ARGUMENT (INVALID_FIELD) if a key is empty or too long, a campaign is named twice, an amount is
// negative, or there are too many.
Status NormaliseClaim(Claim& claim);

// FNV-1a over everything except the order's key: equal for equal requests.
std::int64_t Fingerprint(const Claim& claim);

// The errors of ClaimRedemptions.
Error UnknownCampaign(CampaignId campaign);                               // NOT_FOUND
Error CampaignEnded(CampaignId campaign);                                 // FAILED_PRECONDITION
Error LimitReached(CampaignId campaign, const std::string& which);        // FAILED_PRECONDITION
Error ClaimReleased(const OrderKey& order);                               // FAILED_PRECONDITION
Error RequestReused(const std::string& field, const std::string& value);  // FAILED_PRECONDITION
Error NoSuchCode(CampaignId campaign, const std::string& code);           // INVALID_ARGUMENT
Error NobodyToCount(CampaignId campaign);                                 // INVALID_ARGUMENT

}  // namespace octavo::promotions
