// Basket: what is to be priced, and what is known of the customer and of the campaigns' use. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/money.h"
#include "lib/base/result.h"
#include "services/promotions/domain/campaign.h"

namespace octavo::promotions {

struct Line {
  std::string id;  // Unique in the basket.
  BookId book;
  std::int64_t quantity = 1;
  std::int64_t unit_price_minor = 0;
  // Sorted, each once.
  std::vector<std::string> categories;
  std::vector<std::string> authors;
  // Under a fixed-price law: the most that the law lets anyone take off a unit, of its price. Absent: no such law, or the
  // copy is used or remaindered.
  std::optional<BasisPoints> fixed_price_discount_max;
  BasisPoints tax_rate;  // Of the net price.
};

enum class TaxMode { kInclusive, kExclusive };

struct Basket {
  Currency currency = Currency::Eur();
  std::vector<Line> lines;
  std::vector<std::string> codes;  // Normalised (text.h).
  std::int64_t delivery_minor = 0;
  BasisPoints delivery_tax_rate;
  TaxMode tax_mode = TaxMode::kInclusive;
};

struct CustomerFacts {
  // Orders placed and not cancelled before this one.
  std::int64_t previous_order_count = 0;
};

// How far a campaign has been used.
struct CampaignUse {
  std::int64_t redemption_count = 0;
  std::int64_t spent_minor = 0;
  std::int64_t customer_redemption_count = 0;                 // By this customer.
  std::map<std::string, std::int64_t> code_redemption_count;  // Of codes that were used.
};

inline constexpr std::size_t kLinesMax = 500;
inline constexpr std::int64_t kQuantityMax = 10'000;
// In a whole basket: an answer lists each unit's share.
inline constexpr std::int64_t kUnitsMax = 100'000;
inline constexpr std::size_t kBasketCodesMax = 5;
inline constexpr std::size_t kLineTermsMax = 50;
inline constexpr std::size_t kUnboundCategoriesMax = 1'000;

// A law that binds the prices of books: no campaign takes more off a unit than it allows.
struct FixedPriceLaw {
  BasisPoints discount_max;                     // Of the unit price.
  std::vector<std::string> unbound_categories;  // Of used copies and remainders, which the law does not bind.
};

// Puts the line under the law, unless it is in an unbound category or says already what a law allows.
void Bind(Line& line, const FixedPriceLaw& law);

// Both fail with INVALID_ARGUMENT (INVALID_FIELD), naming the proto's field and the rule.
Status CheckLaw(const FixedPriceLaw& law);
Status CheckBasket(const Basket& basket);

}  // namespace octavo::promotions
