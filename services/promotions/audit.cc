#include "services/promotions/audit.h"

namespace octavo::promotions {
namespace {

constexpr int kPage = 100;

void AuditCampaign(const CampaignFacts& facts, AuditReport& report) {
  const auto add = [&](const char* equation, std::int64_t left, const char* relation, std::int64_t right) {
    report.violations.push_back(
        {equation, CampaignName(facts.campaign), std::to_string(left) + " " + relation + " " + std::to_string(right)});
  };
  if (facts.redemption_count != facts.claim_count) add("count", facts.redemption_count, "counted, claimed", facts.claim_count);
  if (facts.total_limit > 0 && facts.claim_count > facts.total_limit) {
    add("limit", facts.claim_count, "claimed of", facts.total_limit);
  }
  if (facts.persons_over_limit > 0) add("limit", facts.persons_over_limit, "persons above the limit of each, allowed", 0);
  if (facts.codes_over_limit > 0) add("limit", facts.codes_over_limit, "codes above the limit of each, allowed", 0);
  if (facts.spent_minor != facts.claimed_minor) add("spent", facts.spent_minor, "counted, claimed", facts.claimed_minor);
  if (facts.budget_minor > 0 && facts.claimed_minor > facts.budget_minor) {
    add("spent", facts.claimed_minor, "claimed of", facts.budget_minor);
  }
  if (facts.persons_miscounted > 0) add("persons", facts.persons_miscounted, "counts differ from the claims, allowed", 0);
  if (facts.codes_miscounted > 0) add("codes", facts.codes_miscounted, "counts differ from the claims, allowed", 0);
}

}  // namespace

AuditReport Audit(Store& store) {
  AuditReport report;
  std::vector<CampaignFacts> page = store.ReadFacts(CampaignId(0), kPage);
  while (!page.empty()) {
    for (const CampaignFacts& facts : page) {
      ++report.campaigns;
      report.redemptions += facts.claim_count;
      report.spent_minor += facts.claimed_minor;
      AuditCampaign(facts, report);
    }
    page = store.ReadFacts(page.back().campaign, kPage);
  }
  return report;
}

}  // namespace octavo::promotions
