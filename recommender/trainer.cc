#include "recommender/trainer.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "recommender/gram.h"
#include "recommender/neighbours.h"
#include "recommender/regressions.h"
#include "recommender/training_data.h"

namespace octavo::recommender {
namespace {

// Counts books done by all threads and passes it on to the caller's progress function, one call at a time.
StepFunction Steps(const TrainOptions& options, std::string_view stage, std::size_t total) {
  struct State {
    std::mutex mutex;  // Guards done and the calls of options.progress.
    std::size_t done = 0;
  };
  return [&options, stage, total, state = std::make_shared<State>()](std::size_t more) {
    if (options.stop.stop_requested()) return false;
    const std::lock_guard lock(state->mutex);
    state->done += more;
    if (options.progress) options.progress({stage, static_cast<double>(state->done) / static_cast<double>(total)});
    return true;
  };
}

std::vector<float> Ridge(const Gram& gram, const Settings& settings) {
  double sum = 0;
  for (ItemIndex i = 0; i < gram.items(); ++i) sum += gram.diagonal(i);
  const double mean = sum / static_cast<double>(gram.items());
  std::vector<float> ridge(gram.items());
  for (ItemIndex i = 0; i < gram.items(); ++i) {
    ridge[i] = static_cast<float>(settings.ridge * std::pow(mean, 1 - settings.ridge_exponent) *
                                  std::pow(gram.diagonal(i), settings.ridge_exponent));
  }
  return ridge;
}

void Rescale(NeighbourLists& lists, const TrainingData& data, const Settings& settings) {
  const auto most = static_cast<float>(data.ReadersOf(0).size());
  std::vector<float> history(data.items());
  std::vector<float> popularity(data.items());
  for (ItemIndex item = 0; item < data.items(); ++item) {
    const float share = static_cast<float>(data.ReadersOf(item).size()) / most;
    history[item] = std::pow(share, settings.history_exponent);
    popularity[item] = std::pow(share, settings.popularity_exponent);
  }
  for (ItemIndex item = 0; item < lists.items(); ++item) {
    for (Neighbour& neighbour : lists.Of(item)) neighbour.weight *= popularity[item] * history[neighbour.item];
  }
}

// Keeps the `row_max` largest weights of each row, in their order; of equal ones those of the more popular books.
void Prune(std::size_t row_max, ModelParts& parts) {
  if (row_max == 0) return;
  std::vector<std::uint64_t> order;
  std::uint64_t end = 0;  // The end of the kept weights.
  for (std::size_t row = 0; row + 1 < parts.row_offsets.size(); ++row) {
    const std::uint64_t begin = std::exchange(parts.row_offsets[row], end);
    order.resize(parts.row_offsets[row + 1] - begin);
    std::iota(order.begin(), order.end(), begin);
    if (order.size() > row_max) {
      const auto larger = [&parts](std::uint64_t a, std::uint64_t b) {
        const float of_a = std::abs(parts.weights[a]);
        const float of_b = std::abs(parts.weights[b]);
        return of_a != of_b ? of_a > of_b : a < b;
      };
      std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(row_max), order.end(), larger);
      order.resize(row_max);
      std::sort(order.begin(), order.end());
    }
    for (const std::uint64_t at : order) {
      parts.columns[end] = parts.columns[at];
      parts.weights[end++] = parts.weights[at];
    }
  }
  parts.row_offsets.back() = end;
  parts.columns.resize(end);
  parts.weights.resize(end);
}

// Turns the lists (by book asked for) into the model's rows (by book read).
Model Assemble(const Interactions& interactions, const TrainingData& data, const Settings& settings,
               const NeighbourLists& lists) {
  ModelParts parts;
  parts.users = interactions.users().size();
  parts.interactions = interactions.size();
  parts.weight_power = settings.weight_power;
  parts.settings = ToJson(settings);
  parts.row_offsets.assign(data.items() + 1, 0);
  const auto kept = [](const Neighbour& neighbour) { return neighbour.weight != 0 && std::isfinite(neighbour.weight); };
  for (ItemIndex item = 0; item < data.items(); ++item) {
    parts.ids.emplace_back(interactions.items().id(data.original(item)));
    parts.readers.push_back(static_cast<std::uint32_t>(data.ReadersOf(item).size()));
    for (const Neighbour& neighbour : lists.Of(item)) {
      if (kept(neighbour)) ++parts.row_offsets[neighbour.item + 1];
    }
  }
  for (std::size_t i = 0; i < data.items(); ++i) parts.row_offsets[i + 1] += parts.row_offsets[i];
  parts.columns.resize(parts.row_offsets.back());
  parts.weights.resize(parts.row_offsets.back());
  std::vector<std::uint64_t> next(parts.row_offsets.begin(), parts.row_offsets.end() - 1);
  for (ItemIndex item = 0; item < data.items(); ++item) {
    for (const Neighbour& neighbour : lists.Of(item)) {
      if (!kept(neighbour)) continue;
      const std::uint64_t at = next[neighbour.item]++;
      parts.columns[at] = item;
      parts.weights[at] = neighbour.weight;
    }
  }
  Prune(settings.row_max, parts);
  return Model::FromParts(parts);
}

Status CheckSettings(const Settings& settings) {
  const bool finite =
      std::isfinite(settings.weight_power + settings.neighbour_user_exponent + settings.row_exponent + settings.column_exponent +
                    settings.shrinkage + settings.similarity_power + settings.user_exponent + settings.ridge_exponent +
                    settings.history_exponent + settings.popularity_exponent);
  if (finite && settings.ridge > 0 && settings.candidates > 0 && settings.candidates <= kCandidatesMax) return Ok();
  return Error{Code::kInvalidArgument, "BAD_SETTINGS", "settings out of range: " + ToJson(settings)};
}

Error Stopped() { return {Code::kCancelled, "STOPPED", "training was stopped"}; }

}  // namespace

