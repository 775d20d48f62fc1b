// Tune: chooses settings for the data at hand. A part of the training data is held back, and a seeded local search keeps the
// settings that answer it best, by the mean of recall@20 and NDCG@20. It never sees the data on which the model is measured
// later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "recommender/split.h"
#include "recommender/trainer.h"

namespace octavo::recommender {

enum class TuneEffort {
  kNone,   // The default settings.
  kQuick,  // About ten trials: the ones that matter most.
  kFull,   // A search until nothing gets better or the time is up.
};

// "none", "quick", "full"; anything else: INVALID_ARGUMENT (BAD_TUNE).
Result<TuneEffort> ParseTuneEffort(std::string_view name);

struct TuneOptions {
  TuneEffort effort = TuneEffort::kQuick;
  std::uint64_t seed = 1;
  SplitMode split = SplitMode::kRandom;
  // As in SplitOptions. With more, the rest is sparser, and the best settings for it differ more from the best for all data.
  double held_out = 0.1;
  std::size_t readers_max = 20000;                           // Judged by so many readers, drawn by the seed.
  std::chrono::seconds time_max = std::chrono::minutes(20);  // Checked between trials.
  TrainOptions train = {};
};

struct Trial {
  Settings settings;
  double recall = 0;  // At 20, on the part held back.
  double ndcg = 0;
  double score() const { return (recall + ndcg) / 2; }
};

struct Tuning {
  Settings settings;
  std::vector<Trial> trials;  // In the order they were made.
};

// Falls back to the default settings, with no trials, if nothing can be held back. Fails with CANCELLED
// (STOPPED).
Result<Tuning> Tune(const Interactions& interactions, const TuneOptions& options, const Clock& clock);

}  // namespace octavo::recommender
