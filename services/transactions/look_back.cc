// Checkout::LookBack: what is asked again of the other services after one of them was brought back from an
// older copy. And the numbers that are passed over where that is this store itself.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lib/obs/older_copy.h"
#include "services/transactions/checkout.h"

namespace octavo::transactions {
namespace {

constexpr int kOrdersPerPage = 64;
// So many orders in a row that are known end the look back; the first pages alone, where nothing is amiss.
constexpr int kKnownInARow = 256;
// What was decided about orders: so many of the last decisions, and, where one of them or an order is amiss, so many.
constexpr int kDecisions = 64;
constexpr int kDecisionsWhereAmiss = 10'000;
// More events than a copy of some months ago lacks: a position beyond that is a caller's mistake.
constexpr std::int64_t kLostEventsMax = 10'000'000;

bool WasCharged(const Order& order) { return order.payment_method == PaymentMethod::kCard && order.charged_minor > 0; }

bool HasClaims(const Order& order) {
  return std::any_of(order.campaigns.begin(), order.campaigns.end(), [](const auto& note) { return note.applied; });
}

// What came of asking for an order again. What is transient is an error, to be asked again.
Status Note(Lost& lost, const OrderId& order, const Status& asked) {
  if (asked.ok()) {
    ++lost.mended;
  } else if (Transient(asked.error())) {
    return asked;
  } else {
    lost.Leave(order, asked.error().reason);
  }
  return Ok();
}

}  // namespace

void Checkout::PassOverNumbers(std::int64_t position) {
  const std::int64_t last = parts_.store.LastPosition();
  if (position <= last || position - last > kLostEventsMax) return;
  const std::int64_t skipped = parts_.store.SkipNumbers(position);
  if (skipped == 0) return;
  ShowOlderCopy("transactions", true);
  parts_.log.Warn("older_copy_found", {{"store", "transactions"},
                                       {"last_position", last},
                                       {"known_elsewhere", position},
                                       {"numbers_passed_over", skipped},
                                       {"what", "orders are lost that others know of; octavo audit names them"}});
}

// An order placed before the first follower has come back would have a number that a lost one has too.
Status Checkout::KnowNumbers(const rpc::Limits& limits) {
  const Result<std::int64_t> followed = parts_.pricing.FollowedPosition(limits);
  if (followed.ok()) {
    PassOverNumbers(*followed);
  } else if (Transient(followed.error())) {
    return followed.error();
  }
  numbers_known_ = true;
  return Ok();
}

Status Checkout::LookBackAtStock(const Order& order, Lost& stock, const rpc::Limits& limits) {
  if (TRY(parts_.stock.Known(order.id, limits))) return Ok();
  const auto reserved = parts_.stock.Reserve(order, limits);
  return Note(stock, order.id, reserved.ok() ? parts_.stock.Commit(order.id, limits) : Status(reserved.error()));
}

Status Checkout::LookBackAtMoney(const Order& order, Lost& money, const rpc::Limits& limits) {
  if (!WasCharged(order) || TRY(parts_.card.Known(order.id, limits))) return Ok();
  money.Leave(order.id, "UNKNOWN_CHARGE");  // Nobody is charged twice: the token is gone, and the buyer has paid.
  return Ok();
}

Status Checkout::LookBackAtClaim(const Order& order, Lost& claims, const rpc::Limits& limits) {
  if (!HasClaims(order) || TRY(parts_.pricing.Known(order.id, limits))) return Ok();
  // Also of a cancelled order: what was decided, which comes next, gives it back.
  return Note(claims, order.id, parts_.pricing.Claim(order, limits));
}

Status Checkout::LookBackAtOrders(LostElsewhere& found, const rpc::Limits& limits) {
  Store::OrderFilter filter;
  for (int known = 0; known < kKnownInARow;) {
    const std::vector<Order> page = parts_.store.ListOrders(filter, kOrdersPerPage);
    for (const Order& order : page) {
      const int lost = found.orders();
      TRY(LookBackAtStock(order, found.stock, limits));
      TRY(LookBackAtMoney(order, found.money, limits));
      TRY(LookBackAtClaim(order, found.claims, limits));
      known = found.orders() == lost ? known + 1 : 0;
    }
    for (const Lost& lost : {found.stock, found.money, found.claims}) ShowOlderCopy(lost.store, lost.any());
    if (page.size() < kOrdersPerPage) break;
    filter.before_number = page.back().number;
  }
  return Ok();
}

// Does once more what was decided, under its own key. Whether that was news is seen from before and after.
Status Checkout::LookBackAtDecision(const PendingEffect& decision, LostElsewhere& found, const rpc::Limits& limits) {
  const OrderId& order = decision.order.id;
  const Effect::Kind kind = decision.effect.kind;
  const bool of_stock = kind == Effect::Kind::kRestock || kind == Effect::Kind::kStrikeOff;
  const bool of_claims = kind == Effect::Kind::kReleaseRedemptions;
  Lost& whose = of_stock ? found.stock : of_claims ? found.claims : found.money;
  const auto known = [&] {
    if (of_stock) return parts_.stock.Known(order, limits);
    return of_claims ? parts_.pricing.Known(order, limits) : parts_.card.Known(order, limits);
  };
  const std::optional<std::int64_t> before = TRY(known());
  const Status done = Perform(decision, limits);
  if (!done.ok()) {
    if (Transient(done.error())) return done;
    whose.Leave(order, done.error().reason);
    return Ok();
  }
  if (TRY(known()) != before) ++whose.decisions;
  return Ok();
}

// The last `most` without the last `done` of them, in the order in which they were decided.
Status Checkout::LookBackAtDecisions(LostElsewhere& found, int done, int most, const rpc::Limits& limits) {
  const std::vector<PendingEffect> newest_first = parts_.store.LastDoneEffects(most);
  found.bounded = static_cast<int>(newest_first.size()) == most;
  for (auto next = newest_first.rbegin(); newest_first.rend() - next > done; ++next) {
    TRY(LookBackAtDecision(*next, found, limits));
  }
  return Ok();
}

void Checkout::ShowOlderCopy(const std::string& store, bool found) { obs::OlderCopy(parts_.metrics, store).Set(found ? 1 : 0); }

void Checkout::Tell(const Lost& lost) {
  ShowOlderCopy(lost.store, lost.left > 0);
  if (!lost.any()) return;
  asked_again_.Increment(lost.mended);
  not_mended_.Increment(lost.left);
  parts_.log.Warn("older_copy_found", {{"store", lost.store},
                                       {"orders_mended", lost.mended},
                                       {"decisions_mended", lost.decisions},
                                       {"left", lost.left},
                                       {"first_left", lost.first_left},
                                       {"what", "an older copy of this store was put back; octavo audit names what is left"}});
}

Status Checkout::LookBack(const rpc::Limits& limits) {
  // A look that was broken off is begun again. What it has mended is known now, and counts; what was left is found again.
  for (Lost* lost : {&found_.stock, &found_.money, &found_.claims}) lost->left = 0;
  TRY(KnowNumbers(limits));
  TRY(LookBackAtOrders(found_, limits));
  TRY(LookBackAtDecisions(found_, 0, kDecisions, limits));
  if (found_.any()) {
    TRY(LookBackAtDecisions(found_, kDecisions, kDecisionsWhereAmiss, limits));
    if (found_.bounded) {
      parts_.log.Warn("look_back_bounded",
                      {{"decisions", kDecisionsWhereAmiss},
                       {"what", "decisions before these were not checked; octavo audit names what is wrong there"}});
    }
  }
  for (const Lost& lost : {found_.stock, found_.money, found_.claims}) Tell(lost);
  return Ok();
}

}  // namespace octavo::transactions
