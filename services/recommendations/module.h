// The recommendations module: store, histories, shelves, learner and followers behind one pipeline.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/db/reopening.h"
#include "lib/runtime/degradable.h"
#include "lib/runtime/module.h"
#include "services/recommendations/classic_service.h"
#include "services/recommendations/follower.h"
#include "services/recommendations/learner.h"
#include "services/recommendations/recorder.h"
#include "services/recommendations/service.h"
#include "services/recommendations/shelves.h"
#include "services/recommendations/showroom.h"
#include "services/recommendations/sql_store.h"

namespace octavo::recommendations {

struct Configuration {
  Secret database_url;       // Empty: a SQLite file in the data folder.
  std::int64_t threads = 4;  // For what waits for the database; answers do not.
  std::int64_t queue_max = 256;
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
    Showroom showroom{ClassicService::Render};
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
  // Whether that went well; else the log says why, once.
  bool BegunOrTold();
  void BeginUntilStopped(const std::stop_token& stop);
  Status CheckConfiguration() const;
  Status CheckTraining() const;

  Configuration configuration_;
  std::unique_ptr<rpc::Telemetry> telemetry_;
  std::unique_ptr<Serving> serving_;
  std::string told_;  // Why it could not begin.
  std::atomic<bool> begun_ = false;
  std::jthread beginner_;  // While the store is away at the start.
};

}  // namespace octavo::recommendations
