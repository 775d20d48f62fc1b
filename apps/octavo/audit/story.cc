#include "apps/octavo/audit/story.h"

#include <algorithm>
#include <map>
#include <string>

namespace octavo::audit {
namespace {

using transactions::Effect;
using transactions::EffectFacts;
using transactions::EventFacts;
using transactions::Intent;
using transactions::Order;
using transactions::OrderState;
using transactions::PaymentMethod;

bool IsUnfinished(const Story& story) {
  const auto& intent = story.order.intent;
  return intent && (intent->state == Intent::State::kRunning || intent->state == Intent::State::kUndoing);
}

// Decided and done, and decided in all: what is between is under way.
struct Range {
  std::int64_t done = 0;
  std::int64_t decided = 0;

  void Add(const EffectFacts& effect, std::int64_t amount) {
    decided += amount;
    if (effect.done) done += amount;
  }
  bool Holds(std::int64_t value) const { return done <= value && value <= decided; }
  std::string Text() const {
    return std::to_string(decided) + " were decided, " + std::to_string(done) + " of them are noted as done";
  }
};

// --- Stock.

std::int64_t GoneFor(const inventory::ReservedLine& line) { return line.waiting + line.held() - line.returned; }

void CheckReservedLines(EquationChecker& check, const Order& order, const inventory::Reservation& reservation) {
  constexpr char kName[] = "shop.orders_are_sold";
  check.Hold(kName, reservation.state == inventory::State::kCommitted,
             "its reservation is in state " + std::to_string(static_cast<int>(reservation.state)) + ", not committed");
  std::map<std::int64_t, const inventory::ReservedLine*> reserved;
  for (const inventory::ReservedLine& line : reservation.lines) reserved[line.book.value()] = &line;
  check.Hold(kName, reserved.size() == order.lines.size(),
             std::to_string(reserved.size()) + " books are reserved, " + std::to_string(order.lines.size()) + " ordered");
  for (const transactions::OrderLine& line : order.lines) {
    const auto found = reserved.find(line.book.value());
    const std::int64_t shelf = found == reserved.end() ? 0 : found->second->quantity;
    const std::int64_t later = found == reserved.end() ? 0 : found->second->backordered;
    check.Hold(kName, shelf + later == line.quantity && later == line.backordered_quantity,
               "of books/" + std::to_string(line.book.value()) + " " + std::to_string(line.quantity) + " are ordered (" +
                   std::to_string(line.backordered_quantity) + " for later), " + std::to_string(shelf) + " + " +
                   std::to_string(later) + " are reserved");
  }
}

void CheckReturns(EquationChecker& check, const Story& story) {
  std::map<std::int64_t, Range> decided;
  bool all_done = true;
  for (const EffectFacts& effect : story.order.effects) {
    all_done = all_done && effect.done;
    for (const transactions::Item& item : effect.effect.items) {
      Range& range = decided[item.book.value()];
      if (effect.effect.kind == Effect::Kind::kRestock) range.Add(effect, item.quantity);
      // So many at most: those that nobody waited for any more left the shelf and stay sold.
      if (effect.effect.kind == Effect::Kind::kStrikeOff) range.decided += item.quantity;
    }
  }
  std::map<std::int64_t, std::int64_t> left;
  for (const transactions::OrderLine& line : story.order.order->lines) {
    left[line.book.value()] = line.quantity - line.refunded_quantity;
  }
  for (const inventory::ReservedLine& line : story.reservation->lines) {
    const Range& range = decided[line.book.value()];
    const std::int64_t back = line.returned + line.cancelled;
    check.Hold("shop.returns_are_decided", range.Holds(back),
               std::to_string(back) + " copies of books/" + std::to_string(line.book.value()) + " came back, " + range.Text());
    check.Hold("shop.refunds_end_waiting", !all_done || line.waiting <= left[line.book.value()],
               std::to_string(line.waiting) + " copies of books/" + std::to_string(line.book.value()) +
                   " are waited for, but only " + std::to_string(left[line.book.value()]) + " are left of the order");
  }
}

void CheckStock(EquationChecker& check, const Story& story) {
  if (story.order.order) {
    check.Hold("shop.orders_are_sold", story.reservation.has_value(), "nothing was ever reserved for it");
    if (!story.reservation) return;
    CheckReservedLines(check, *story.order.order, *story.reservation);
    CheckReturns(check, story);
    return;
  }
  if (!story.reservation) return;
  check.Hold("shop.reservations_are_awaited", story.reservation->state != inventory::State::kOpen,
             "copies are held, but nobody is placing this order");
  if (story.reservation->state != inventory::State::kCommitted) return;
  const auto& lines = story.reservation->lines;
  const bool all_back = std::all_of(lines.begin(), lines.end(), [](const auto& line) { return GoneFor(line) == 0; });
  check.Hold("shop.sales_have_orders", all_back, "copies left the shelf, but there is no such order");
}

// --- Money.

void CheckChargeOfOrder(EquationChecker& check, const Story& story) {
  constexpr char kName[] = "shop.charges_match_orders";
  const Order& order = *story.order.order;
  const bool by_card = order.payment_method == PaymentMethod::kCard && order.totals.total_minor > 0;
  const bool charged = story.charge && story.charge->charge && story.charge->charge->amount_minor > 0;
  check.Hold(kName, by_card || !charged, "it is not paid by card, but the card provider has a charge for it");
  if (!by_card) return;
  check.Hold(kName, charged, "it is paid by card, but the card provider has no charge for it");
  if (!charged) return;
  const payments::Charge& charge = *story.charge->charge;
  check.Hold(kName, charge.currency_code == order.currency_code && charge.amount_minor == order.totals.total_minor,
             "the charge is " + std::to_string(charge.amount_minor) + " " + charge.currency_code + ", the order " +
                 std::to_string(order.totals.total_minor) + " " + order.currency_code);
  check.Hold(kName, story.charge->captured_minor == order.charged_minor,
             "the provider took " + std::to_string(story.charge->captured_minor) + ", the order says " +
                 std::to_string(order.charged_minor));
  Range refunds;
  for (const EffectFacts& effect : story.order.effects) {
    if (effect.effect.kind == Effect::Kind::kRefundPayment) refunds.Add(effect, effect.effect.amount_minor);
  }
  check.Hold(kName, refunds.Holds(story.charge->refunded_minor),
             "the provider gave back " + std::to_string(story.charge->refunded_minor) + ", " + refunds.Text());
}

void CheckMoney(EquationChecker& check, const Story& story) {
  if (story.order.order) return CheckChargeOfOrder(check, story);
  if (!story.charge) return;
  const std::int64_t kept = story.charge->captured_minor - story.charge->refunded_minor;
  check.Hold("shop.charges_have_orders", kept == 0, std::to_string(kept) + " minor units are kept, but there is no such order");
  const bool held = story.charge->charge && story.charge->charge->state == payments::State::kAuthorized;
  check.Hold("shop.charges_have_orders", !held, "money is held, but nobody is placing this order");
}

// --- Promotions.

std::map<std::string, std::int64_t> AmountsOf(const Order& order) {
  std::map<std::string, std::int64_t> amounts;
  for (const transactions::CampaignNote& note : order.campaigns) {
    if (note.applied) amounts[note.campaign] += note.amount_minor;
  }
  return amounts;
}

void CheckClaimOfOrder(EquationChecker& check, const Story& story) {
  constexpr char kName[] = "shop.redemptions_match_orders";
  const std::map<std::string, std::int64_t> wanted = AmountsOf(*story.order.order);
  Range released;
  for (const EffectFacts& effect : story.order.effects) {
    if (effect.effect.kind == Effect::Kind::kReleaseRedemptions) released.Add(effect, 1);
  }
  const bool held = story.claim && story.claim->held;
  std::map<std::string, std::int64_t> claimed;
  if (story.claim) {
    for (const auto& [campaign, amount] : story.claim->amount_minor) claimed[promotions::CampaignName(campaign)] = amount;
  }
  if (!wanted.empty() || held) {
    check.Hold(kName, claimed == wanted,
               "it has " + std::to_string(wanted.size()) + " campaigns, " + std::to_string(claimed.size()) +
                   " are claimed, or their amounts differ");
  }
  check.Hold(kName, wanted.empty() || held || released.decided > 0, "its redemptions are not held");
  check.Hold(kName, !held || released.done == 0, "it gave its redemptions back, but they are held");
}

void CheckClaim(EquationChecker& check, const Story& story) {
  if (story.order.order) return CheckClaimOfOrder(check, story);
  check.Hold("shop.redemptions_have_orders", !story.claim || !story.claim->held,
             "redemptions are held, but there is no such order");
}

// --- Consumers.

void CheckConsumers(EquationChecker& check, const Story& story, const Positions& positions, Timestamp now,
                    std::chrono::microseconds limit) {
  const auto placed = std::find_if(story.order.events.begin(), story.order.events.end(),
                                   [](const EventFacts& event) { return event.type == transactions::EventType::kPlaced; });
  if (placed == story.order.events.end()) {
    check.Hold("shop.order_facts_are_kept", !story.known_to_promotions, "promotions know it, but there is no such order");
    return;
  }
  const bool late = now - placed->time > limit;
  if (story.cart_is_uncleared) {
    const bool followed = placed->position <= positions.cart;
    check.Hold("shop.carts_are_cleared", !followed, "the cart followed the events, but was not cleared of it");
    check.Hold("shop.consumers_keep_up", followed || !late, "the cart has not followed its event yet");
  }
  if (!story.known_to_promotions) {
    const bool followed = placed->position <= positions.promotions;
    check.Hold("shop.order_facts_are_kept", !followed, "promotions followed the events, but do not know it");
    check.Hold("shop.consumers_keep_up", followed || !late, "promotions have not followed its event yet");
    return;
  }
  const auto cancelled = std::find_if(story.order.events.begin(), story.order.events.end(),
                                      [](const EventFacts& event) { return event.type == transactions::EventType::kCancelled; });
  const bool told = cancelled != story.order.events.end() && cancelled->position <= positions.promotions;
  check.Hold("shop.order_facts_are_kept", !told || *story.known_to_promotions,
             "promotions followed the events, but do not know that it was cancelled");
}

}  // namespace

std::vector<Violation> CheckStory(const Story& story, const Positions& positions, Timestamp now,
                                  std::chrono::microseconds limit) {
  EquationChecker check(transactions::OrderName(story.order.id));
  // What cannot be read proves nothing; transactions' own audit has said so.
  if (story.order.damaged) return {};
  CheckConsumers(check, story, positions, now, limit);
  if (!story.order.order && IsUnfinished(story)) return check.Take();
  CheckStock(check, story);
  CheckMoney(check, story);
  CheckClaim(check, story);
  return check.Take();
}

}  // namespace octavo::audit
