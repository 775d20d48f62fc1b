#include "services/inventory/module.h"

#include "lib/runtime/store.h"
#include "services/inventory/migrations.h"

namespace octavo::inventory {

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::Database> opened)
    : environment(environment),
      database(std::move(opened)),
      pipeline(environment.telemetry(), {.threads = static_cast<std::size_t>(configuration.threads),
                                         .queue_max = static_cast<std::size_t>(configuration.queue_max)}),
      service(store, hub, environment.clock, environment.page_tokens, pipeline) {}

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
  serving_->sweeper.emplace(serving_->store, serving_->hub, serving_->environment.clock, serving_->environment.log,
                            serving_->environment.metrics,
                            Sweeper::Options{.interval = configuration_.sweep_interval});
  if (serving_->database->dialect() == db::Dialect::kPostgres) {
    serving_->watch.emplace("stock_watch", serving_->environment.log, [this] { serving_->stock_watch.Turn(); });
  }
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->watch.reset();
  serving_->sweeper.reset();
}

}  // namespace octavo::inventory
