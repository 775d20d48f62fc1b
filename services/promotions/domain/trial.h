// Trial: one campaign held against one basket, before any price is touched. The first half of QuoteBasket; not for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "services/promotions/domain/items.h"
#include "services/promotions/domain/quote.h"

namespace octavo::promotions {

enum class Phase { kItem, kBuyXGetY, kOrder, kDelivery };

Phase PhaseOf(const Campaign& campaign);

struct Trial {
  const Offer* offer = nullptr;
  Phase phase = Phase::kItem;
  std::string code;  // Typed for it; empty: automatic.

  // Why it cannot apply, whatever the other campaigns do.
  Reason closed = Reason::kNone;
  std::int64_t missing_minor = 0;     // To the threshold.
  std::int64_t missing_quantity = 0;  // To the first group.
  std::vector<char> items;            // One an item: 1 where the campaign means it.
  std::vector<char> get_items;        // The same of get_items; empty when there is one selection.

  // What came of it.
  Reason reason = Reason::kNothingLeft;
  int sequence = 0;  // Of application.
  std::int64_t amount_minor = 0;
  std::int64_t free_quantity = 0;

  const Campaign& campaign() const { return *offer->campaign; }
};

struct Trials {
  std::vector<Trial> trials;        // By campaign id.
  std::vector<Outcome> code_notes;  // Codes that belong to no campaign, or to one that another code opened.
};

Trials MakeTrials(const Basket& basket, const std::vector<Item>& items, std::span<const Offer> offers,
                  const CustomerFacts& customer, Timestamp now);

// The use of `code` does not count here. kNone when the campaign can still be used.
Reason UsedUp(const Campaign& campaign, const CampaignUse& use);

// For people: why the campaign was not applied, and what is missing.
std::string Explain(const Trial& trial, Currency currency);

}  // namespace octavo::promotions
