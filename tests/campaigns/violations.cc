// What has to be true of a SmallShop once all is settled: the services' own audits, and the equations between them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "services/cart/audit.h"
#include "services/inventory/audit.h"
#include "services/payments/audit.h"
#include "services/promotions/audit.h"
#include "tests/campaigns/small_shop.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;
using transactions::Order;
using transactions::OrderState;

constexpr int kAll = 10'000;

// Collects what is wrong.
class Verdict {
 public:
  void True(bool holds, const std::string& otherwise) {
    if (!holds) violations_.push_back(otherwise);
  }
  void Equal(const std::string& what, std::int64_t is, std::int64_t should_be) {
    True(is == should_be, fmt::format("{} is {}, not {}", what, is, should_be));
  }
  std::vector<std::string> violations() && { return std::move(violations_); }

 private:
  std::vector<std::string> violations_;
};

bool Holds(const Order& order) { return order.state != OrderState::kCancelled; }

bool HasRedemption(const Order& order) {
  return std::any_of(order.campaigns.begin(), order.campaigns.end(), [](const auto& note) { return note.applied; });
}

// Of what was acknowledged nothing is lost; nothing is there twice, nor after a refusal.
void CheckPurchases(const std::vector<Purchase>& purchases, const std::vector<Order>& orders, Verdict& verdict) {
  for (const Purchase& purchase : purchases) {
    const Order* found = nullptr;
    int count = 0;
    for (const Order& order : orders) {
      if (order.buyer.email != purchase.email()) continue;
      found = &order;
      ++count;
    }
    const std::string name = "purchase " + std::to_string(purchase.number);
    verdict.True(count <= 1, fmt::format("{} has {} orders", name, count));
    if (purchase.refused) verdict.Equal("the number of orders of the refused " + name, count, 0);
    if (!purchase.placed) continue;
    if (count == 0) {
      verdict.True(false, name + ": an acknowledged order is lost");
      continue;
    }
    verdict.True(
        found->id == purchase.placed->id && found->number == purchase.placed->number && found->totals == purchase.placed->totals,
        name + ": the order is another one than was acknowledged");
    if (purchase.cancelled) verdict.True(!Holds(*found), name + ": an acknowledged cancellation is lost");
    if (!purchase.cancel_asked) verdict.True(Holds(*found), name + ": was cancelled, and nobody asked for it");
  }
}

void AddViolations(const std::string& service, const std::vector<Violation>& violations, Verdict& verdict) {
  for (const Violation& violation : violations) {
    verdict.True(false, service + ": " + violation.equation + " " + violation.subject + ": " + violation.message);
  }
}

// Per order: captured - refunded = what the order says; no money is held or kept for anything else.
void CheckMoney(payments::Store& store, const std::vector<Order>& orders, Verdict& verdict) {
  const payments::AuditReport report = payments::Audit(store);
  AddViolations("payments", report.violations, verdict);
  std::map<std::string, const Order*> by_id;
  for (const Order& order : orders) by_id[order.id.value()] = &order;
  std::set<std::string> paid;
  for (const payments::KeySum& sum : report.sums) {
    const std::string name = "charge " + sum.key.value();
    verdict.True(sum.state != payments::State::kAuthorized, name + ": money is held for nothing");
    const auto order = by_id.find(sum.key.value());
    if (order == by_id.end()) {
      verdict.Equal(name + ": kept without an order", sum.captured_minor - sum.refunded_minor, 0);
      continue;
    }
    paid.insert(sum.key.value());
    verdict.Equal(name + ": captured", sum.captured_minor, order->second->charged_minor);
    verdict.Equal(name + ": refunded", sum.refunded_minor, order->second->refunded_minor);
  }
  for (const Order& order : orders) {
    verdict.True(paid.contains(order.id.value()), "order " + order.id.value() + ": was never charged");
    verdict.Equal("order " + order.id.value() + ": charged", order.charged_minor, order.totals.total_minor);
  }
}

