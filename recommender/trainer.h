// Train: from interactions to a model. The method is explained in README.md with its sources.
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "lib/base/result.h"
#include "recommender/interactions.h"
#include "recommender/model.h"
#include "recommender/settings.h"

namespace octavo::recommender {

// How far a long work is. Called from any of the working threads, one at a time, at least once per 1,000 books; it may
// block to hold the work back, which is how a service keeps training below its share of a busy machine.
struct Progress {
  std::string_view stage;  // "neighbours", "regressions", …
  double share = 0;        // Of this stage, 0 to 1.
};
using ProgressFunction = std::function<void(const Progress&)>;

struct TrainOptions {
  int threads = 1;
  ProgressFunction progress = {};
  std::stop_token stop = {};
};

// The result depends on the interactions and settings only, never on the number of threads or on chance.
// Fails with CANCELLED (STOPPED) when stopped. Interactions must not be empty: INVALID_ARGUMENT (NO_INTERACTIONS).
Result<Model> Train(const Interactions& interactions, const Settings& settings, const TrainOptions& options = {});

}  // namespace octavo::recommender
