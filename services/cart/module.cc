#include "services/cart/module.h"

#include "services/cart/migrations.h"

namespace octavo::cart {

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::Database> opened)
    : environment(environment),
      database(std::move(opened)),
      shop(environment.telemetry(), configuration.shop_budget, environment.currency),
      pipeline(environment.telemetry(), configuration.service.pool()),
      service(store, shop, environment.clock, pipeline) {}

void Module::Configure(runtime::Options::Group options) {
  configuration_.service.AddTo(options, "carts");
  options.Add("shop_budget", &configuration_.shop_budget, "How long a cart waits for prices and availability.");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(configuration_.service.Check(name()));
  if (configuration_.shop_budget.count() < 1) return InvalidField("--cart.shop_budget", "must be above 0");
  std::unique_ptr<db::Database> database =
      TRY(runtime::OpenDatabase(environment, name(), configuration_.service.database_url, Migrations()));
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
