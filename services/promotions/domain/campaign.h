// Campaign: a promotion as the bookseller enters it, and the rules that it must keep. Plain values.
//
// Amounts are minor units of the shop's one currency, which every basket has. Dates are instants: "from the 23rd" in the shop's
// time zone was converted before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "lib/names/books.h"

namespace octavo::promotions {

// Positive, ascending. Resource name "campaigns/7".
using CampaignId = StrongId<struct CampaignIdTag, std::int64_t>;

// The books that any of the three lists names, or every book if all three are empty; but never the excluded ones.
struct Selection {
  std::vector<BookId> books;
  std::vector<std::string> categories;
  std::vector<std::string> authors;
  std::vector<BookId> excluded_books;

  bool everything() const { return books.empty() && categories.empty() && authors.empty(); }
  bool operator==(const Selection&) const = default;
};

// Off each eligible item.
struct PercentOff {
  BasisPoints rate;
  bool operator==(const PercentOff&) const = default;
};

// Off each unit; the price does not go below zero.
struct AmountOff {
  std::int64_t amount_minor = 0;
  bool operator==(const AmountOff&) const = default;
};

// In each group of buy + get units, `get` units are reduced by `rate`. quote.h says which ones.
struct BuyXGetY {
  std::int64_t buy_quantity = 1;
  std::int64_t get_quantity = 1;
  std::optional<Selection> get_items;  // Absent: the campaign's own items.
  std::int64_t group_max = 0;          // 0: no limit.
  BasisPoints rate{10'000};            // 10,000: free.
  bool operator==(const BuyXGetY&) const = default;
};

// Off what is left of the price of all eligible items together.
struct OrderPercentOff {
  BasisPoints rate;
  bool operator==(const OrderPercentOff&) const = default;
};

struct OrderAmountOff {
  std::int64_t amount_minor = 0;
  bool operator==(const OrderAmountOff&) const = default;
};

struct FreeDelivery {
  bool operator==(const FreeDelivery&) const = default;
};

using Effect = std::variant<PercentOff, AmountOff, BuyXGetY, OrderPercentOff, OrderAmountOff, FreeDelivery>;

// Same numbers as octavo.promotions.v1.Campaign.State.
enum class CampaignState { kDraft = 1, kActive = 2, kPaused = 3, kArchived = 4 };

struct Campaign {
  CampaignId id;
  std::string display_name;
  std::string banner;  // Empty: none.
  CampaignState state = CampaignState::kDraft;
  // Half-open: from start, before end.
  std::optional<Timestamp> start;
  std::optional<Timestamp> end;
  std::vector<std::string> codes;  // Normalised (text.h). Empty: automatic.
  Effect effect;
  Selection items;
  std::int64_t threshold_minor = 0;  // Of the eligible items at list price; 0: none.
  bool first_order_only = false;
  bool stackable = false;  // Applies together with other stackable promotions of its kind.
  // 0: no limit, for all four.
  std::int64_t total_limit = 0;
  std::int64_t customer_limit = 0;
  std::int64_t code_limit = 0;  // For each code.
  std::int64_t budget_minor = 0;

  bool operator==(const Campaign&) const = default;
};

// Whether `now` is in [start, end) and the campaign is active.
bool IsRunning(const Campaign& campaign, Timestamp now);
// Whether its selections name categories or authors, so that a book's number alone does not decide.
bool NeedsCatalog(const Campaign& campaign);

inline constexpr std::size_t kDisplayNameBytesMax = 200;
inline constexpr std::size_t kBannerBytesMax = 1'000;
inline constexpr std::size_t kCodesMax = 1'000;
inline constexpr std::size_t kCodeBytesMax = 64;
// Entries in each list of a selection. For more books use a category.
inline constexpr std::size_t kSelectionMax = 1'000;
inline constexpr std::size_t kTermBytesMax = 200;
inline constexpr std::int64_t kGroupQuantityMax = 10'000;
// 10 million of a currency with two digits: no book costs more, and sums of whole baskets stay far below INT64_MAX.
inline constexpr std::int64_t kAmountMinorMax = 1'000'000'000;
// Budgets and thresholds, which are sums.
inline constexpr std::int64_t kSumMinorMax = 1'000'000'000'000'000;

// Sorts lists, keeps each entry once, normalises codes, and drops `get_items` that equal the items: campaigns with the same
// meaning become the same value.
void Normalise(Campaign& campaign);

// Fails with INVALID_ARGUMENT (INVALID_FIELD), naming the proto's field and the rule. Expects a normalised campaign.
Status CheckCampaign(const Campaign& campaign);

std::string CampaignName(CampaignId id);
// "campaigns/7" → 7; else INVALID_ARGUMENT (INVALID_FIELD) about `field`.
Result<CampaignId> ParseCampaignName(std::string_view name, std::string_view field);

}  // namespace octavo::promotions
