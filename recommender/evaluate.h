// Evaluate: tunes and trains on one set of interactions, then measures on another, compared with plain baselines.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "recommender/interactions.h"
#include "recommender/measure.h"
#include "recommender/model.h"
#include "recommender/plots.h"
#include "recommender/tune.h"

namespace octavo::recommender {

struct EvaluateOptions {
  std::size_t k = 20;                                 // 1 to 100.
  TuneOptions tune = {};                              // Its train options serve the final training too.
  std::size_t ease_bytes_max = std::size_t{2} << 30;  // Dense EASE is left out if it needs more; 0: always.
  bool plots = false;
};

struct NamedMeasurement {
  std::string name;  // "random", "popular", "item_knn", "ease".
  Measurement measurement;
};

struct Evaluation {
  Measurement measurement;  // Of the trained model; ks is k first, then 5, 10, 20, 50 and 100.
  std::vector<NamedMeasurement> baselines;
  Tuning tuning;
  std::shared_ptr<const Model> model;
  double tune_seconds = 0;
  double train_seconds = 0;
  double query_p50_us = 0;  // One reader's k answers on one thread.
  double query_p99_us = 0;
  double ease_ridge = 0;                            // What the baseline was given.
  std::vector<std::pair<std::string, Plot>> plots;  // File name without its end, and plot.
};

// Loads the held-out part, numbered like the training set. Called once, after everything that learns has learned.
using HeldOutFunction = std::function<Result<Interactions>()>;

// Returns the errors of Tune, Train and `held_out`; INVALID_ARGUMENT (NOTHING_TO_MEASURE) if no reader of the held-out part has a
// history.
Result<Evaluation> Evaluate(const Interactions& train, const HeldOutFunction& held_out, const EvaluateOptions& options,
                            const Clock& clock);

}  // namespace octavo::recommender
