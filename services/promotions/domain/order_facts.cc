#include "services/promotions/domain/order_facts.h"

#include <unicode/gregocal.h>
#include <unicode/timezone.h>

#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include "lib/base/check.h"

namespace octavo::promotions {
namespace {

std::unique_ptr<icu::TimeZone> Zone(const std::string& name) {
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
}

}  // namespace

Result<ShopDays> ShopDays::In(const std::string& time_zone) {
  if (*Zone(time_zone) == icu::TimeZone::getUnknown()) {
    return InvalidField("time_zone", "\"" + time_zone + "\" is not a time zone, for example Europe/Berlin");
  }
  return ShopDays(time_zone);
}

std::string ShopDays::DayOf(Timestamp time) const {
  UErrorCode status = U_ZERO_ERROR;
  icu::GregorianCalendar calendar(Zone(time_zone_).release(), status);  // Takes the zone.
  calendar.setTime(static_cast<double>(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count()),
                   status);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", calendar.get(UCAL_YEAR, status),
                calendar.get(UCAL_MONTH, status) + 1, calendar.get(UCAL_DATE, status));
  CHECK(U_SUCCESS(status));
  return text.data();
}

void AddOrder(const OrderFacts& order, const CampaignEffect* effect, const ShopDays& days, Report& report) {
  DayReport& day = report.days[days.DayOf(order.place_time)];
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
  const Quote quote =
      QuoteBasket(basket, {&offer, 1}, {.previous_order_count = order.first_order ? 0 : 1}, order.place_time);
  if (quote.outcomes.empty() || !quote.outcomes.front().applied()) return std::nullopt;
  const Outcome& outcome = quote.outcomes.front();
  ++use_.redemption_count;
  use_.spent_minor += outcome.amount_minor;
  if (by_this_person != nullptr) ++*by_this_person;
  return CampaignEffect{draft_.id, outcome.amount_minor, outcome.free_quantity};
}

}  // namespace octavo::promotions
