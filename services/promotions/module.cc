#include "services/promotions/module.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "services/promotions/follower.h"
#include "services/promotions/identity.h"
#include "services/promotions/migrations.h"
#include "services/promotions/service.h"
#include "services/promotions/sql_store.h"

namespace octavo::promotions {

struct Module::Serving {
  Serving(const runtime::Environment& environment, const Configuration& configuration, std::unique_ptr<db::Database> opened,
          Secret key, Shop its_shop)
      : telemetry(environment.telemetry()),
        database(std::move(opened)),
        identity(std::move(key)),
        shop(std::move(its_shop)),
        pipeline(telemetry, configuration.service.pool()),
        service(store, identity, shop, telemetry.clock, environment.page_tokens, telemetry, pipeline) {}

  const rpc::Telemetry telemetry;
  const std::unique_ptr<db::Database> database;
  SqlStore store{*database};
  const Identity identity;
  const Shop shop;
  rpc::Pipeline pipeline;
  PromotionsService service;
  std::optional<OrderFollower> follower;  // From Start to Close.
};

Module::Module() = default;
Module::~Module() = default;

void Module::Configure(runtime::Options::Group options) {
  configuration_.service.AddTo(options, "campaigns and redemptions");
  options.Add("identity_key", &configuration_.identity_key,
              "64 hexadecimal digits under which e-mail addresses are hashed. Several processes on one database need the "
              "same. Empty: promotions/identity.key in the data directory, made at the first start.");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(configuration_.service.Check(name()));
  Shop shop{.currency = environment.currency, .time_zone = environment.time_zone};
  const std::filesystem::path folder = environment.data_dir / name();
  std::filesystem::create_directories(folder);
  Secret key = configuration_.identity_key.empty()
                   ? TRY(LoadOrMakeKey(folder / "identity.key", environment.random))
                   : TRY(ParseKey(configuration_.identity_key.Reveal(), "--promotions.identity_key"));
  std::unique_ptr<db::Database> database = TRY(runtime::OpenDatabase(
      environment, name(), configuration_.service.database_url, Migrations(), static_cast<int>(configuration_.service.threads)));
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database), std::move(key), std::move(shop));
  return Ok();
}

std::vector<rpc::Service*> Module::services() { return {&serving_->service}; }

Status Module::Start(const runtime::Peers& peers) {
  serving_->service.Connect(peers.To("catalog"));
  serving_->follower.emplace(peers.To("transactions"), serving_->telemetry, serving_->store, serving_->identity);
  serving_->pipeline.Open();
  return Ok();
}

void Module::Close() {
  serving_->pipeline.Close();
  serving_->follower.reset();
}

void Module::Stop() { serving_.reset(); }

}  // namespace octavo::promotions
