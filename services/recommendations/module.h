// The recommendations module: store, histories, shelves, learner and followers behind one pipeline.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/background/repeater.h"
#include "lib/db/reopening.h"
#include "lib/runtime/degradable.h"
#include "lib/runtime/module.h"
#include "lib/runtime/store.h"
#include "services/recommendations/classic_service.h"
#include "services/recommendations/follower.h"
#include "services/recommendations/learner.h"
#include "services/recommendations/recorder.h"
#include "services/recommendations/service.h"
#include "services/recommendations/shelves.h"
#include "services/recommendations/snapshot_keeper.h"
#include "services/recommendations/sql_store.h"

namespace octavo::recommendations {

struct Configuration {
  // Threads for calls that wait for the database; answers come from memory.
  runtime::ServiceOptions service{.threads = 4, .queue_max = 256};
  double half_life_days = 180;
  double exploration_share = 0.1;
  double variety = 0.5;
  std::int64_t training_threads = 1;
  double training_cpu_share = 0.5;
  std::int64_t training_first_events = 200;
  std::int64_t training_renew_events = 1000;
  double training_renew_share = 0.1;
  std::chrono::milliseconds training_quiet{1000};
  std::string training_tune = "quick";
  std::string challenger = "none";
  double challenger_share = 0.5;
};

// The shop sells without it: a store that cannot be opened, or that the disk fails, is opened again every few seconds, and one
// that is damaged is set aside. Until then calls are refused and health says NOT_SERVING.
class Module final : public runtime::Module, public runtime::Degradable {
 public:
  Module() = default;
  // For tests; the options still may change it.
  explicit Module(Configuration configuration) : configuration_(std::move(configuration)) {}

  std::string name() const override { return "recommendations"; }
  std::vector<std::string> peers() const override { return {"catalog", "inventory", "transactions"}; }
  void Configure(runtime::Options::Group options) override;
  Status Open(const runtime::Environment& environment) override;
  std::vector<rpc::Service*> services() override;
  Status Start(const runtime::Peers& peers) override;
  void Close() override;
  void Stop() override;
  bool can_work() const override;

 private:
  // What is there from Open to Stop, in the order in which each needs the ones before.
  struct Serving {
    Serving(const runtime::Environment& environment, const Configuration& configuration,
            std::unique_ptr<db::ReopeningDatabase> opened);

    std::unique_ptr<db::ReopeningDatabase> database;
    SqlStore store;
    Histories histories;
    SnapshotKeeper snapshots;
    Learner learner;
    Recorder recorder;
    Shelves shelves;
    rpc::Pipeline pipeline;
    RecommendationsService service;
    ClassicService classic;
    std::unique_ptr<CatalogueFollower> catalogue;  // From Start on, as the next.
    std::unique_ptr<StockFollower> stock;
    std::unique_ptr<OrderFollower> orders;
  };

  // Reads what the store remembers and begins to work. An error: the store is away.
  Status Begin();
  Status CheckConfiguration() const;
  Status CheckTraining() const;

  Configuration configuration_;
  std::unique_ptr<rpc::Telemetry> telemetry_;
  std::unique_ptr<Serving> serving_;
  std::atomic<bool> begun_ = false;
  std::optional<background::Repeater> start_;  // From Start to Close: begins, as soon as the store is there.
};

}  // namespace octavo::recommendations
