#include "services/promotions/domain/claim.h"

#include <algorithm>
#include <string_view>

#include "lib/base/fingerprint.h"
#include "lib/base/quoted.h"

namespace octavo::promotions {
namespace {

// Each field ends with a byte that no text has.
void Mix(std::uint64_t& hash, std::string_view field) { hash = octavo::Fingerprint("\xff", octavo::Fingerprint(field, hash)); }

Error Refused(std::string reason, CampaignId campaign, std::string message) {
  return {.code = Code::kFailedPrecondition,
          .reason = std::move(reason),
          .message = std::move(message),
          .metadata = {{"campaign", CampaignName(campaign)}}};
}

}  // namespace

Status NormaliseClaim(Claim& claim) {
  if (claim.order.value().empty() || claim.order.value().size() > kOrderKeyBytesMax) {
    return InvalidField("order_key", "is not between 1 and " + std::to_string(kOrderKeyBytesMax) + " bytes");
  }
  if (claim.redemptions.size() > kRedemptionsMax) {
    return InvalidField("redemptions", "has more than " + std::to_string(kRedemptionsMax));
  }
  std::sort(claim.persons.begin(), claim.persons.end());
  std::sort(claim.redemptions.begin(), claim.redemptions.end(),
            [](const Redemption& a, const Redemption& b) { return a.campaign < b.campaign; });
  for (std::size_t i = 0; i < claim.redemptions.size(); ++i) {
    const Redemption& redemption = claim.redemptions[i];
    if (redemption.amount_minor < 0 || redemption.amount_minor > kSumMinorMax) {
      return InvalidField("redemptions.amount",
                          std::to_string(redemption.amount_minor) + " is not between 0 and " + std::to_string(kSumMinorMax));
    }
    if (i > 0 && claim.redemptions[i - 1].campaign == redemption.campaign) {
      return InvalidField("redemptions.campaign", CampaignName(redemption.campaign) + " is named twice");
    }
  }
  return Ok();
}

std::int64_t Fingerprint(const Claim& claim) {
  std::uint64_t hash = kFingerprintSeed;
  for (const PersonKey& person : claim.persons) Mix(hash, person.value());
  for (const Redemption& redemption : claim.redemptions) {
    Mix(hash, std::to_string(redemption.campaign.value()));
    Mix(hash, redemption.code);
    Mix(hash, std::to_string(redemption.amount_minor));
  }
  return static_cast<std::int64_t>(hash);
}

Error UnknownCampaign(CampaignId campaign) {
  return {.code = Code::kNotFound,
          .reason = "UNKNOWN_CAMPAIGN",
          .message = "there is no " + CampaignName(campaign),
          .metadata = {{"campaign", CampaignName(campaign)}}};
}

Error CampaignEnded(CampaignId campaign) {
  return Refused("CAMPAIGN_ENDED", campaign, CampaignName(campaign) + " does not run any more");
}

Error LimitReached(CampaignId campaign, const std::string& which) {
  Error error = Refused("LIMIT_REACHED", campaign, CampaignName(campaign) + " has reached its " + which);
  error.metadata["limit"] = which;
  return error;
}

Error ClaimReleased(const OrderKey& order) {
  return {.code = Code::kFailedPrecondition,
          .reason = "CLAIM_RELEASED",
          .message = "the redemptions of order " + Quoted(order.value()) + " were given back before"};
}

Error RequestReused(const std::string& field, const std::string& value) {
  return {.code = Code::kFailedPrecondition,
          .reason = "REQUEST_ID_REUSED",
          .message = field + " " + Quoted(value) + " came before with another request"};
}

Error NoSuchCode(CampaignId campaign, const std::string& code) {
  return InvalidField("redemptions.code", code.empty() ? CampaignName(campaign) + " wants one of its codes"
                                                       : Quoted(code) + " is no code of " + CampaignName(campaign));
}

Error NobodyToCount(CampaignId campaign) {
  return InvalidField("customer", CampaignName(campaign) + " is limited per customer: name the account or the e-mail");
}

}  // namespace octavo::promotions
