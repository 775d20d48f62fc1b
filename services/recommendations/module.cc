#include "services/recommendations/module.h"

#include "lib/base/failure.h"
#include "lib/db/migrations.h"
#include "recommender/tune.h"
#include "services/recommendations/migrations.h"

namespace octavo::recommendations {
namespace {

std::optional<Challenger> ParseChallenger(const std::string& name) {
  if (name == "none") return Challenger::kNone;
  if (name == "neighbours") return Challenger::kNeighbours;
  if (name == "untuned") return Challenger::kUntuned;
  return std::nullopt;
}

Status Require(bool holds, const char* option, const char* rule) {
  if (holds) return Ok();
  return Error{Code::kInvalidArgument, "BAD_OPTION", std::string("--recommendations.") + option + ": " + rule};
}

Learner::Options LearnerOptions(const runtime::Environment& environment, const Configuration& configuration) {
  return {.folder = environment.data_dir / "recommendations" / "models",
          .threads = static_cast<int>(configuration.training_threads),
          .cpu_share = configuration.training_cpu_share,
          .first_events = configuration.training_first_events,
          .renew_events = configuration.training_renew_events,
          .renew_share = configuration.training_renew_share,
          .quiet = configuration.training_quiet,
          .tune = *recommender::ParseTuneEffort(configuration.training_tune),
          .challenger = *ParseChallenger(configuration.challenger)};
}

// How often a store that is away is asked for.
constexpr std::chrono::seconds kRetry{2};

// What the store's comings and goings are to whoever looks after the shop.
db::ReopeningDatabase::Listener Tell(const runtime::Environment& environment) {
  auto& open = environment.metrics.Gauge("recommendations_store_open", "1 while the store of readers' events can be used.");
  open.Set(1);
  return {.away =
              [&open, &log = environment.log](const std::string& why) {
                open.Set(0);
                log.Error("recommendations_store_away", {{"why", why}, {"what", "it is tried again; the shop goes on without"}});
              },
          .set_aside =
              [&log = environment.log](const std::string& file, const std::string& kept_as) {
                log.Error("recommendations_store_damaged",
                          {{"file", file}, {"kept_as", kept_as}, {"what", "an empty one is begun in its place"}});
              },
          .back =
              [&open, &log = environment.log] {
                open.Set(1);
                log.Info("recommendations_store_back");
              }};
}

}  // namespace

Module::Serving::Serving(const runtime::Environment& environment, const Configuration& configuration,
                         std::unique_ptr<db::ReopeningDatabase> opened)
    : database(std::move(opened)),
      store(*database),
      snapshots(environment.log, environment.metrics, ClassicService::Render),
      learner(store, snapshots, environment.clock, environment.random, environment.log, environment.metrics,
              LearnerOptions(environment, configuration)),
      recorder(store, histories, [this](std::int64_t count) { learner.AddEvents(count); }),
      shelves(snapshots, histories, environment.clock,
              {.half_life_days = configuration.half_life_days,
               .exploration_share = configuration.exploration_share,
               .variety = configuration.variety,
               .challenger_share = configuration.challenger == "none" ? 0 : configuration.challenger_share}),
      pipeline(environment.telemetry(), configuration.service.pool()),
      service({shelves, recorder, learner, store, environment.clock, environment.page_tokens}, pipeline),
      classic(shelves, pipeline) {}

void Module::Configure(runtime::Options::Group options) {
  Configuration& c = configuration_;
  c.service.AddTo(options, "readers' events and models");
  options.Add("half_life_days", &c.half_life_days, "What a reader did counts half after so many days.");
  options.Add("exploration_share", &c.exploration_share, "Share of a shelf for new and rare books; 0.1 is one book of ten.");
  options.Add("variety", &c.variety,
              "How lively the order of popular books changes between readers and days; 0: not at all, 1: much.");
  options.Add("training_threads", &c.training_threads, "Threads that train a model.");
  options.Add("training_cpu_share", &c.training_cpu_share, "At most this share of each of them is used; above 0, to 1.");
  options.Add("training_first_events", &c.training_first_events, "The first model is trained from so many events on.");
  options.Add("training_renew_events", &c.training_renew_events, "A new model is trained after so many new events …");
  options.Add("training_renew_share", &c.training_renew_share,
              "… and when they are this share of those that the last one learned from.");
  options.Add("training_tune", &c.training_tune,
              "How settings are chosen: none (the engine's), quick (ten trials), full (many; hours on large data).");
  options.Add("challenger", &c.challenger,
              "A second model to try against the live one: none, neighbours (plain item neighbours), untuned.");
  options.Add("challenger_share", &c.challenger_share, "Share of the readers whom the challenger answers.");
  options.Add("training_quiet", &c.training_quiet, "Training waits until no event came for so long, 30 s at most.");
}

Status Module::CheckConfiguration() const {
  const Configuration& c = configuration_;
  TRY(c.service.Check(name()));
  TRY(Require(c.half_life_days > 0, "half_life_days", "must be above 0"));
  TRY(Require(c.exploration_share >= 0 && c.exploration_share <= 0.5, "exploration_share", "must be from 0 to 0.5"));
  TRY(Require(c.variety >= 0 && c.variety <= 1, "variety", "must be from 0 to 1"));
  return CheckTraining();
}

Status Module::CheckTraining() const {
  const Configuration& c = configuration_;
  TRY(Require(c.training_threads >= 1, "training_threads", "must be at least 1"));
  TRY(Require(c.training_cpu_share > 0 && c.training_cpu_share <= 1, "training_cpu_share", "must be above 0 and at most 1"));
  TRY(Require(c.training_renew_share >= 0, "training_renew_share", "must not be negative"));
  TRY(Require(recommender::ParseTuneEffort(c.training_tune).ok(), "training_tune", "must be none, quick or full"));
  TRY(Require(ParseChallenger(c.challenger).has_value(), "challenger", "must be none, neighbours or untuned"));
  return Require(c.challenger_share >= 0 && c.challenger_share <= 1, "challenger_share", "must be from 0 to 1");
}

Status Module::Open(const runtime::Environment& environment) {
  TRY(CheckConfiguration());
  const std::string url = TRY(runtime::StoreUrl(environment.data_dir, name(), configuration_.service.database_url));
  telemetry_ = std::make_unique<rpc::Telemetry>(environment.telemetry());
  auto database = std::make_unique<db::ReopeningDatabase>(
      db::Options{.url = url}, environment.random, [](db::Database& opened) { return db::Migrate(opened, Migrations()); },
      Tell(environment), kRetry);
  serving_ = std::make_unique<Serving>(environment, configuration_, std::move(database));
  runtime::CheckInBackground(environment, name(), url);
  return Ok();
}

std::vector<rpc::Service*> Module::services() { return {&serving_->service, &serving_->classic}; }

Status Module::Start(const runtime::Peers& peers) {
  Serving& s = *serving_;
  s.catalogue = std::make_unique<CatalogueFollower>(peers.To("catalog"), *telemetry_, s.snapshots);
  s.stock = std::make_unique<StockFollower>(peers.To("inventory"), *telemetry_, s.snapshots);
  s.orders = std::make_unique<OrderFollower>(peers.To("transactions"), *telemetry_, s.recorder);
  if (Begin().ok()) return Ok();
  start_.emplace(background::Repeater::Options{.name = "recommendations_start", .interval = kRetry}, telemetry_->log,
                 telemetry_->metrics, [this](const std::stop_token&) {
                   if (begun_) return;
                   if (const Status begun = Begin(); !begun.ok()) throw Failure(begun.error(), begun.error().message);
                 });
  return Ok();
}

Status Module::Begin() {
  Serving& s = *serving_;
  try {
    if (!s.database->open()) return Error{Code::kUnavailable, "STORE_AWAY", "the store cannot be opened"};
    const std::int64_t learned = TRY(s.learner.Open());
    s.histories.Clear();  // A reading that broke off has left some.
    s.learner.AddEvents(s.recorder.Replay(learned));
  } catch (const std::exception& exception) {
    return Error{Code::kUnavailable, "STORE_FAILED", exception.what()};
  }
  telemetry_->log.Info("histories_read", {{"readers", s.histories.size()}});
  s.snapshots.WaitUntilCurrent();
  s.catalogue->Start();
  s.stock->Start();
  s.learner.Start();
  s.recorder.Start();
  s.orders->Start();
  s.pipeline.Open();
  begun_ = true;
  return Ok();
}

bool Module::can_work() const { return begun_ && serving_->database->open(); }

void Module::Close() {
  start_.reset();
  Serving& s = *serving_;
  // The recorder after the pipeline: streams that end wait for their events.
  s.pipeline.Close();
  if (s.catalogue != nullptr) s.catalogue->Stop();
  if (s.stock != nullptr) s.stock->Stop();
  if (s.orders != nullptr) s.orders->Stop();
  s.recorder.Stop();
  s.learner.Stop();
}

void Module::Stop() { serving_.reset(); }

}  // namespace octavo::recommendations
