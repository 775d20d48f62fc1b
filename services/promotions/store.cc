#include "services/promotions/store.h"

#include "lib/base/quoted.h"

namespace octavo::promotions {

Error CodeTaken(const std::string& code, CampaignId owner) {
  return {.code = Code::kAlreadyExists,
          .reason = "CODE_TAKEN",
          .message = "code " + Quoted(code) + " belongs to " + CampaignName(owner),
          .metadata = {{"code", code}, {"campaign", CampaignName(owner)}}};
}

Error EtagMismatch(CampaignId campaign) {
  return {.code = Code::kAborted,
          .reason = "ETAG_MISMATCH",
          .message = CampaignName(campaign) + " was changed in the meantime: read it again"};
}

Error EventGap(std::int64_t position, std::int64_t last) {
  return {.code = Code::kOutOfRange,
          .reason = "EVENT_GAP",
          .message = "order event " + std::to_string(position) + " came after " + std::to_string(last)};
}

Status CheckUsed(const Campaign& campaign, const StoredCampaign& stored, std::int64_t person_most, std::int64_t code_most) {
  const auto check = [](std::int64_t limit, std::int64_t used, const char* field) -> Status {
    if (limit == 0 || used <= limit) return Ok();
    return InvalidField(field, std::to_string(limit) + " is below what is used already, " + std::to_string(used));
  };
  TRY(check(campaign.total_limit, stored.redemption_count, "total_limit"));
  TRY(check(campaign.budget_minor, stored.spent_minor, "budget"));
  TRY(check(campaign.customer_limit, person_most, "customer_limit"));
  return check(campaign.code_limit, code_most, "code_limit");
}

}  // namespace octavo::promotions
