// The inventory module: the store, the service in front of it, those who watch, and what expires reservations.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/background/log_watch.h"
#include "lib/base/secret.h"
#include "lib/db/database.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"
#include "services/inventory/service.h"
#include "services/inventory/sql_store.h"
#include "services/inventory/stock_hub.h"
#include "services/inventory/stock_watch.h"

namespace octavo::inventory {

struct Configuration {
  // As many threads as one commit may hold changes: fewer would make smaller groups.
  runtime::ServiceOptions service{.threads = 64, .queue_max = 1024};
  std::chrono::milliseconds sweep_interval{1000};
};

class Module final : public runtime::Module {
 public:
  std::string name() const override { return "inventory"; }
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
    StockHub hub;
    rpc::Pipeline pipeline;
    InventoryService service;
    StockWatch stock_watch{store, hub};
    std::optional<background::Repeater> sweep;  // Between Start and Close, as the next.
    std::optional<background::Repeater> watch;  // Where other processes may write to the database.

    // Expires reservations soon after their time, so that their copies show as available. Nothing depends on it but that:
    // whoever needs the copies of a reservation past its time takes them anyway.
    void Sweep(const std::stop_token& stop);
  };

  Configuration configuration_;
  std::unique_ptr<Serving> serving_;  // From Open to Stop.
};

}  // namespace octavo::inventory
