#include "services/promotions/domain/order_facts.h"

#include <utility>

#include "lib/base/check.h"

namespace octavo::promotions {

void AddOrder(const OrderFacts& order, const CampaignEffect* effect, const TimeZone& time_zone, Report& report) {
  DayReport& day = report.days[time_zone.DayOf(order.place_time)];
  if (effect == nullptr) {
    ++report.order_count_without;
    ++day.order_count_without;
    report.revenue_without_minor += order.revenue_minor;
    return;
  }
  ++report.order_count_with;
  ++day.order_count_with;
  report.free_unit_count += effect->free_quantity;
  report.discount_minor += effect->amount_minor;
  day.discount_minor += effect->amount_minor;
  report.revenue_with_minor += order.revenue_minor;
  day.revenue_with_minor += order.revenue_minor;
  if (order.first_order) ++report.new_customer_count;
}

Simulation::Simulation(Campaign draft, std::map<BookId, BookFacts> books, Currency currency)
    : draft_(std::move(draft)), books_(std::move(books)), currency_(currency) {
  draft_.state = CampaignState::kActive;
  draft_.start.reset();
  draft_.end.reset();
  draft_.codes.clear();
  draft_.code_limit = 0;
}

std::optional<CampaignEffect> Simulation::Try(const OrderFacts& order) {
  Basket basket{.currency = currency_, .delivery_minor = order.delivery_minor};
  for (const OrderedLine& line : order.lines) {
    const auto facts = books_.find(line.book);
    basket.lines.push_back({.id = std::to_string(basket.lines.size()),
                            .book = line.book,
                            .quantity = line.quantity,
                            .unit_price_minor = line.unit_price_minor});
    if (facts == books_.end()) continue;
    basket.lines.back().categories = facts->second.categories;
    basket.lines.back().authors = facts->second.authors;
  }
  std::int64_t* const by_this_person = order.person ? &by_person_[*order.person] : nullptr;
  use_.customer_redemption_count = by_this_person != nullptr ? *by_this_person : 0;
  const Offer offer{.campaign = &draft_, .use = use_};
  const Quote quote = QuoteBasket(basket, {&offer, 1}, {.previous_order_count = order.first_order ? 0 : 1}, order.place_time);
  if (quote.outcomes.empty() || !quote.outcomes.front().applied()) return std::nullopt;
  const Outcome& outcome = quote.outcomes.front();
  ++use_.redemption_count;
  use_.spent_minor += outcome.amount_minor;
  if (by_this_person != nullptr) ++*by_this_person;
  return CampaignEffect{draft_.id, outcome.amount_minor, outcome.free_quantity};
}

}  // namespace octavo::promotions
