// Story: what all services know of one order, and whether it is one story. Pure.
//
// The equations. While an intent is unfinished anything may be found elsewhere; otherwise, for every order:
//   shop.orders_are_sold            its reservation is committed, for the same copies of the same books
//   shop.sales_have_orders          copies that left the shelf and did not come back belong to an order
//   shop.reservations_are_awaited   copies are held only for an intent that is unfinished
//   shop.returns_are_decided        copies came back, or were struck off, exactly as orders decided
//   shop.refunds_end_waiting        of each book no more copies are waited for than are left of the order
//   shop.charges_match_orders       charged by the provider - refunded by it = charged - refunded of the order, in its currency
//   shop.charges_have_orders        money is held or kept only for an order, or an intent that is unfinished
//   shop.redemptions_match_orders   claimed are the campaigns of the order, with its amounts; given back when cancelled
//   shop.redemptions_have_orders    redemptions are held only for an order, or an intent that is unfinished
//   shop.carts_are_cleared          its cart was cleared of it, as far as the cart followed the events
//   shop.order_facts_are_kept       promotions know it, as far as they followed the events
//   shop.consumers_keep_up          neither takes longer than the limit to follow
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "apps/octavo/audit/ledger.h"
#include "services/inventory/domain/reservation.h"
#include "services/payments/store.h"
#include "services/promotions/sql_store.h"
#include "services/transactions/store_facts.h"

namespace octavo::audit {

inline constexpr const char* kStoryEquations[] = {
    "shop.orders_are_sold",         "shop.sales_have_orders",    "shop.reservations_are_awaited", "shop.returns_are_decided",
    "shop.refunds_end_waiting",     "shop.charges_match_orders", "shop.charges_have_orders",      "shop.redemptions_match_orders",
    "shop.redemptions_have_orders", "shop.carts_are_cleared",    "shop.order_facts_are_kept",     "shop.consumers_keep_up"};

// How far the consumers of the order events are.
struct Positions {
  std::int64_t cart = 0;
  std::int64_t promotions = 0;
};

struct Story {
  transactions::OrderFacts order;  // With an id at least.
  std::optional<inventory::Reservation> reservation;
  std::optional<payments::ChargeFacts> charge;
  std::optional<promotions::ClaimFacts> claim;
  std::optional<bool> known_to_promotions;  // Whether it is cancelled there; none: not known.
  bool cart_is_uncleared = false;           // There is a cart, and it was not cleared.
};

std::vector<Violation> CheckStory(const Story& story, const Positions& positions, Timestamp now, std::chrono::microseconds limit);

}  // namespace octavo::audit
