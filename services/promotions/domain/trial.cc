#include "services/promotions/domain/trial.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace octavo::promotions {
namespace {

// Whether the calendar and the bookseller let it run.
Reason Closed(const Campaign& campaign, Timestamp now) {
  if (campaign.state == CampaignState::kArchived) return Reason::kEnded;
  if (campaign.end && *campaign.end <= now) return Reason::kEnded;
  if (campaign.state == CampaignState::kPaused) return Reason::kPaused;
  if (campaign.start && now < *campaign.start) return Reason::kNotStarted;
  return Reason::kNone;
}

bool HasRoom(const Campaign& campaign, const CampaignUse& use, const std::string& code) {
  if (campaign.code_limit == 0) return true;
  const auto used = use.code_redemption_count.find(code);
  return used == use.code_redemption_count.end() || used->second < campaign.code_limit;
}

// Looks at the items: which are meant, and whether they cost enough.
void MarkItems(Trial& trial, const std::vector<Item>& items, const ItemIndex& index) {
  const Campaign& campaign = trial.campaign();
  trial.items = index.Mark(campaign.items);
  if (const auto* groups = std::get_if<BuyXGetY>(&campaign.effect); groups != nullptr && groups->get_items) {
    trial.get_items = index.Mark(*groups->get_items);
  }
  std::int64_t eligible_minor = 0;
  bool any = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (trial.items[i] == 0) continue;
    any = true;
    eligible_minor += items[i].list_minor();
  }
  if (trial.closed != Reason::kNone) return;
  if (!any) {
    trial.closed = Reason::kNotEligibleItems;
  } else if (eligible_minor < campaign.threshold_minor) {
    trial.closed = Reason::kBelowThreshold;
    trial.missing_minor = campaign.threshold_minor - eligible_minor;
  }
}

}  // namespace

Phase PhaseOf(const Campaign& campaign) {
  if (std::holds_alternative<PercentOff>(campaign.effect) || std::holds_alternative<AmountOff>(campaign.effect)) {
    return Phase::kItem;
  }
  if (std::holds_alternative<BuyXGetY>(campaign.effect)) return Phase::kBuyXGetY;
  return std::holds_alternative<FreeDelivery>(campaign.effect) ? Phase::kDelivery : Phase::kOrder;
}

Reason UsedUp(const Campaign& campaign, const CampaignUse& use) {
  if (campaign.total_limit > 0 && use.redemption_count >= campaign.total_limit) return Reason::kLimitReached;
  if (campaign.customer_limit > 0 && use.customer_redemption_count >= campaign.customer_limit) {
    return Reason::kCustomerLimitReached;
  }
  if (campaign.budget_minor > 0 && use.spent_minor >= campaign.budget_minor) return Reason::kBudgetSpent;
  return Reason::kNone;
}

Trials MakeTrials(const Basket& basket, const std::vector<Item>& items, std::span<const Offer> offers,
                  const CustomerFacts& customer, Timestamp now) {
  const ItemIndex index(items);
  const std::set<std::string_view> typed(basket.codes.begin(), basket.codes.end());
  std::set<std::string_view> unknown = typed;
  Trials result;
  for (const Offer& offer : offers) {
    const Campaign& campaign = *offer.campaign;
    if (campaign.state == CampaignState::kDraft) continue;
    Trial trial{.offer = &offer, .phase = PhaseOf(campaign), .closed = Closed(campaign, now)};
    if (campaign.codes.empty()) {
      if (trial.closed != Reason::kNone) continue;
    } else {
      std::vector<std::string_view> own;
      for (const std::string_view code : typed) {
        if (std::binary_search(campaign.codes.begin(), campaign.codes.end(), code)) own.push_back(code);
      }
      if (own.empty()) continue;
      for (const std::string_view code : own) unknown.erase(code);
      const auto open = std::find_if(own.begin(), own.end(),
                                     [&](std::string_view code) { return HasRoom(campaign, offer.use, std::string(code)); });
      trial.code = open == own.end() ? own.front() : *open;
      if (trial.closed == Reason::kNone && open == own.end()) trial.closed = Reason::kLimitReached;
      for (const std::string_view code : own) {
        if (code == trial.code) continue;
        result.code_notes.push_back({campaign.id, campaign.display_name, std::string(code), Reason::kNotStackable,
                                     "The code " + trial.code + " stands for the same promotion."});
      }
    }
    if (trial.closed == Reason::kNone) trial.closed = UsedUp(campaign, offer.use);
    if (trial.closed == Reason::kNone && campaign.first_order_only && customer.previous_order_count > 0) {
      trial.closed = Reason::kFirstOrderOnly;
    }
    MarkItems(trial, items, index);
    result.trials.push_back(std::move(trial));
  }
  std::sort(result.trials.begin(), result.trials.end(),
            [](const Trial& a, const Trial& b) { return a.campaign().id < b.campaign().id; });
  for (const std::string_view code : unknown) {
    result.code_notes.push_back(
        {.code = std::string(code), .reason = Reason::kUnknownCode, .message = "There is no code " + std::string(code) + "."});
  }
  return result;
}

std::string Explain(const Trial& trial, Currency currency) {
  const std::string& name = trial.campaign().display_name;
  const auto units = [](std::int64_t count) { return std::to_string(count) + (count == 1 ? " book" : " books"); };
  switch (trial.reason) {
    case Reason::kNone: return "";
    case Reason::kUnknownCode: return "There is no code " + trial.code + ".";
    case Reason::kNotStarted: return name + " has not begun yet.";
    case Reason::kEnded: return name + " has ended.";
    case Reason::kPaused: return name + " is paused.";
    case Reason::kNotEligibleItems: return "No book in the basket belongs to " + name + ".";
    case Reason::kBelowThreshold:
      return "Add " + std::string(trial.campaign().items.everything() ? "books" : "its books") + " for " +
             ToString(Money(trial.missing_minor, currency)) + " to get " + name + ".";
    case Reason::kNotEnoughUnits: {
      const auto& groups = std::get<BuyXGetY>(trial.campaign().effect);
      return "Add " + std::to_string(trial.missing_quantity) + " more of " + name + " to get " + units(groups.get_quantity) +
             (groups.rate.value == 10'000 ? " free." : " for less.");
    }
    case Reason::kFirstOrderOnly: return name + " is for a first order.";
    case Reason::kLimitReached: return name + " has been used up.";
    case Reason::kCustomerLimitReached: return "You have used " + name + " already.";
    case Reason::kBudgetSpent: return name + " has given away all that it had to give.";
    case Reason::kFixedPrice: return "The law fixes the price of the books that belong to " + name + ".";
    case Reason::kBetterPromotion: return "Another promotion saves you more than " + name + ".";
    case Reason::kNotStackable: return name + " cannot be combined with the promotion that saves you more.";
    case Reason::kNothingLeft: return "Nothing is left for " + name + " to take off.";
  }
  return "";
}

}  // namespace octavo::promotions
