#include "services/inventory/module.h"

#include "lib/runtime/store.h"
#include "services/inventory/migrations.h"

namespace octavo::inventory {
namespace {

// Of one transaction: 64 reservations of 3 lines are some 5 ms, during which SQLite's other writers wait.
constexpr int kSweptTogether = 64;

}  // namespace

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::Database> opened)
    : environment(environment),
      database(std::move(opened)),
      pipeline(environment.telemetry(), {.threads = static_cast<std::size_t>(configuration.threads),
                                         .queue_max = static_cast<std::size_t>(configuration.queue_max)}),
      service(store, hub, environment.clock, environment.page_tokens, pipeline) {}

void Module::Serving::Sweep(const std::stop_token& stop) {
  auto& expired = environment.metrics.Counter("inventory_reservations_expired_total", "Reservations whose time ran out");
  while (!stop.stop_requested()) {
    const Changed<int> swept = store.Sweep(environment.clock.Now(), kSweptTogether);
    hub.Publish(swept.stocks);
    expired.Increment(swept.answer);
    if (swept.answer < kSweptTogether) return;
  }
}

void Module::Configure(runtime::Options::Group options) {
  options.Add("database_url", &configuration_.database_url,
              "Where the stock is kept: postgresql://…, or a file. Empty: inventory/inventory.db in the data directory.");
  options.Add("threads", &configuration_.threads, "Calls that are worked on at once.");
  options.Add("queue_max", &configuration_.queue_max, "Calls that may wait for a thread; more are refused.");
  options.Add("sweep_interval", &configuration_.sweep_interval, "How often reservations past their time are cleared.");
}

Status Module::Open(const runtime::Environment& environment) {
  if (configuration_.threads < 1) return InvalidField("--inventory.threads", "must be at least 1");
  if (configuration_.sweep_interval.count() < 1) return InvalidField("--inventory.sweep_interval", "must be above 0");
  std::unique_ptr<db::Database> database = TRY(runtime::OpenStore(
      environment, {.module = name(), .url = std::string(configuration_.database_url.Reveal())}, Migrations()));
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database));
  return Ok();
}

Status Module::Start(const runtime::Peers&) {
  const runtime::Environment& environment = serving_->environment;
  serving_->sweep.emplace(background::Repeater::Options{.name = "inventory_sweep", .interval = configuration_.sweep_interval},
                          environment.log, environment.metrics, [this](const std::stop_token& stop) { serving_->Sweep(stop); });
  if (serving_->database->dialect() == db::Dialect::kPostgres) {
    serving_->watch.emplace(background::Repeater::Options{.name = "stock_watch", .interval = background::kWatchInterval},
                            environment.log, environment.metrics,
                            [this](const std::stop_token&) { serving_->stock_watch.Turn(); });
  }
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->watch.reset();
  serving_->sweep.reset();
}

}  // namespace octavo::inventory
