// Train: from interactions to a model. The method is explained in README.md with its sources.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "lib/base/result.h"
#include "recommender/interactions.h"
#include "recommender/model.h"
#include "recommender/regressions.h"
#include "recommender/settings.h"

namespace octavo::recommender {

// The progress of long work. Called from any of the working threads, one at a time, at least once per
// 1,000 books. It may block to slow the work down: so a service keeps training below its share of a busy
// machine.
struct Progress {
  std::string_view stage;  // "neighbours", "regressions", …
  double share = 0;        // Of this stage, 0 to 1.
};
using ProgressFunction = std::function<void(const Progress&)>;

struct TrainOptions {
  int threads = 1;
  ProgressFunction progress = {};
  std::stop_token stop = {};
  Precision precision = Precision::kSingle;  // Of the regressions; double is for comparisons.
};

// The result depends only on the interactions and settings, never on the number of threads or on chance. Fails with CANCELLED
// (STOPPED) when stopped. INVALID_ARGUMENT: NO_INTERACTIONS, BAD_SETTINGS. Memory: about 40 bytes per interaction, 40 bytes per
// weight of the model, and at most 512 MB of sums.
Result<Model> Train(const Interactions& interactions, const Settings& settings, const TrainOptions& options = {});

// The same for several settings in turn. It keeps results that do not change from one to the next: the neighbours, the sums over
// readers, the regressions. For tuning. `interactions` must outlive it. With Keep::kNothing every training starts anew, with less
// memory. Not thread-safe.
class Trainer {
 public:
  enum class Keep { kStages, kNothing };

  explicit Trainer(const Interactions& interactions, Keep keep = Keep::kStages);
  ~Trainer();

  Result<Model> Train(const Settings& settings, const TrainOptions& options = {});

 private:
  struct Stages;
  Status Neighbours(const Settings& settings, const TrainOptions& options);
  Status Regressions(const Settings& settings, const TrainOptions& options);

  const Interactions& interactions_;
  const Keep keep_;
  std::unique_ptr<Stages> stages_;
};

}  // namespace octavo::recommender
