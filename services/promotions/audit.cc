#include "services/promotions/audit.h"

#include <utility>

namespace octavo::promotions {
namespace {

constexpr int kPage = 100;

std::vector<Violation> CheckFacts(const CampaignFacts& facts) {
  EquationChecker check(CampaignName(facts.campaign));
  const auto within = [&](const char* equation, std::int64_t claimed, const char* relation, std::int64_t limit) {
    check.Hold(equation, limit == 0 || claimed <= limit, std::to_string(claimed) + relation + std::to_string(limit));
  };
  const auto none = [&](const char* equation, std::int64_t count, const char* what) {
    check.Hold(equation, count == 0, std::to_string(count) + what);
  };
  check.Equal("count", "counted", facts.redemption_count, "claimed", facts.claim_count);
  within("limit", facts.claim_count, " claimed of ", facts.total_limit);
  none("limit", facts.persons_over_limit, " persons are above the limit of each");
  none("limit", facts.codes_over_limit, " codes are above the limit of each");
  check.Equal("spent", "counted", facts.spent_minor, "claimed", facts.claimed_minor);
  within("spent", facts.claimed_minor, " claimed of ", facts.budget_minor);
  none("persons", facts.persons_miscounted, " counts of persons differ from the claims");
  none("codes", facts.codes_miscounted, " counts of codes differ from the claims");
  return check.Take();
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
      for (Violation& violation : CheckFacts(facts)) report.violations.push_back(std::move(violation));
    }
    page = store.ReadFacts(page.back().campaign, kPage);
  }
  return report;
}

}  // namespace octavo::promotions
