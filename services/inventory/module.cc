#include "services/inventory/module.h"

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
      pipeline(environment.telemetry(), configuration.service.pool()),
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
  configuration_.service.AddTo(options, "the stock");
  options.Add("sweep_interval", &configuration_.sweep_interval, "How often reservations past their time are cleared.");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(configuration_.service.Check(name()));
  if (configuration_.sweep_interval.count() < 1) return InvalidField("--inventory.sweep_interval", "must be above 0");
  std::unique_ptr<db::Database> database =
      TRY(runtime::OpenDatabase(environment, name(), configuration_.service.database_url, Migrations()));
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
