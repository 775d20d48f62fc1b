#include "services/cart/module.h"

#include "lib/runtime/store.h"
#include "services/cart/migrations.h"

namespace octavo::cart {

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::Database> opened)
    : environment(environment),
      database(std::move(opened)),
      shop(environment.telemetry(), configuration.shop_budget, environment.currency),
      pipeline(environment.telemetry(), {.threads = static_cast<std::size_t>(configuration.threads),
                                         .queue_max = static_cast<std::size_t>(configuration.queue_max)}),
      service(store, shop, environment.clock, pipeline) {}

void Module::Configure(runtime::Options::Group options) {
  options.Add("database_url", &configuration_.database_url,
              "Where carts are kept: postgresql://…, or a file. Empty: cart/cart.db in the data directory.");
  options.Add("threads", &configuration_.threads, "Calls that are worked on at once.");
  options.Add("queue_max", &configuration_.queue_max, "Calls that may wait for a thread; more are refused.");
  options.Add("shop_budget", &configuration_.shop_budget, "How long a cart waits for prices and availability.");
}

Status Module::Open(const runtime::Environment& environment) {
  if (configuration_.threads < 1) return InvalidField("--cart.threads", "must be at least 1");
  if (configuration_.shop_budget.count() < 1) return InvalidField("--cart.shop_budget", "must be above 0");
  std::unique_ptr<db::Database> database = TRY(runtime::OpenStore(
      environment, {.module = name(), .url = std::string(configuration_.database_url.Reveal())}, Migrations()));
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database));
  return Ok();
}

Status Module::Start(const runtime::Peers& peers) {
  serving_->shop.Connect(peers.To("catalog"), peers.To("inventory"));
  serving_->follower.emplace(peers.To("transactions"), serving_->store, serving_->environment.telemetry());
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->follower.reset();
}

}  // namespace octavo::cart