// The latest results, with the settings that they were made with.
struct Trainer::Stages {
  template <typename T>
  struct Stage {
    std::optional<T> result;
    Settings settings;
  };

  Stage<TrainingData> data;
  Stage<NeighbourLists> neighbours;
  Stage<Gram> gram;
  Stage<NeighbourLists> weights;
};

Trainer::Trainer(const Interactions& interactions, Keep keep)
    : interactions_(interactions), keep_(keep), stages_(std::make_unique<Stages>()) {}
Trainer::~Trainer() = default;

Status Trainer::Neighbours(const Settings& settings, const TrainOptions& options) {
  const Stages::Stage<TrainingData>& data = stages_->data;
  if (!data.result || data.settings.weight_power != settings.weight_power) {
    stages_ = std::make_unique<Stages>();
    stages_->data.result.emplace(interactions_, settings.weight_power);
    stages_->data.settings = settings;
  }
  Stages& s = *stages_;
  const auto key = [](const Settings& of) {
    return std::tie(of.neighbour_user_exponent, of.row_exponent, of.column_exponent, of.shrinkage, of.similarity_power,
                    of.candidates);
  };
  if (s.neighbours.result && key(s.neighbours.settings) == key(settings)) return Ok();
  s.weights.result.reset();
  s.neighbours.result = FindNeighbours(*s.data.result, settings, std::max(options.threads, 1),
                                       Steps(options, "neighbours", s.data.result->items()));
  s.neighbours.settings = settings;
  if (!options.stop.stop_requested()) return Ok();
  s.neighbours.result.reset();
  return Stopped();
}

Status Trainer::Regressions(const Settings& settings, const TrainOptions& options) {
  Stages& s = *stages_;
  const int threads = std::max(options.threads, 1);
  if (!s.gram.result || s.gram.settings.user_exponent != settings.user_exponent) {
    s.gram.result.reset();  // Freed before the next is made, because each may be most of the memory.
    s.gram.result.emplace(*s.data.result, UserWeights(*s.data.result, settings.user_exponent), threads);
    s.gram.settings = settings;
    s.weights.result.reset();
  }
  if (options.stop.stop_requested()) return Stopped();
  const auto key = [](const Settings& of) { return std::tie(of.ridge, of.ridge_exponent); };
  if (s.weights.result && key(s.weights.settings) == key(settings)) return Ok();
  if (keep_ == Keep::kNothing) {
    s.weights.result = std::exchange(s.neighbours.result, std::nullopt);
  } else {
    s.weights.result = *s.neighbours.result;
  }
  s.weights.settings = settings;
  SolveRegressions(*s.gram.result, Ridge(*s.gram.result, settings), *s.weights.result, threads,
                   Steps(options, "regressions", s.data.result->items()), options.precision);
  if (!options.stop.stop_requested()) return Ok();
  s.weights.result.reset();
  return Stopped();
}

Result<Model> Trainer::Train(const Settings& settings, const TrainOptions& options) {
  if (interactions_.size() == 0) {
    return Error{Code::kInvalidArgument, "NO_INTERACTIONS", "there is nothing to learn from: no interactions"};
  }
  TRY(CheckSettings(settings));
  TRY(Neighbours(settings, options));
  if (settings.method == Method::kRegressions) TRY(Regressions(settings, options));
  const bool regressions = settings.method == Method::kRegressions;
  std::optional<NeighbourLists>& found = regressions ? stages_->weights.result : stages_->neighbours.result;
  if (keep_ == Keep::kNothing) stages_->gram.result.reset();
  NeighbourLists lists = keep_ == Keep::kNothing ? std::move(*found) : *found;
  if (keep_ == Keep::kNothing) found.reset();
  Rescale(lists, *stages_->data.result, settings);
  return Assemble(interactions_, *stages_->data.result, settings, lists);
}

Result<Model> Train(const Interactions& interactions, const Settings& settings, const TrainOptions& options) {
  return Trainer(interactions, Trainer::Keep::kNothing).Train(settings, options);
}

}  // namespace octavo::recommender