// Per book: received - sold + returned = on hand; nothing is reserved any more.
void CheckStock(inventory::Store& store, const std::vector<Order>& orders, Verdict& verdict) {
  AddViolations("inventory", inventory::Audit(store).violations, verdict);
  std::map<std::int64_t, std::int64_t> sold;
  for (const Order& order : orders) {
    for (const transactions::OrderLine& line : order.lines) sold[line.book.value()] += Holds(order) ? line.quantity : 0;
  }
  for (const inventory::Stock& stock : store.ListStocks(BookId(0), kAll)) {
    const std::string book = BookName(stock.book);
    verdict.Equal(book + ": on hand", stock.on_hand, SmallShop::kCopiesOfEach - sold[stock.book.value()]);
    verdict.Equal(book + ": reserved", stock.reserved, 0);
  }
}

void CheckRedemptions(promotions::Store& store, const std::vector<Order>& orders, Verdict& verdict) {
  AddViolations("promotions", promotions::Audit(store).violations, verdict);
  const auto redeemed =
      std::count_if(orders.begin(), orders.end(), [](const Order& order) { return Holds(order) && HasRedemption(order); });
  for (const promotions::StoredCampaign& stored : store.List(promotions::CampaignId(INT64_MAX), kAll)) {
    verdict.Equal("redemptions", stored.redemption_count, redeemed);
    verdict.True(stored.redemption_count <= SmallShop::kFreeBooks, "more redemptions than the limit");
  }
  const auto open = std::count_if(orders.begin(), orders.end(), Holds);
  verdict.Equal("orders that promotions knows", static_cast<std::int64_t>(store.ListOrders({}, nullptr, kAll).size()), open);
}

// The outbox has no gap and one placement an order; the followers have read it to the end.
void CheckEvents(transactions::Store& store, const std::vector<Order>& orders, Verdict& verdict) {
  std::map<std::string, int> placements;
  std::int64_t last = 0;
  for (const transactions::OrderEvent& event : store.Events(0, std::nullopt, kAll)) {
    verdict.Equal("the next event", event.position, last + 1);
    last = event.position;
    if (event.type == transactions::EventType::kPlaced) ++placements[event.order.id.value()];
  }
  verdict.Equal("the last position given", store.LastPosition(), last);
  for (const Order& order : orders) {
    verdict.Equal("placements told of order " + order.id.value(), placements[order.id.value()], 1);
  }
}

void CheckCarts(cart::Store& store, const std::vector<Purchase>& purchases, const std::vector<Order>& orders, Verdict& verdict) {
  AddViolations("cart", cart::Audit(store).violations, verdict);
  for (const Purchase& purchase : purchases) {
    if (!purchase.in_cart) continue;
    const bool ordered =
        std::any_of(orders.begin(), orders.end(), [&](const Order& order) { return order.buyer.email == purchase.email(); });
    const auto lines = static_cast<std::int64_t>(store.Find(cart::CartId(purchase.cart())).lines.size());
    verdict.Equal(fmt::format("lines in the cart of purchase {}", purchase.number), lines,
                  ordered ? 0 : static_cast<std::int64_t>(purchase.items.size()));
  }
}

}  // namespace

std::vector<std::string> SmallShop::Violations(const std::vector<Purchase>& purchases) {
  Verdict verdict;
  try {
    for (const auto& service : services_) {
      const auto rows = service->plain->Read([](db::Transaction& t) { return t.Query("PRAGMA integrity_check"); });
      verdict.True(rows.size() == 1 && rows[0].Text(0) == "ok", "SQLite: " + rows[0].Text(0));
    }
    const std::vector<Order> orders = orders_->ListOrders({}, kAll);
    CheckPurchases(purchases, orders, verdict);
    CheckMoney(*payments_, orders, verdict);
    CheckStock(*inventory_, orders, verdict);
    CheckRedemptions(*promotions_, orders, verdict);
    CheckEvents(*orders_, orders, verdict);
    CheckCarts(*carts_, purchases, orders, verdict);
    verdict.Equal("promotions has followed to", promotions_->OrderPosition(), orders_->LastPosition());
    verdict.Equal("the carts have followed to", carts_->FollowedPosition(), orders_->LastPosition());
    const Timestamp late = world_.clock.Now() + 1h;
    verdict.Equal("orders that are unfinished", static_cast<std::int64_t>(orders_->DueIntents(late, kAll).size()), 0);
    verdict.Equal("effects that are undone", static_cast<std::int64_t>(orders_->DueEffects(late, kAll).size()), 0);
  } catch (const Failure& failure) {
    verdict.True(false, std::string("a store cannot be read: ") + failure.what());
  }
  return std::move(verdict).violations();
}

}  // namespace octavo::campaigns
