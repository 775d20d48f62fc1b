#include "services/transactions/module.h"

#include <sodium.h>

#include <sstream>

#include "services/transactions/migrations.h"
#include "services/transactions/sql_store.h"

namespace octavo::transactions {
namespace {

// In one turn. After a long pause the shop catches up with some hundred a second.
constexpr int kRecoveredMax = 256;
// Keys are kept for longer than the 30 days that the rules require.
constexpr std::chrono::hours kIntentsKept(24 * 60);
// Ten years: more is a typing error.
constexpr std::int64_t kDaysMax = 3650;

Status CheckDays(const std::string& name, std::int64_t days) {
  if (days <= kDaysMax) return Ok();
  return InvalidField("--transactions." + name, "must be at most " + std::to_string(kDaysMax) + ", is " + std::to_string(days));
}

}  // namespace

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::Database> opened, const MakeStore& make_store)
    : database(std::move(opened)),
      store(make_store(*database)),
      caller(environment.telemetry()),
      pricing(caller, configuration.prices),
      stock(caller),
      card(caller),
      checkout({*store, pricing, stock, card, environment.clock, environment.random, environment.log, environment.metrics},
               {.unpaid_copies_max = configuration.unpaid_copies_max,
                .unpaid_kept = std::chrono::hours(24) * configuration.unpaid_days}),
      pipeline(environment.telemetry(), configuration.service.pool()),
      security(environment.log, environment.page_tokens),
      service({*store, checkout, events, unfinished, environment.log, environment.clock, environment.page_tokens, security,
               configuration.notice_key, environment.time_zone, configuration.withdrawal_days},
              pipeline),
      log(environment.log),
      metrics(environment.metrics),
      clock(environment.clock) {}

Module::Module() : Module([](db::Database& database) { return std::make_unique<SqlStore>(database); }) {}

void Module::Configure(runtime::Options::Group options) {
  configuration_.service.AddTo(options, "orders");
  options.Add("recovery_interval", &configuration_.recovery_interval, "How often unfinished orders are looked for.");
  options.Add("tax_basis_points", &configuration_.prices.tax_basis_points, "Tax on books, in basis points: 700 is 7 %.");
  options.Add("tax_inclusive", &configuration_.prices.tax_inclusive, "Whether prices contain the tax.");
  options.Add("delivery_minor", &configuration_.prices.delivery_minor, "Price of a delivery, in minor units.");
  options.Add("fixed_price_law", &configuration_.fixed_price_law,
              "Whether a law binds the prices of new books, so that no campaign takes more off than it allows.");
  options.Add("fixed_price_discount_max", &configuration_.fixed_price_discount_max,
              "What such a law allows, in basis points: 0 in Germany, 500 in France.");
  options.Add("fixed_price_unbound", &configuration_.fixed_price_unbound,
              "Categories whose books are used copies or remainders, which it does not bind, with commas between.");
  options.Add("withdrawal_days", &configuration_.withdrawal_days,
              "Days after the delivery in which buyers may ask to return books: 14 in the European Union.");
  options.Add("unpaid_copies_max", &configuration_.unpaid_copies_max,
              "Copies that one buyer may have ordered by invoice or for collection and not paid; 0: no limit.");
  options.Add("unpaid_days", &configuration_.unpaid_days,
              "Days after which an order is cancelled that is neither paid nor packed, while all its books are on the shelf; "
              "0: never.");
  options.Add("notice_key", &configuration_.notice_key, "Shared secret that signs the payment provider's notices.");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(configuration_.service.Check(name()));
  TRY(CheckDays("withdrawal_days", configuration_.withdrawal_days));
  TRY(CheckDays("unpaid_days", configuration_.unpaid_days));
  if (sodium_init() < 0) return Error{Code::kInternal, "NO_SODIUM", "libsodium does not start on this machine"};
  TRY(TakeFixedPriceLaw());
  configuration_.prices.currency_code = environment.currency.code();
  std::unique_ptr<db::Database> database =
      TRY(runtime::OpenDatabase(environment, name(), configuration_.service.database_url, Migrations()));
  const bool only_process = database->dialect() == db::Dialect::kSqlite;
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database), make_store_);
  // Leases of a process that died would hold its intents for some seconds; on SQLite no other process can hold one.
  if (only_process) serving_->store->DropAllLeases();
  return Ok();
}

Status Module::TakeFixedPriceLaw() {
  if (!configuration_.fixed_price_law) return Ok();
  const std::int64_t most = configuration_.fixed_price_discount_max;
  if (most < 0 || most > 10'000) {
    return InvalidField("--transactions.fixed_price_discount_max", "must be 0 to 10000 basis points, is " + std::to_string(most));
  }
  promotions::v1::FixedPriceLaw& law = configuration_.prices.fixed_price_law.emplace();
  law.set_discount_max_basis_points(most);
  std::istringstream names(configuration_.fixed_price_unbound);
  for (std::string name; std::getline(names, name, ',');) {
    if (!name.empty()) law.add_unbound_categories("categories/" + name);
  }
  return Ok();
}

std::vector<rpc::Service*> Module::services() { return {&serving_->service}; }

Status Module::Start(const runtime::Peers& peers) {
  serving_->pricing.Connect(peers.To("catalog"), peers.To("promotions"));
  serving_->stock.Connect(peers.To("inventory"));
  serving_->card.Connect(peers.To("payments"));
  if (serving_->database->dialect() == db::Dialect::kPostgres) {
    serving_->watch.emplace(
        background::Repeater::Options{.name = "event_watch", .interval = background::kWatchInterval}, serving_->log,
        serving_->metrics,
        background::NotifyOfNew([&store = *serving_->store] { return store.LastPosition(); }, serving_->events));
  }
  serving_->recovery.emplace(
      background::Repeater::Options{.name = "order_recovery", .interval = configuration_.recovery_interval}, serving_->log,
      serving_->metrics, [serving = serving_.get()](const std::stop_token&) { serving->Recover(); });
  serving_->unfinished_told = serving_->unfinished.Listen([serving = serving_.get()] { serving->recovery->Ring(); });
  serving_->pipeline.Open();
  return Ok();
}

void Module::Serving::Recover() {
  if (!looked_back) looked_back = checkout.LookBack({.budget = kStepMax}).ok();
  if (checkout.Recover(kRecoveredMax, {.budget = kStepMax}) + checkout.CancelRunOut(kRecoveredMax) > 0) {
    events.Notify();
  } else {
    store->ForgetIntents(clock.Now() - kIntentsKept, kRecoveredMax);
  }
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->unfinished_told = {};
  serving_->recovery.reset();
  serving_->watch.reset();
}

void Module::Stop() { serving_.reset(); }

}  // namespace octavo::transactions
