#include "services/recommendations/learner.h"

#include <sys/resource.h>

#include <algorithm>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

#include "lib/base/failure.h"
#include "lib/base/uuid.h"
#include "recommender/measure.h"
#include "recommender/split.h"
#include "services/recommendations/domain/history.h"

namespace octavo::recommendations {
namespace {

constexpr int kPage = 10'000;  // Events read at a time: 2 MB.
constexpr int kNice = 10;      // Of 19: behind everything that answers somebody.
constexpr const char* kModelSuffix = ".model";

constexpr std::size_t kQualityK = 20;
constexpr std::uint64_t kQualitySeed = 20;          // Another part is held back than tuning sees.
constexpr std::size_t kQualityReadersMax = 20'000;  // At 0.1 ms each: two seconds, and a spread below 0.005.

// The popular books that the reader does not have.
recommender::AnswerFunction PopularAnswers(const recommender::Interactions& train) {
  std::vector<std::uint32_t> readers(train.items().size(), 0);
  for (recommender::UserIndex user = 0; user < train.users().size(); ++user) {
    for (const ItemIndex item : train.ItemsOf(user)) ++readers[item];
  }
  std::vector<ItemIndex> order(readers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](ItemIndex a, ItemIndex b) { return readers[a] > readers[b]; });
  return [&train, order = std::move(order)](int, recommender::UserIndex user, std::span<ItemIndex> answer) {
    const auto owned = train.ItemsOf(user);
    std::size_t count = 0;
    for (std::size_t i = 0; i < order.size() && count < answer.size(); ++i) {
      if (!std::binary_search(owned.begin(), owned.end(), order[i])) answer[count++] = order[i];
    }
    return count;
  };
}

// At most kQualityReadersMax of the readers, evenly spread.
Result<recommender::Interactions> SampleReaders(const recommender::Interactions& all) {
  recommender::InteractionsBuilder sample(all.users(), all.items());
  const std::size_t step = (all.users().size() + kQualityReadersMax - 1) / kQualityReadersMax;
  for (std::size_t user = 0; user < all.users().size(); user += std::max<std::size_t>(step, 1)) {
    const auto index = static_cast<recommender::UserIndex>(user);
    for (const ItemIndex item : all.ItemsOf(index)) TRY(sample.Add(all.users().id(index), all.items().id(item)));
  }
  return sample.Build();
}

Error Stopped() { return Error{Code::kCancelled, "STOPPED", "the training was stopped"}; }

}  // namespace

Learner::Learner(Store& store, SnapshotKeeper& snapshots, const Clock& clock, Random& random, obs::Log& log,
                 obs::Metrics& metrics, Options options)
    : store_(store),
      snapshots_(snapshots),
      clock_(clock),
      random_(random),
      log_(log),
      metrics_(metrics),
      options_(std::move(options)) {}

Learner::~Learner() { Stop(); }

Result<std::int64_t> Learner::Open() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error) {
    return Error{Code::kUnavailable, "BAD_MODEL_FOLDER",
                 "cannot make the folder for models " + options_.folder.string() + ": " + error.message()};
  }
  std::optional<NamedModel> live = OpenLatest(Arm::kLive);
  std::optional<NamedModel> challenger;
  if (live && options_.challenger != Challenger::kNone) challenger = OpenLatest(Arm::kChallenger);
  if (live) snapshots_.SetModels(*std::move(live), std::move(challenger).value_or(NamedModel{}));
  const std::lock_guard lock(mutex_);
  return state_.live ? state_.live->last_position : 0;
}

