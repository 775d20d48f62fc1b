#include "tests/campaigns/small_shop.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "services/cart/migrations.h"
#include "services/cart/sql_store.h"
#include "services/inventory/migrations.h"
#include "services/inventory/sql_store.h"
#include "services/payments/migrations.h"
#include "services/payments/sql_store.h"
#include "services/promotions/migrations.h"
#include "services/promotions/sql_store.h"
#include "services/transactions/migrations.h"
#include "services/transactions/sql_store.h"
#include "tests/campaigns/ports.h"

namespace octavo::campaigns {
namespace {

using namespace std::chrono_literals;
using transactions::Order;

constexpr int kAtOnce = 100;
// Longer than a lease and than the pause before an effect is tried again.
constexpr auto kBetweenRecoveries = 5s;
constexpr int kRecoveriesMax = 20;

promotions::OrderFacts FactsOf(const Order& order) {
  promotions::OrderFacts facts{.order = "orders/" + order.id.value(),
                               .place_time = order.place_time,
                               .cancelled = order.state == transactions::OrderState::kCancelled,
                               .person = promotions::PersonKey(order.buyer.email),
                               .revenue_minor = order.totals.total_minor - order.refunded_minor};
  for (const transactions::OrderLine& line : order.lines) {
    facts.lines.push_back({BookId(line.book.value()), line.quantity, line.unit_price_minor});
  }
  return facts;
}

std::optional<cart::Ordered> OrderedOf(const transactions::OrderEvent& event) {
  if (event.type != transactions::EventType::kPlaced || event.order.cart.empty()) return std::nullopt;
  cart::Ordered ordered{.cart = cart::CartId(event.order.cart), .order = "orders/" + event.order.id.value(), .copies = {}};
  for (const transactions::OrderLine& line : event.order.lines) {
    ordered.copies[BookId(line.book.value())] += line.quantity;
  }
  return ordered;
}

// The port, or the flawed one in front of it.
template <typename Port, typename Flawed>
Port& InFront(Port& port, std::unique_ptr<Port>& flawed, const Flawed& flaw) {
  if (flaw) flawed = flaw(port);
  return flawed ? *flawed : port;
}

}  // namespace

std::string Purchase::email() const { return fmt::format("reader-{}@example.org", number); }
std::string Purchase::cart() const { return fmt::format("v-{}", number); }
std::string Purchase::key() const { return fmt::format("0193583c-5a00-7abc-8def-{:012}", number); }

SmallShop::SmallShop(const World& world) : world_(world), log_(obs::Log::Silent(world.clock)) {
  if (world.disk.halted()) throw ProcessEnded();
  try {
    carts_ = std::make_unique<cart::SqlStore>(Open("cart", cart::Migrations()));
    inventory_ = std::make_unique<inventory::SqlStore>(Open("inventory", inventory::Migrations()));
    promotions_ = std::make_unique<promotions::SqlStore>(Open("promotions", promotions::Migrations()));
    payments_ = std::make_unique<payments::SqlStore>(Open("payments", payments::Migrations()));
    sql_orders_ = std::make_unique<transactions::SqlStore>(Open("orders", transactions::Migrations()));
    sql_orders_->DropAllLeases();
  } catch (const Failure&) {
    if (world.disk.halted()) throw ProcessEnded();
    throw;
  }
  const FakeDisk& disk = world.disk;
  sandbox_ =
      std::make_unique<payments::Sandbox>(*payments_, world.clock, payments::Sandbox::Options{}, [](const payments::Charge&) {});
  plain_stock_ = std::make_unique<StoreStock>(*inventory_, world.clock, disk);
  plain_pricing_ = std::make_unique<StorePricing>(*promotions_, world.clock, disk, kPriceMinor);
  plain_card_ = std::make_unique<SandboxCard>(*sandbox_, disk);
  orders_ = &InFront(*sql_orders_, flawed_orders_, world.flaw.orders);
  checkout_ = std::make_unique<transactions::Checkout>(
      transactions::Checkout::Parts{*orders_, InFront(*plain_pricing_, flawed_pricing_, world.flaw.pricing),
                                    InFront(*plain_stock_, flawed_stock_, world.flaw.stock),
                                    InFront(*plain_card_, flawed_card_, world.flaw.card), world.clock, world.random, *log_,
                                    metrics_},
      // One after the other, so that the n-th call is the same each time.
      transactions::Checkout::Options{.recover_at_once = 1});
}

SmallShop::~SmallShop() = default;

db::Database& SmallShop::Open(const std::string& service, std::span<const db::Migration> migrations) {
  const db::Options options{.url = world_.folder + "/" + service + ".db",
                            .connections_max = 1,
                            .sqlite_vfs = world_.disk.name(),
                            .on_fatal = [this](const std::string&) { world_.disk.Halt(); }};
  auto opened = std::make_unique<Service>();
  opened->plain = db::Open(options, world_.random);
  const Status migrated = db::Migrate(*opened->plain, migrations);
  if (!migrated.ok()) throw Failure(migrated.error(), migrated.error().message);
  if (world_.flaw.database) opened->flawed = world_.flaw.database(service, *opened->plain);
  services_.push_back(std::move(opened));
  return services_.back()->flawed ? *services_.back()->flawed : *services_.back()->plain;
}

void SmallShop::Furnish() {
  inventory::Receipt delivery{.request = inventory::RequestId("delivery"), .copies = {}};
  for (int book = 1; book <= kBooks; ++book) delivery.copies[BookId(book)] = kCopiesOfEach;
  CHECK(inventory_->Receive(delivery, world_.clock.Now()).ok());
  const promotions::Campaign campaign{.display_name = "Two for one",
                                      .state = promotions::CampaignState::kActive,
                                      .effect = promotions::BuyXGetY{.buy_quantity = 1, .get_quantity = 1, .group_max = 1},
                                      .total_limit = kFreeBooks};
  CHECK(promotions_->Create(campaign, "campaign", 1, world_.clock.Now()).ok());
}

// --- The reader

Status SmallShop::FillCart(Purchase& purchase) {
  return AtBoundary(world_.disk, [&]() -> Status {
    for (const transactions::Item& item : purchase.items) {
      const cart::Change change{.cart = cart::CartId(purchase.cart()),
                                .request_id = fmt::format("add-{}-{}", purchase.number, item.book.value()),
                                .fingerprint = item.quantity};
      TRY(carts_->Write(
          change,
          [&](cart::Cart& cart) { return cart::Add(cart, BookId(item.book.value()), item.quantity, {}, world_.clock.Now()); },
          world_.clock.Now()));
    }
    purchase.in_cart = true;
    return Ok();
  });
}

Status SmallShop::Preview(Purchase& purchase) {
  return AtBoundary(world_.disk, [&]() -> Status {
    const transactions::Basket basket{.items = purchase.items, .buyer = {.email = purchase.email()}};
    const auto preview = TRY(checkout_->PreviewOrder(basket, transactions::Checkout::History::kKnown, {}));
    purchase.total_minor = preview.order.totals.total_minor;
    return Ok();
  });
}

Status SmallShop::Place(Purchase& purchase) {
  const auto answer = AtBoundary(world_.disk, [&] {
    return checkout_->Place({.idempotency_key = purchase.key(),
                             .basket = {.items = purchase.items, .buyer = {.email = purchase.email()}},
                             .payment_method = transactions::PaymentMethod::kCard,
                             .payment_token = purchase.token,
                             .expected_total_minor = *purchase.total_minor,
                             .expected_currency_code = "EUR",
                             .cart = purchase.cart()},
                            {});
  });
  if (answer.ok()) {
    purchase.placed = answer->order;
    FollowEvents();
    return Ok();
  }
  if (answer.error().code == Code::kFailedPrecondition) purchase.refused = answer.error();
  return answer.error();
}

Status SmallShop::Cancel(Purchase& purchase) {
  purchase.cancel_asked = true;
  return AtBoundary(world_.disk, [&]() -> Status {
    TRY(orders_->Decided(purchase.placed->id, "", "", world_.clock.Now(),
                         [](const Order& order) { return transactions::Cancel(order, "changed my mind"); }));
    purchase.cancelled = true;
    return Ok();
  });
}

Status SmallShop::Buy(Purchase& purchase) {
  if (!purchase.in_cart) TRY(FillCart(purchase));
  if (!purchase.total_minor) TRY(Preview(purchase));
  return purchase.done() ? Ok() : Place(purchase);
}

// --- The threads in the background

void SmallShop::Settle() {
  for (int i = 0; i < kRecoveriesMax; ++i) {
    world_.clock.Advance(kBetweenRecoveries);
    int due = 0;
    // A failure is logged there, and the next round comes.
    (void)AtBoundary(world_.disk, [&]() -> Status {
      if (world_.flaw.recovers) due = checkout_->Recover(kAtOnce, {});
      return Ok();
    });
    (void)AtBoundary(world_.disk, [&]() -> Status {
      inventory_->Sweep(world_.clock.Now(), kAtOnce);
      return Ok();
    });
    FollowEvents();
    if (due == 0) return;
  }
}

void SmallShop::FollowEvents() {
  (void)AtBoundary(world_.disk, [&]() -> Status {
    for (const transactions::OrderEvent& event : orders_->Events(promotions_->OrderPosition(), std::nullopt, kAtOnce)) {
      TRY(promotions_->ApplyOrders({{event.position, FactsOf(event.order)}}));
    }
    return Ok();
  });
  (void)AtBoundary(world_.disk, [&]() -> Status {
    for (const transactions::OrderEvent& event : orders_->Events(carts_->FollowedPosition(), std::nullopt, kAtOnce)) {
      const auto ordered = OrderedOf(event);
      carts_->FollowTo(event.position, ordered ? std::vector{*ordered} : std::vector<cart::Ordered>(), world_.clock.Now());
    }
    return Ok();
  });
}

}  // namespace octavo::campaigns
