#include "services/marketplace/order_summary.h"

#include "services/marketplace/order_words.h"

namespace octavo::marketplace {
namespace {

using transactions::v1::CampaignNote;

// A campaign that nobody asked for is mentioned only if the reader could still get it; a code is always
// mentioned.
bool IsAdvice(const CampaignNote& campaign) {
  if (campaign.message().empty()) return false;
  return !campaign.code().empty() || campaign.reason() == "BELOW_THRESHOLD" || campaign.reason() == "NOT_ENOUGH_UNITS";
}

}  // namespace

std::string CampaignEffect(const CampaignNote& campaign, PriceStyle prices) {
  std::string effect;
  if (campaign.free_quantity() > 0) {
    effect = std::to_string(campaign.free_quantity()) + (campaign.free_quantity() == 1 ? " book free" : " books free");
  }
  if (campaign.amount().minor() > 0) {
    effect += (effect.empty() ? "" : ", ") + FormatMoney(campaign.amount(), prices) + " off";
  }
  return effect;
}

void AddSummary(View& view, std::string_view marker, const Summary& summary, PriceStyle prices) {
  const transactions::v1::Totals& totals = summary.totals;
  View shown = view.Include(marker, "summary.tpl");
  shown.Set("CLASS", summary.css_class).Set("SUBTOTAL", FormatMoney(totals.subtotal(), prices));
  if (!summary.heading.empty()) shown.Add("HEADED").Set("HEADING", summary.heading);
  if (totals.discount().minor() > 0) {
    shown.Add("DISCOUNTED").Set("DISCOUNT", FormatMoney(totals.discount(), prices));
  }
  if (summary.with_delivery) {
    const bool is_free = totals.delivery().minor() == 0;
    shown.Add("DELIVERED").Set("DELIVERY", is_free ? "free" : FormatMoney(totals.delivery(), prices));
  }
  if (totals.tax().minor() > 0) {
    shown.Add(totals.tax_inclusive() ? "TAX_INCLUDED" : "TAX_ADDED").Set("TAX", FormatMoney(totals.tax(), prices));
  }
  shown.Set("TOTAL", FormatMoney(totals.total(), prices));
  for (const CampaignNote& campaign : summary.campaigns) {
    if (campaign.applied()) {
      View applied = shown.Add("APPLIED");
      applied.Set("CAMPAIGN", campaign.display_name()).Set("EFFECT", CampaignEffect(campaign, prices));
    } else if (summary.with_advice && IsAdvice(campaign)) {
      shown.Add("ADVICE").Set("SENTENCE", WithAmountsFor(campaign.message(), prices));
    }
  }
}

}  // namespace octavo::marketplace