// The newest model whose file is whole; what is not is set aside.
std::optional<NamedModel> Learner::OpenLatest(Arm arm) {
  while (std::optional<ModelRecord> record = store_.LatestModel(arm)) {
    const std::filesystem::path file = FileOf(record->name);
    Result<recommender::Model> model = recommender::Model::Open(file);
    if (model.ok()) {
      NamedModel named{"models/" + record->name, std::make_shared<const recommender::Model>(std::move(model).value())};
      log_.Info("model_opened", {{"model", record->name}, {"bytes", record->bytes}});
      const std::lock_guard lock(mutex_);
      if (arm == Arm::kLive) state_.live = *std::move(record);
      return named;
    }
    log_.Error("model_unusable", {{"model", record->name},
                                  {"reason", model.error().reason},
                                  {"message", model.error().message},
                                  {"what", "it is set aside; the one before answers until a new one is trained"}});
    std::error_code ignored;  // There may be no file at all.
    std::filesystem::rename(file, file.string() + ".damaged", ignored);
    store_.RetireModel(record->name);
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  return std::nullopt;
}

void Learner::Start() {
  worker_.emplace(background::Repeater::Options{.name = "training", .interval = options_.retry}, log_, metrics_,
                  [this](const std::stop_token& stop) { TrainWhileDue(stop); });
}

void Learner::Stop() { worker_.reset(); }

void Learner::AddEvents(std::int64_t count) {
  const std::lock_guard lock(mutex_);
  state_.newer_events += count;
  if (count == 0) return;
  changed_.notify_all();
  if (worker_ && !state_.training && IsDue()) worker_->Ring();
}

bool Learner::TrainNow() {
  const std::lock_guard lock(mutex_);
  if (state_.training || asked_) return false;
  asked_ = true;
  changed_.notify_all();
  if (worker_) worker_->Ring();
  return true;
}

Learner::State Learner::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

// Under mutex_.
bool Learner::IsDue() const {
  if (asked_) return true;
  if (clock_.MonotonicNow() < not_before_) return false;
  if (!state_.live) return state_.newer_events >= options_.first_events;
  const auto share = static_cast<std::int64_t>(options_.renew_share * static_cast<double>(state_.live->interactions));
  return state_.newer_events >= std::max(options_.renew_events, share);
}

// Under mutex_, which it lets go while waiting.
void Learner::WaitForQuiet(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const auto end = clock_.MonotonicNow() + options_.quiet_max;
  while (!asked_ && clock_.MonotonicNow() < end) {
    const std::int64_t before = state_.newer_events;
    const bool more = changed_.wait_for(lock, stop, options_.quiet, [&] { return asked_ || state_.newer_events != before; });
    if (!more || stop.stop_requested()) return;
  }
}

void Learner::TrainWhileDue(const std::stop_token& stop) {
  // On Linux this is the priority of the calling thread, and of those that it starts.
  setpriority(PRIO_PROCESS, 0, kNice);
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && IsDue()) {
    WaitForQuiet(lock, stop);
    if (stop.stop_requested()) return;
    asked_ = false;
    state_.training = true;
    const std::int64_t covered = state_.newer_events;
    lock.unlock();
    Result<ModelRecord> trained = [&]() -> Result<ModelRecord> {
      try {
        return TrainAll(stop);
      } catch (const std::exception& exception) {
        return Error{Code::kInternal, "TRAINING_FAILED", exception.what()};
      }
    }();
    lock.lock();
    EndTraining(std::move(trained), covered, stop);
  }
}

// Under mutex_. Throws what the log and the metrics shall tell of.
void Learner::EndTraining(Result<ModelRecord> trained, std::int64_t covered, const std::stop_token& stop) {
  state_.training = false;
  if (trained.ok()) {
    state_.newer_events -= covered;
    state_.live = *std::move(trained);
    return;
  }
  if (stop.stop_requested()) return;
  not_before_ = clock_.MonotonicNow() + options_.retry;
  if (trained.error().reason != "NO_INTERACTIONS") throw Failure(trained.error(), ToString(trained.error()));
  log_.Info("nothing_to_learn");  // A shop without readers; nothing is amiss with it.
}

// All that says something of readers, by reader and book.
Result<recommender::Interactions> Learner::ReadEvents(const std::stop_token& stop, std::int64_t& last_position) {
  recommender::InteractionsBuilder builder;
  for (;;) {
    if (stop.stop_requested()) return Stopped();
    const std::vector<StoredEvent> page = store_.EventsAfter(last_position, kPage, Impressions::kWithout);
    for (const auto& [position, event] : page) {
      last_position = position;
      const float weight = WeightOf(event.type, event.rating);
      if (weight == 0) continue;
      TRY(builder.Add(event.reader.value(), std::to_string(event.book.value()), weight, ToMicros(event.time)));
    }
    if (page.size() < kPage) return builder.Build();
  }
}

Result<ModelRecord> Learner::TrainAll(const std::stop_token& stop) {
  std::int64_t last_position = 0;
  const recommender::Interactions interactions = TRY(ReadEvents(stop, last_position));
  log_.Info("training_started", {{"readers", interactions.users().size()},
                                 {"books", interactions.items().size()},
                                 {"interactions", interactions.size()},
                                 {"untaught_readers", interactions.report().untaught}});
  const bool is_first = !state().live.has_value();
  if (!is_first && interactions.size() >= 2 * tuned_interactions_) TRY(Tune(interactions, stop));

  Trained live = TRY(TrainOne(interactions, settings_, Arm::kLive, last_position, stop));
  NamedModel challenger;
  if (options_.challenger != Challenger::kNone) {
    Result<NamedModel> trained = TrainChallenger(interactions, last_position, stop);
    if (!trained.ok()) log_.Warn("no_challenger", {{"message", trained.error().message}});
    if (trained.ok()) challenger = *std::move(trained);
  }
  std::set<std::string> kept = {live.record.name};
  if (challenger.model != nullptr) kept.insert(challenger.name.substr(challenger.name.find('/') + 1));
  snapshots_.SetModels(std::move(live.model), std::move(challenger));
  RemoveOldFiles(kept);
  if (is_first && options_.tune != recommender::TuneEffort::kNone) {
    const std::lock_guard lock(mutex_);
    asked_ = true;  // Again at once, with settings chosen for these readers.
  }
  return live.record;
}

recommender::TrainOptions Learner::TrainOptionsOf(const std::stop_token& stop) {
  last_step_ = clock_.MonotonicNow();
  return {.threads = options_.threads, .progress = [this, stop](const auto&) { HoldBack(stop); }, .stop = stop};
}

