// OrderFacts: what reports and simulations need to know of an order, and the report itself. No personal data: the buyer is a
// keyed hash, which is deleted when the customer is erased.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/calendar/time_zone.h"
#include "services/promotions/domain/claim.h"
#include "services/promotions/domain/quote.h"

namespace octavo::promotions {

struct OrderedLine {
  BookId book;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;

  bool operator==(const OrderedLine&) const = default;
};

struct CampaignEffect {
  CampaignId campaign;
  std::int64_t amount_minor = 0;
  std::int64_t free_quantity = 0;

  bool operator==(const CampaignEffect&) const = default;
};

struct OrderFacts {
  std::string order;  // "orders/…".
  Timestamp place_time{};
  bool cancelled = false;
  std::optional<PersonKey> person;  // Absent: nobody, or erased.
  bool first_order = false;         // Of that person, as far as the shop knew when the order was placed.
  std::int64_t revenue_minor = 0;   // Charged and not refunded, delivery and taxes included.
  std::int64_t delivery_minor = 0;
  std::vector<OrderedLine> lines;
  std::vector<CampaignEffect> campaigns;  // The campaigns that were applied.

  bool operator==(const OrderFacts&) const = default;
};

// Half-open; absent: no limit.
struct Period {
  std::optional<Timestamp> start;
  std::optional<Timestamp> end;

  bool Contains(Timestamp time) const { return (!start || *start <= time) && (!end || time < *end); }
};

struct DayReport {
  std::int64_t order_count_with = 0;
  std::int64_t order_count_without = 0;
  std::int64_t discount_minor = 0;
  std::int64_t revenue_with_minor = 0;

  bool operator==(const DayReport&) const = default;
};

struct Report {
  std::int64_t order_count_with = 0;
  std::int64_t order_count_without = 0;
  std::int64_t free_unit_count = 0;
  std::int64_t discount_minor = 0;
  std::int64_t revenue_with_minor = 0;
  std::int64_t revenue_without_minor = 0;
  std::int64_t new_customer_count = 0;
  std::map<std::string, DayReport> days;  // "2026-11-23", in the shop's time zone.
};

// Adds an order that was not cancelled; `effect` is what the campaign did to it, or null.
void AddOrder(const OrderFacts& order, const CampaignEffect* effect, const TimeZone& time_zone, Report& report);

// A book's categories and authors, for orders that store only its number.
struct BookFacts {
  std::vector<std::string> categories;  // Sorted.
  std::vector<std::string> authors;
};

// Applies a draft to past orders, one after the other in the order in which they were placed. Each order is priced at its list
// prices, as if the draft were the only campaign, and uses up the draft's limits and budget.
class Simulation {
 public:
  // The draft's dates and state are ignored: it always runs. Its codes are ignored too: every order counts as having one.
  Simulation(Campaign draft, std::map<BookId, BookFacts> books, Currency currency);

  // What the draft would have done to this order; absent: nothing.
  std::optional<CampaignEffect> Try(const OrderFacts& order);

 private:
  Campaign draft_;
  const std::map<BookId, BookFacts> books_;
  const Currency currency_;
  CampaignUse use_;
  std::map<PersonKey, std::int64_t> by_person_;
};

}  // namespace octavo::promotions
