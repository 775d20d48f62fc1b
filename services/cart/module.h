// The cart module: the store, the service in front of it, and the follower of the shop's orders.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/secret.h"
#include "lib/db/database.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"
#include "services/cart/follower.h"
#include "services/cart/service.h"
#include "services/cart/shop_client.h"
#include "services/cart/sql_store.h"

namespace octavo::cart {

struct Configuration {
  // As many threads as one commit may hold changes: fewer would make smaller groups.
  runtime::ServiceOptions service{.threads = 64, .queue_max = 1024};
  // A page with the cart in it has 300 ms.
  std::chrono::milliseconds shop_budget{200};
};

class Module final : public runtime::Module {
 public:
  std::string name() const override { return "cart"; }
  std::vector<std::string> peers() const override { return {"catalog", "inventory", "transactions"}; }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override { return {&serving_->service}; }
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override { serving_.reset(); }

 private:
  struct Serving {
    Serving(const runtime::Environment& environment, const Configuration& configuration, std::unique_ptr<db::Database> opened);

    const runtime::Environment& environment;
    const std::unique_ptr<db::Database> database;
    SqlStore store{*database};
    ShopClient shop;
    rpc::Pipeline pipeline;
    CartService service;
    std::optional<Follower> follower;  // Between Start and Close.
  };

  Configuration configuration_;
  std::unique_ptr<Serving> serving_;  // From Open to Stop.
};

}  // namespace octavo::cart
