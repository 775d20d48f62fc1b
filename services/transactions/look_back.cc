// Checkout::LookBack: what is asked again of the other services after one of them was brought back from an
// older copy.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/transactions/checkout.h"

namespace octavo::transactions {
namespace {

constexpr int kOrdersPerPage = 64;
// So many orders in a row that are known end the look back; the first page alone, where nothing is amiss.
constexpr int kKnownInARow = 256;
// What was decided about orders: so many of the last decisions, and, where something is amiss, so many.
constexpr int kEffects = 64;
constexpr int kEffectsWhereAmiss = 10'000;

bool WasCharged(const Order& order) {
  return order.payment_method == PaymentMethod::kCard && order.charged_minor > 0;
}

}  // namespace

// Of one service.
struct Checkout::Amiss {
  std::string store;
  int orders = 0;  // That it has lost.
  int mended = 0;
  std::string first_left = {};  // The first that is not mended, and why.
};

Status Checkout::LookBackAtStock(const Order& order, Amiss& stock, const Context& context) {
  if (TRY(parts_.stock.Knows(order.id, context))) return Ok();
  ++stock.orders;
  const auto reserved = parts_.stock.Reserve(order, context);
  const Status sold = reserved.ok() ? parts_.stock.Commit(order.id, context) : Status(reserved.error());
  if (!sold.ok() && Transient(sold.error())) return sold;
  if (sold.ok()) {
    ++stock.mended;
  } else if (stock.first_left.empty()) {
    stock.first_left = "orders/" + order.id.value() + ": " + sold.error().reason;
  }
  return Ok();
}

Status Checkout::LookBackAtMoney(const Order& order, Amiss& money, const Context& context) {
  if (!WasCharged(order) || TRY(parts_.card.Knows(order.id, context))) return Ok();
  ++money.orders;  // Nobody is charged twice: the token is gone, and the buyer has paid.
  if (money.first_left.empty()) money.first_left = "orders/" + order.id.value() + ": UNKNOWN_CHARGE";
  return Ok();
}

Status Checkout::LookBackAtClaim(const Order& order, Amiss& claims, const Context& context) {
  // Also of a cancelled order: what was decided, which comes next, gives it back.
  const Status claimed = parts_.pricing.Claim(order, context);
  if (claimed.ok()) return Ok();
  // It is there: given back, or of before the buyer opened an account.
  if (claimed.error().reason == "CLAIM_RELEASED" || claimed.error().reason == "REQUEST_ID_REUSED")
    return Ok();
  if (Transient(claimed.error())) return claimed;
  ++claims.orders;
  if (claims.first_left.empty())
    claims.first_left = "orders/" + order.id.value() + ": " + claimed.error().reason;
  return Ok();
}

void Checkout::Tell(const Amiss& amiss) {
  if (amiss.orders == 0) return;
  asked_again_.Increment(amiss.mended);
  not_mended_.Increment(amiss.orders - amiss.mended);
  parts_.log.Warn("older_copy_found",
                  {{"store", amiss.store},
                   {"orders_lost", amiss.orders},
                   {"orders_mended", amiss.mended},
                   {"first_left", amiss.first_left},
                   {"what", "an older copy of this store was put back; octavo audit names what is left"}});
}

Status Checkout::LookBack(const Context& context) {
  Amiss stock{.store = "inventory"};
  Amiss money{.store = "payments"};
  Amiss claims{.store = "promotions"};
  Store::OrderFilter filter;
  for (int known = 0; known < kKnownInARow;) {
    const std::vector<Order> page = parts_.store.ListOrders(filter, kOrdersPerPage);
    for (const Order& order : page) {
      const int lost = stock.orders + money.orders + claims.orders;
      TRY(LookBackAtStock(order, stock, context));
      TRY(LookBackAtMoney(order, money, context));
      TRY(LookBackAtClaim(order, claims, context));
      known = stock.orders + money.orders + claims.orders == lost ? known + 1 : 0;
    }
    if (page.size() < kOrdersPerPage) break;
    filter.before_number = page.back().number;
  }
  const bool amiss = stock.orders + money.orders + claims.orders > 0;
  std::vector<PendingEffect> effects = parts_.store.LastDoneEffects(amiss ? kEffectsWhereAmiss : kEffects);
  std::reverse(effects.begin(), effects.end());  // As they were decided.
  for (const PendingEffect& effect : effects) {
    const Status done = Perform(effect, context);
    if (done.ok()) continue;
    if (Transient(done.error())) return done;
    const bool of_stock =
        effect.effect.kind == Effect::Kind::kRestock || effect.effect.kind == Effect::Kind::kStrikeOff;
    const bool of_claims = effect.effect.kind == Effect::Kind::kReleaseRedemptions;
    Amiss& whose = of_stock ? stock : of_claims ? claims : money;
    ++whose.orders;
    if (whose.first_left.empty())
      whose.first_left = "orders/" + effect.order.id.value() + ": " + done.error().reason;
  }
  for (const Amiss& one : {stock, money, claims}) Tell(one);
  return Ok();
}

}  // namespace octavo::transactions
