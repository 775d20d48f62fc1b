// The transactions module: store, checkout, recovery in the background.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/background/log_watch.h"
#include "lib/db/database.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"
#include "services/transactions/card_client.h"
#include "services/transactions/checkout.h"
#include "services/transactions/pricing_client.h"
#include "services/transactions/service.h"
#include "services/transactions/stock_client.h"
#include "services/transactions/store.h"

namespace octavo::transactions {

struct Configuration {
  // Each thread waits for a commit or another service most of the time; as many as one group commit holds.
  runtime::ServiceOptions service{.threads = 64, .queue_max = 1024};
  std::chrono::milliseconds recovery_interval{500};
  PriceRules prices = {};
  bool fixed_price_law = false;
  std::int64_t fixed_price_discount_max = 0;
  std::string fixed_price_unbound = "remainders,used";
  Secret notice_key;
  std::int64_t withdrawal_days = 14;
  std::int64_t unpaid_copies_max = 100;
  std::int64_t unpaid_days = 14;
};

class Module final : public runtime::Module {
 public:
  // Makes the store on the opened database. Campaigns put in broken ones, to see that those are caught.
  using MakeStore = std::function<std::unique_ptr<Store>(db::Database&)>;

  Module();
  explicit Module(MakeStore make_store) : make_store_(std::move(make_store)) {}

  std::string name() const override { return "transactions"; }
  std::vector<std::string> peers() const override { return {"catalog", "promotions", "inventory", "payments"}; }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override;
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override;

 private:
  // Everything that lives from Open to Stop, in order of need.
  struct Serving {
    Serving(const runtime::Environment& environment, const Configuration& configuration, std::unique_ptr<db::Database> database,
            const MakeStore& make_store);

    const std::unique_ptr<db::Database> database;
    const std::unique_ptr<Store> store;
    rpc::Caller caller;
    GrpcPricing pricing;
    GrpcStock stock;
    SandboxCard card;
    Checkout checkout;
    ChangeSignal events;
    ChangeSignal unfinished;
    rpc::Pipeline pipeline;
    const names::SecurityLog security;
    TransactionsService service;
    obs::Log& log;
    obs::Metrics& metrics;
    const Clock& clock;
    bool looked_back = false;  // The recovery's alone.
    // From Start to Close, as the next two.
    std::optional<background::Repeater> watch;  // Where other processes may write to the database.
    std::optional<background::Repeater> recovery;
    ChangeSignal::Subscription unfinished_told;  // Rings the recovery.

    // Drives on the orders that nobody drives, cancels those that have run out, and forgets old keys.
    void Recover();
  };

  // The prices of books that a law binds, from the options.
  Status TakeFixedPriceLaw();

  const MakeStore make_store_;
  Configuration configuration_;
  std::unique_ptr<Serving> serving_;
};

}  // namespace octavo::transactions
