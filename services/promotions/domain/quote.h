// QuoteBasket: what a basket costs, and why. The only place in the shop where a price is computed: a pure function of the
// basket, the campaigns and how far they are used, the customer's facts and the time. Thread-safe.
//
// Lines that agree in everything but their id are one item; an item's units are counted, not listed. All rounding is of
// whole items, or, for an order promotion, of all items that it means together, so the result depends neither on the order of
// the lines nor on how quantities are split over them.
// From the list price, each step on what the one before left:
//
// 1. Item promotions (PercentOff, AmountOff). Of the campaigns that are not stackable an item takes the one that takes
//    most off, or all stackable ones together if that is more; equal amounts go to the lowest campaign id. Stackable ones
//    compound: percentages first, then amounts, each by id.
// 2. Buy X get Y. The eligible units, dearest first, form groups of X + Y; the last Y of each group are free. Where the
//    free units come from another selection, the cheapest of it are free. A unit serves one such campaign, as bought or as
//    free; of several campaigns the one that takes most off goes first, then the best of the rest on the units left.
// 3. Order promotions (OrderPercentOff, OrderAmountOff), chosen and compounded like item promotions, for the basket as one.
// 4. Free delivery, once.
//
// A discount is rounded half up and never exceeds what is left. A campaign whose discount would not fit into what is left
// of its budget gives nothing. Thresholds count list prices, so that they do not depend on other campaigns. An item under a
// fixed-price law is never taken below what the law allows a unit; it takes no part, not even as bought, in a
// buy-X-get-Y campaign that would have to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/promotions/domain/basket.h"
#include "services/promotions/domain/campaign.h"

namespace octavo::promotions {

struct Offer {
  const Campaign* campaign = nullptr;  // Outlives the call.
  CampaignUse use;
};

// Why a campaign that was tried was not applied.
enum class Reason {
  kNone,  // It was.
  kUnknownCode,
  kNotStarted,
  kEnded,
  kPaused,
  kNotEligibleItems,
  kBelowThreshold,
  kNotEnoughUnits,
  kFirstOrderOnly,
  kLimitReached,
  kCustomerLimitReached,
  kBudgetSpent,
  kFixedPrice,
  kBetterPromotion,
  kNotStackable,
  kNothingLeft,
};

// "NOT_ENOUGH_UNITS"; empty for kNone.
std::string_view ReasonName(Reason reason);

struct Adjustment {
  CampaignId campaign;
  std::int64_t amount_minor = 0;  // What comes off: positive.
  std::int64_t free_quantity = 0;

  bool operator==(const Adjustment&) const = default;
};

// `quantity` units that cost the same.
struct UnitShare {
  std::int64_t quantity = 0;
  std::int64_t total_minor = 0;
  std::int64_t tax_minor = 0;
  std::int64_t gross_minor = 0;  // What is paid for one of them: total_minor, and the tax where prices are without.

  bool operator==(const UnitShare&) const = default;
};

struct QuotedLine {
  std::size_t line = 0;  // Where it stands in the basket.
  std::int64_t subtotal_minor = 0;
  std::vector<Adjustment> adjustments;  // In order of application.
  std::int64_t total_minor = 0;         // subtotal less adjustments = sum of the units.
  std::int64_t tax_minor = 0;
  std::int64_t gross_minor = 0;  // What is paid for it: the sum of the units' gross shares.
  std::int64_t free_quantity = 0;
  std::vector<UnitShare> units;  // Dearest first.
};

struct Outcome {
  std::optional<CampaignId> campaign;  // Absent: the code belongs to none.
  std::string display_name;
  std::string code;
  Reason reason = Reason::kNone;
  std::string message;  // For people; names what is missing. Empty when applied.
  std::int64_t amount_minor = 0;
  std::int64_t free_quantity = 0;

  bool applied() const { return reason == Reason::kNone; }
};

struct Quote {
  std::vector<QuotedLine> lines;  // As in the basket.
  std::int64_t subtotal_minor = 0;
  std::int64_t discount_minor = 0;  // On the lines.
  std::int64_t delivery_minor = 0;  // What is left of it.
  std::int64_t delivery_tax_minor = 0;
  std::int64_t gross_delivery_minor = 0;  // What is paid for it.
  std::int64_t tax_minor = 0;             // Of lines and delivery. Contained in total, or added to it.
  // What is paid: the gross amounts of lines and delivery, that is subtotal - discount + delivery, + tax where prices are
  // without.
  std::int64_t total_minor = 0;
  // Automatic campaigns that run, and every code that was typed, in order of application.
  std::vector<Outcome> outcomes;
};

// The basket has passed CheckBasket, the campaigns CheckCampaign. Drafts are never tried; archived campaigns are ended.
Quote QuoteBasket(const Basket& basket, std::span<const Offer> offers, const CustomerFacts& customer, Timestamp now);

// Whether a campaign's banner is shown: it has one, runs, and this customer can still use it.
bool ShowsBanner(const Offer& offer, const CustomerFacts& customer, Timestamp now);

}  // namespace octavo::promotions
