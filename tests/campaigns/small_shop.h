// SmallShop: the selling part of the shop, small enough to be started and ended ten thousand times: the real stores of carts,
// inventory, promotions, payments and orders on one FakeDisk, the real checkout, sandbox and audits. The services make plain
// calls instead of gRPC; prices are a constant list. It is one process: when one database dies, all end.
//
// One object is one life of the process. Once the disk has halted, everything throws ProcessEnded, so nobody gets an answer.
// Without a flaw, several threads may buy at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/db/database.h"
#include "lib/db/migrations.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/fake_disk.h"
#include "services/cart/store.h"
#include "services/inventory/store.h"
#include "services/payments/sandbox.h"
#include "services/payments/store.h"
#include "services/promotions/store.h"
#include "services/transactions/checkout.h"
#include "services/transactions/ports.h"
#include "services/transactions/store.h"
#include "tests/campaigns/boundary.h"

namespace octavo::campaigns {

// What is broken on purpose. Default: nothing.
struct Flaw {
  std::string name;
  // Puts another database in front of a service's ("orders", "inventory", "promotions", "payments", "cart"); null: no change.
  std::function<std::unique_ptr<db::Database>(const std::string& service, db::Database&)> database = {};
  std::function<std::unique_ptr<transactions::Store>(transactions::Store&)> orders = {};
  std::function<std::unique_ptr<transactions::Stock>(transactions::Stock&)> stock = {};
  std::function<std::unique_ptr<transactions::Pricing>(transactions::Pricing&)> pricing = {};
  std::function<std::unique_ptr<transactions::PaymentProvider>(transactions::PaymentProvider&)> card = {};
  bool recovers = true;  // Whether unfinished orders are looked for.
};

// What one reader wants, and the answers so far. It survives a crash of the process, like a printed receipt.
struct Purchase {
  int number = 0;  // 1, 2, 3 …; makes the reader's name, cart and idempotency key.
  std::vector<transactions::Item> items;
  std::string token = "tok_approve";

  bool in_cart = false;                                    // The cart has the items.
  std::optional<std::int64_t> total_minor = std::nullopt;  // As shown before ordering.
  std::optional<transactions::Order> placed = std::nullopt;
  std::optional<Error> refused = std::nullopt;  // The final answer, if it was a refusal.
  bool cancel_asked = false;
  bool cancelled = false;  // The shop has said so.

  bool done() const { return placed.has_value() || refused.has_value(); }
  std::string email() const;
  std::string cart() const;  // "v-…", as cart::CartId.
  std::string key() const;   // A UUID.
};

class SmallShop {
 public:
  static constexpr int kBooks = 5;
  static constexpr std::int64_t kCopiesOfEach = 6;
  static constexpr std::int64_t kPriceMinor = 1000;
  static constexpr std::int64_t kFreeBooks = 3;  // The campaign's limit: how often "buy one, get one" applies.

  // All outlive the shop. The folder holds the databases' lock files.
  struct World {
    FakeDisk& disk;
    const std::string& folder;
    FakeClock& clock;
    Random& random;
    const Flaw& flaw;
  };

  // Opens and migrates the stores. Throws db::Error if a call of the disk fails and the process could go on.
  explicit SmallShop(const World& world);
  ~SmallShop();
  SmallShop(const SmallShop&) = delete;
  SmallShop& operator=(const SmallShop&) = delete;

  // Adds the copies and the campaign that every test begins with.
  void Furnish();

  // What a reader does, one call of the shop each. Gives the refusal, or why there is no answer; the purchase keeps the answers.
  Status FillCart(Purchase& purchase);
  Status Preview(Purchase& purchase);
  Status Place(Purchase& purchase);
  Status Cancel(Purchase& purchase);
  // Does what is left of the first three.
  Status Buy(Purchase& purchase);

  // Does what the background threads do, until nothing is left; the clock advances meanwhile.
  void Settle();

  // Every equation that is not true once everything is settled; empty: all are true. `purchases` are all that were made.
  std::vector<std::string> Violations(const std::vector<Purchase>& purchases);

  transactions::Store& orders() { return *orders_; }
  transactions::Checkout& checkout() { return *checkout_; }

 private:
  struct Service {
    std::unique_ptr<db::Database> plain;
    std::unique_ptr<db::Database> flawed;  // In front of it; mostly none.
  };

  db::Database& Open(const std::string& service, std::span<const db::Migration> migrations);
  void FollowEvents();

  const World world_;
  std::unique_ptr<obs::Log> log_;
  obs::Metrics metrics_;
  std::vector<std::unique_ptr<Service>> services_;
  std::unique_ptr<cart::Store> carts_;
  std::unique_ptr<inventory::Store> inventory_;
  std::unique_ptr<promotions::Store> promotions_;
  std::unique_ptr<payments::Store> payments_;
  std::unique_ptr<payments::Sandbox> sandbox_;
  std::unique_ptr<transactions::Store> sql_orders_;
  std::unique_ptr<transactions::Stock> plain_stock_;
  std::unique_ptr<transactions::Pricing> plain_pricing_;
  std::unique_ptr<transactions::PaymentProvider> plain_card_;
  // The real stores, or the flawed ones in front of them; flawed_… owns those.
  std::unique_ptr<transactions::Store> flawed_orders_;
  std::unique_ptr<transactions::Stock> flawed_stock_;
  std::unique_ptr<transactions::Pricing> flawed_pricing_;
  std::unique_ptr<transactions::PaymentProvider> flawed_card_;
  transactions::Store* orders_ = nullptr;
  std::unique_ptr<transactions::Checkout> checkout_;
};

}  // namespace octavo::campaigns
