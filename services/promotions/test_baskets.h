// Short ways to write baskets and campaigns, for tests and the benchmark.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "services/promotions/domain/quote.h"

namespace octavo::promotions {

// Noon UTC on 2026-01-05, as FakeClock::kNoon.
inline constexpr Timestamp kTestNoon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + std::chrono::hours(12)};

// `quantity` units of a book of its own at `price_minor`.
struct TestLine {
  std::int64_t quantity = 1;
  std::int64_t price_minor = 0;
  std::vector<std::string> categories = {};
  std::int64_t tax_basis_points = 0;
};

// Lines "1", "2", … of books 1, 2, …
inline Basket TestBasket(const std::vector<TestLine>& lines) {
  Basket basket;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    basket.lines.push_back({.id = std::to_string(i + 1),
                            .book = BookId(static_cast<std::int64_t>(i + 1)),
                            .quantity = lines[i].quantity,
                            .unit_price_minor = lines[i].price_minor,
                            .categories = lines[i].categories,
                            .tax_rate = BasisPoints{lines[i].tax_basis_points}});
  }
  return basket;
}

// An active campaign on `category`, or on every book.
inline Campaign TestCampaign(std::int64_t id, Effect effect, const std::string& category = "") {
  Campaign campaign{.id = CampaignId(id),
                    .display_name = "Campaign " + std::to_string(id),
                    .state = CampaignState::kActive,
                    .effect = std::move(effect)};
  if (!category.empty()) campaign.items.categories = {category};
  return campaign;
}

inline Campaign Stackable(Campaign campaign) {
  campaign.stackable = true;
  return campaign;
}

inline Quote PriceOf(const Basket& basket, const std::vector<Campaign>& campaigns, const CustomerFacts& customer = {},
                     Timestamp now = kTestNoon) {
  std::vector<Offer> offers;
  offers.reserve(campaigns.size());
  for (const Campaign& campaign : campaigns) offers.push_back({.campaign = &campaign});
  return QuoteBasket(basket, offers, customer, now);
}

// What a campaign took off; 0 where it was not applied.
inline std::int64_t AmountOf(const Quote& quote, std::int64_t campaign) {
  for (const Outcome& outcome : quote.outcomes) {
    if (outcome.campaign == CampaignId(campaign)) return outcome.amount_minor;
  }
  return 0;
}

inline Reason ReasonOf(const Quote& quote, std::int64_t campaign) {
  for (const Outcome& outcome : quote.outcomes) {
    if (outcome.campaign == CampaignId(campaign)) return outcome.reason;
  }
  return Reason::kUnknownCode;
}

// One number a unit.
inline std::vector<std::int64_t> ListUnits(const QuotedLine& line, std::int64_t UnitShare::*minor) {
  std::vector<std::int64_t> units;
  for (const UnitShare& share : line.units) units.insert(units.end(), static_cast<std::size_t>(share.quantity), share.*minor);
  return units;
}
inline std::vector<std::int64_t> UnitTotals(const QuotedLine& line) { return ListUnits(line, &UnitShare::total_minor); }
// As a refund would take them.
inline std::vector<std::int64_t> UnitGross(const QuotedLine& line) { return ListUnits(line, &UnitShare::gross_minor); }

}  // namespace octavo::promotions
