#include "services/recommendations/learner.h"

#include <sys/resource.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "lib/base/uuid.h"
#include "services/recommendations/domain/history.h"

namespace octavo::recommendations {
namespace {

constexpr int kPage = 10'000;        // Events read at a time: 2 MB.
constexpr int kNice = 10;            // Of 19: behind everything that answers somebody.
constexpr const char* kModelSuffix = ".model";

Error Stopped() { return Error{Code::kCancelled, "STOPPED", "the training was stopped"}; }

}  // namespace

Learner::Learner(Store& store, Showroom& showroom, const Clock& clock, Random& random, obs::Log& log, Options options)
    : store_(store), showroom_(showroom), clock_(clock), random_(random), log_(log), options_(std::move(options)) {}

Learner::~Learner() { Stop(); }

Result<std::int64_t> Learner::Open() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error) {
    return Error{Code::kUnavailable, "BAD_MODEL_FOLDER",
                 "cannot make the folder for models " + options_.folder.string() + ": " + error.message()};
  }
  if (std::optional<NamedModel> live = OpenLatest(Arm::kLive)) showroom_.SetModels(*std::move(live), {});
  const std::lock_guard lock(mutex_);
  return state_.live ? state_.live->last_position : 0;
}

// The newest model whose file is whole; what is not is set aside.
std::optional<NamedModel> Learner::OpenLatest(Arm arm) {
  while (std::optional<ModelRecord> record = store_.LatestModel(arm)) {
    const std::filesystem::path file = FileOf(record->name);
    Result<recommender::Model> model = recommender::Model::Open(file);
    if (model.ok()) {
      NamedModel named{"models/" + record->name,
                       std::make_shared<const recommender::Model>(std::move(model).value())};
      log_.Info("model_opened", {{"model", record->name}, {"bytes", record->bytes}});
      const std::lock_guard lock(mutex_);
      state_.live = *std::move(record);
      return named;
    }
    log_.Error("model_unusable", {{"model", record->name},
                                  {"reason", model.error().reason},
                                  {"message", model.error().message},
                                  {"what", "it is set aside; the one before answers until a new one is trained"}});
    std::error_code ignored;  // There may be no file at all.
    std::filesystem::rename(file, file.string() + ".damaged", ignored);
    store_.DeleteModel(record->name);
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  return std::nullopt;
}

void Learner::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Work(std::move(stop)); });
}

void Learner::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Learner::AddEvents(std::int64_t count) {
  const std::lock_guard lock(mutex_);
  state_.newer_events += count;
  if (count > 0) changed_.notify_all();
}

bool Learner::TrainNow() {
  const std::lock_guard lock(mutex_);
  if (state_.training || asked_) return false;
  asked_ = true;
  changed_.notify_all();
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
    const bool more =
        changed_.wait_for(lock, stop, options_.quiet, [&] { return asked_ || state_.newer_events != before; });
    if (!more || stop.stop_requested()) return;
  }
}

void Learner::Work(std::stop_token stop) {
  // On Linux this is the priority of the calling thread, and of those that it starts.
  setpriority(PRIO_PROCESS, 0, kNice);
  std::unique_lock lock(mutex_);
  for (;;) {
    // Looked at again now and then, for not_before_ passes without a sign.
    while (!stop.stop_requested() && !IsDue()) changed_.wait_for(lock, stop, options_.retry, [this] { return IsDue(); });
    if (stop.stop_requested()) return;
    WaitForQuiet(lock, stop);
    asked_ = false;
    state_.training = true;
    const std::int64_t covered = state_.newer_events;
    lock.unlock();
    Result<ModelRecord> trained = [&]() -> Result<ModelRecord> {
      try {
        return TrainOnce(stop);
      } catch (const std::exception& exception) {
        return Error{Code::kInternal, "TRAINING_FAILED", exception.what()};
      }
    }();
    lock.lock();
    state_.training = false;
    if (trained.ok()) {
      state_.newer_events -= covered;
      state_.live = *std::move(trained);
    } else if (!stop.stop_requested()) {
      not_before_ = clock_.MonotonicNow() + options_.retry;
      log_.Error("training_failed", {{"reason", trained.error().reason}, {"message", trained.error().message}});
    }
    changed_.notify_all();
  }
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

Result<ModelRecord> Learner::TrainOnce(const std::stop_token& stop) {
  const auto started = clock_.MonotonicNow();
  ModelRecord record{.name = NewUuid(clock_, random_), .train_time = clock_.Now()};
  const recommender::Interactions interactions = TRY(ReadEvents(stop, record.last_position));
  log_.Info("training_started", {{"model", record.name},
                                 {"readers", interactions.users().size()},
                                 {"books", interactions.items().size()},
                                 {"interactions", interactions.size()}});
  last_step_ = clock_.MonotonicNow();
  recommender::Model trained = TRY(recommender::Train(
      interactions, recommender::Settings{},
      {.threads = options_.threads, .progress = [&](const auto&) { HoldBack(stop); }, .stop = stop}));
  TRY(trained.Save(FileOf(record.name)));
  // From the file, so that its pages are shared and can be dropped.
  auto model = std::make_shared<const recommender::Model>(TRY(recommender::Model::Open(FileOf(record.name))));

  record.readers = static_cast<std::int64_t>(model->users());
  record.books = static_cast<std::int64_t>(model->items());
  record.interactions = static_cast<std::int64_t>(model->interactions());
  record.bytes = static_cast<std::int64_t>(model->bytes());
  record.settings = model->settings();
  record.train_seconds = std::chrono::duration<double>(clock_.MonotonicNow() - started).count();
  store_.PutModel(record);
  showroom_.SetModels({"models/" + record.name, std::move(model)}, {});
  RemoveOldFiles(record.name);
  log_.Info("training_done", {{"model", record.name},
                              {"seconds", record.train_seconds},
                              {"bytes", record.bytes},
                              {"interactions", record.interactions}});
  return record;
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

// Keeps the new model's file and the one before it.
void Learner::RemoveOldFiles(const std::string& kept_name) {
  std::string before;
  {
    const std::lock_guard lock(mutex_);
    if (state_.live) before = state_.live->name;
  }
  std::error_code ignored;  // A file that cannot be removed only takes room; the next training tries again.
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, ignored)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != kModelSuffix || path.stem() == kept_name || path.stem() == before) continue;
    std::filesystem::remove(path, ignored);
    store_.DeleteModel(path.stem());
  }
}

}  // namespace octavo::recommendations
