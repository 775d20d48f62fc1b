// Learner: trains models from the log of events in the background (the worker `training`) and puts them to use.
//
// A training begins when there is no model yet and enough events, when enough events have come since the last one, or when
// asked for. It runs at low priority and below its share of the CPU, and the answers go on meanwhile from the model before.
// The new model's file is complete and synced before anything refers to it. A damaged file is set aside when it is found
// at start, the model before it answers, and a new one is trained.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "lib/background/repeater.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/obs/log.h"
#include "recommender/interactions.h"
#include "recommender/trainer.h"
#include "recommender/tune.h"
#include "services/recommendations/snapshot_keeper.h"
#include "services/recommendations/store.h"

namespace octavo::recommendations {

// What is trained beside the live model, from the same events, to be tried against it.
enum class Challenger {
  kNone,
  kNeighbours,  // Plain item neighbours instead of regressions.
  kUntuned,     // The engine's default settings.
};

class Learner {
 public:
  struct Options {
    std::filesystem::path folder;  // For model files; made when it is not there.
    int threads = 1;
    double cpu_share = 0.5;           // Of each of these threads, in (0, 1].
    std::int64_t first_events = 200;  // From so many on there is something to learn.
    // A new training when both so many events and so large a share of those learned from are new.
    std::int64_t renew_events = 1000;
    double renew_share = 0.1;
    std::chrono::milliseconds quiet{1000};        // An import is waited for: until no event came for so long …
    std::chrono::milliseconds quiet_max{30'000};  // … but not longer than this.
    std::chrono::milliseconds retry{60'000};      // After a failure.
    // Settings are chosen anew when there are twice as many interactions as the last time. The very first model is
    // trained without, so that there is one soon.
    recommender::TuneEffort tune = recommender::TuneEffort::kQuick;
    std::chrono::seconds tune_max = std::chrono::minutes(10);
    Challenger challenger = Challenger::kNone;
  };

  struct State {
    std::optional<ModelRecord> live;
    std::int64_t newer_events = 0;
    bool training = false;
  };

  Learner(Store& store, SnapshotKeeper& snapshots, const Clock& clock, Random& random, obs::Log& log, obs::Metrics& metrics,
          Options options);
  // As Stop().
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  // Opens the last models that are whole and puts them to use. Gives the position up to which the live one has learned.
  // Fails with UNAVAILABLE (BAD_MODEL_FOLDER).
  Result<std::int64_t> Open();
  // Before AddEvents and TrainNow are called on other threads.
  void Start();
  // Breaks off a training that runs. Once nobody calls AddEvents or TrainNow any more.
  void Stop();

  // More events have come. Thread-safe, as all below; does not block.
  void AddEvents(std::int64_t count);
  // Trains soon. False: a training runs or is asked for already.
  bool TrainNow();
  State state() const;

 private:
  // One turn of the worker: trains as long as a training is due.
  void TrainWhileDue(const std::stop_token& stop);
  void EndTraining(Result<ModelRecord> trained, std::int64_t covered, const std::stop_token& stop);
  bool IsDue() const;
  void WaitForQuiet(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  struct Trained {
    ModelRecord record;
    NamedModel model;
  };
  Result<ModelRecord> TrainAll(const std::stop_token& stop);
  Result<Trained> TrainOne(const recommender::Interactions& interactions, const recommender::Settings& settings, Arm arm,
                           std::int64_t last_position, const std::stop_token& stop);
  Result<NamedModel> TrainChallenger(const recommender::Interactions& interactions, std::int64_t last_position,
                                     const std::stop_token& stop);
  Status Tune(const recommender::Interactions& interactions, const std::stop_token& stop);
  Result<std::map<std::string, double>> MeasureQuality(const recommender::Interactions& interactions,
                                                       const recommender::Settings& settings, const std::stop_token& stop);
  recommender::TrainOptions TrainOptionsOf(const std::stop_token& stop);
  Result<recommender::Interactions> ReadEvents(const std::stop_token& stop, std::int64_t& last_position);
  void HoldBack(const std::stop_token& stop);
  std::optional<NamedModel> OpenLatest(Arm arm);
  void RemoveOldFiles(const std::set<std::string>& kept);
  std::filesystem::path FileOf(const std::string& name) const { return options_.folder / (name + ".model"); }

  Store& store_;
  SnapshotKeeper& snapshots_;
  const Clock& clock_;
  Random& random_;
  obs::Log& log_;
  obs::Metrics& metrics_;
  const Options options_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  State state_;  // Guarded by mutex_, as all below.
  bool asked_ = false;
  std::chrono::steady_clock::time_point not_before_{};  // After a failure.

  // Of the thread that trains.
  std::chrono::steady_clock::time_point last_step_{};
  recommender::Settings settings_;
  std::size_t tuned_interactions_ = 0;          // How many there were when settings_ were chosen.
  std::optional<background::Repeater> worker_;  // From Start to Stop. Last: it uses the rest.
};

}  // namespace octavo::recommendations