Status Learner::Tune(const recommender::Interactions& interactions, const std::stop_token& stop) {
  if (options_.tune == recommender::TuneEffort::kNone) return Ok();
  const recommender::Tuning tuning = TRY(recommender::Tune(
      interactions, {.effort = options_.tune, .time_max = options_.tune_max, .train = TrainOptionsOf(stop)}, clock_));
  settings_ = tuning.settings;
  tuned_interactions_ = interactions.size();
  log_.Info("settings_chosen", {{"trials", tuning.trials.size()}, {"settings", recommender::ToJson(settings_)}});
  return Ok();
}

Result<Learner::Trained> Learner::TrainOne(const recommender::Interactions& interactions, const recommender::Settings& settings,
                                           Arm arm, std::int64_t last_position, const std::stop_token& stop) {
  const auto started = clock_.MonotonicNow();
  ModelRecord record{.name = NewUuid(clock_, random_), .arm = arm, .train_time = clock_.Now(), .last_position = last_position};
  TRY(TRY(recommender::Train(interactions, settings, TrainOptionsOf(stop))).Save(FileOf(record.name)));
  // From the file, so that its pages are shared and can be dropped.
  auto model = std::make_shared<const recommender::Model>(TRY(recommender::Model::Open(FileOf(record.name))));
  record.train_seconds = std::chrono::duration<double>(clock_.MonotonicNow() - started).count();
  record.readers = static_cast<std::int64_t>(model->users());
  record.books = static_cast<std::int64_t>(model->items());
  record.interactions = static_cast<std::int64_t>(model->interactions());
  record.bytes = static_cast<std::int64_t>(model->bytes());
  record.settings = model->settings();
  record.quality = TRY(MeasureQuality(interactions, settings, stop));
  store_.PutModel(record);
  log_.Info("model_trained", {{"model", record.name},
                              {"arm", arm == Arm::kLive ? "live" : "challenger"},
                              {"seconds", record.train_seconds},
                              {"bytes", record.bytes},
                              {"recall_at_20", record.quality["recall@20"]},
                              {"popular_recall_at_20", record.quality["popular.recall@20"]}});
  std::string name = "models/" + record.name;
  return Trained{std::move(record), {std::move(name), std::move(model)}};
}

Result<NamedModel> Learner::TrainChallenger(const recommender::Interactions& interactions, std::int64_t last_position,
                                            const std::stop_token& stop) {
  recommender::Settings settings;
  if (options_.challenger == Challenger::kNeighbours) settings.method = recommender::Method::kNeighbours;
  return TRY(TrainOne(interactions, settings, Arm::kChallenger, last_position, stop)).model;
}

// How well the settings answer readers a part of whose books is held back, beside what is popular. Costs a second
// training; empty where no reader has two books.
Result<std::map<std::string, double>> Learner::MeasureQuality(const recommender::Interactions& interactions,
                                                              const recommender::Settings& settings,
                                                              const std::stop_token& stop) {
  const Result<recommender::Split> split = recommender::SplitInteractions(interactions, {.seed = kQualitySeed});
  if (!split.ok()) return std::map<std::string, double>();
  recommender::Model model = TRY(recommender::Train(split->train, settings, TrainOptionsOf(stop)));
  const recommender::Recommender recommender(std::make_shared<const recommender::Model>(std::move(model)));
  const recommender::Interactions held_out = TRY(SampleReaders(split->held_out));
  std::map<std::string, double> quality;
  const auto add = [&](const std::string& prefix, const recommender::AnswerFunction& answer) {
    const auto measured = recommender::Measure(split->train, held_out, answer, {kQualityK}, options_.threads);
    quality[prefix + "recall@20"] = measured.quality[0].recall;
    quality[prefix + "ndcg@20"] = measured.quality[0].ndcg;
    quality[prefix + "coverage@20"] = measured.quality[0].coverage;
    quality["readers"] = static_cast<double>(measured.readers);
  };
  add("", recommender::AnswersOf(recommender, split->train, options_.threads));
  add("popular.", PopularAnswers(split->train));
  return quality;
}

// Rests for as long as keeps the thread below its share. Called between steps of the training.
void Learner::HoldBack(const std::stop_token& stop) {
  if (options_.cpu_share < 1) {
    const auto worked = clock_.MonotonicNow() - last_step_;
    const auto rest = worked * (1 / options_.cpu_share - 1);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, rest, [] { return false; });
  }
  last_step_ = clock_.MonotonicNow();
}

// Keeps the new models' files and the live one's before, for the case that the new one gets damaged.
void Learner::RemoveOldFiles(const std::set<std::string>& kept) {
  const std::optional<ModelRecord> before = state().live;
  std::error_code ignored;  // A file that cannot be removed only takes room; the next training tries again.
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, ignored)) {
    const std::string name = entry.path().stem();
    if (entry.path().extension() != kModelSuffix || kept.contains(name) || (before && before->name == name)) continue;
    std::filesystem::remove(entry.path(), ignored);
    store_.RetireModel(name);
  }
}

}  // namespace octavo::recommendations
