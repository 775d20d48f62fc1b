#include "recommender/tune.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "lib/base/random.h"
#include "recommender/measure.h"

namespace octavo::recommender {
namespace {

// A setting that can be moved up and down.
struct Coordinate {
  float Settings::*member;
  float step;
  float min;
  float max;
  bool multiplies;  // Whether a step multiplies by `step` instead of adding it.
};

// In the order of how much they matter; the cheap ones, which train nothing anew, in between. The bounds keep
// the search in the region where a model cannot go badly wrong on readers it has not seen.
constexpr Coordinate kCoordinates[] = {
    {&Settings::ridge, 1.6F, 0.05F, 200, true},
    {&Settings::ridge_exponent, 0.15F, -0.5F, 1, false},
    {&Settings::popularity_exponent, 0.05F, -0.5F, 0.5F, false},
    {&Settings::history_exponent, 0.07F, -0.5F, 0.5F, false},
    {&Settings::user_exponent, 0.15F, 0, 1, false},
    {&Settings::row_exponent, 0.08F, 0.1F, 0.9F, false},
    {&Settings::neighbour_user_exponent, 0.2F, 0, 1, false},
};
// `steps` may be negative, and a part of one.
void Move(const Coordinate& coordinate, float steps, Settings& settings) {
  float& value = settings.*coordinate.member;
  value = coordinate.multiplies ? value * std::pow(coordinate.step, steps) : value + steps * coordinate.step;
  value = std::clamp(value, coordinate.min, coordinate.max);
}

// A change must gain so much, relative, to be taken: less is noise.
constexpr double kGainMin = 0.0002;
// More candidates cost training time (the cube) and memory, so that they must bring more. What an answer costs is bounded by
// row_max.
constexpr double kCandidatesGainMin = 0.001;
constexpr std::uint32_t kTriedCandidatesMin = 48;
constexpr std::uint32_t kTriedCandidatesMax = 512;
constexpr int kJumpsInVainMax = 16;

class Search {
 public:
  Search(const Interactions& train, const Interactions& held_out, const TuneOptions& options,
         const Clock& clock)
      : train_(train),
        held_out_(held_out),
        options_(options),
        clock_(clock),
        deadline_(clock.MonotonicNow() + options.time_max),
        trainer_(train) {}

  Result<Tuning> Run() {
    TRY(Consider(Settings{}, kGainMin));
    if (options_.effort == TuneEffort::kQuick) {
      TRY(Quick());
    } else {
      TRY(Full());
    }
    return std::move(tuning_);
  }

 private:
  bool OutOfTime() const { return clock_.MonotonicNow() >= deadline_; }

  // Tries the settings unless they were tried before or the time is up; keeps them if they gain enough.
  Result<bool> Consider(const Settings& settings, double gain_min) {
    const auto tried = [&](const Trial& trial) { return trial.settings == settings; };
    if (std::any_of(tuning_.trials.begin(), tuning_.trials.end(), tried)) return false;
    if (!tuning_.trials.empty() && OutOfTime()) return false;
    TrainOptions quiet = options_.train;
    quiet.progress = {};
    const auto model = std::make_shared<const Model>(TRY(trainer_.Train(settings, quiet)));
    const Recommender recommender(model);
    const int threads = std::max(quiet.threads, 1);
    const Measurement measured =
        Measure(train_, held_out_, AnswersOf(recommender, train_, threads), {20}, threads);
    tuning_.trials.push_back({settings, measured.quality[0].recall, measured.quality[0].ndcg});
    if (options_.train.progress) {
      options_.train.progress(
          {"tuning", static_cast<double>((clock_.MonotonicNow() - (deadline_ - options_.time_max)) /
                                         std::chrono::milliseconds(1)) /
                         static_cast<double>(options_.time_max / std::chrono::milliseconds(1))});
    }
    const double score = tuning_.trials.back().score();
    if (score <= best_ * (1 + gain_min)) return false;
    best_ = score;
    tuning_.settings = settings;
    return true;
  }

  // Moves one setting in one direction for as long as it helps.
  Result<bool> Climb(const Coordinate& coordinate, float direction, float scale) {
    bool moved = false;
    while (true) {
      Settings next = tuning_.settings;
      Move(coordinate, direction * scale, next);
      if (!TRY(Consider(next, kGainMin))) return moved;
      moved = true;
    }
  }

  Result<bool> ClimbBoth(const Coordinate& coordinate, float scale) {
    if (TRY(Climb(coordinate, 1, scale))) return true;
    return Climb(coordinate, -1, scale);
  }

  Status Quick() {
    for (const Coordinate& coordinate : std::span(kCoordinates).first(3)) TRY(ClimbBoth(coordinate, 1.5F));
    return Ok();
  }

  Status Full() {
    // Plain neighbours win where readers have only a handful of books each.
    Settings neighbours;
    neighbours.method = Method::kNeighbours;
    neighbours.popularity_exponent = 0;
    TRY(Consider(neighbours, kGainMin));
    if (train_.weighted()) {
      for (const float power : {0.0F, 1.0F}) {
        Settings next = tuning_.settings;
        next.weight_power = power;
        TRY(Consider(next, kGainMin));
      }
    }
    TRY(ClimbAll(1));
    TRY(Jump());
    return ClimbAll(0.4F);
  }

  // Moves each setting in turn for as long as any of them helps.
  Status ClimbAll(float scale) {
    for (bool moved = true; moved && !OutOfTime();) {
      moved = false;
      for (const Coordinate& coordinate : kCoordinates) moved |= TRY(ClimbBoth(coordinate, scale));
      if (scale == 1) moved |= TRY(TryCandidates());
    }
    return Ok();
  }

  // Dense data want more candidates, data full of chance fewer.
  Result<bool> TryCandidates() {
    if (TRY(Consider(WithCandidates(1.5), kCandidatesGainMin))) return true;
    return Consider(WithCandidates(1 / 1.5), kGainMin);
  }

  Settings WithCandidates(double factor) const {
    Settings next = tuning_.settings;
    const double candidates = static_cast<double>(next.candidates) * factor;
    next.candidates = static_cast<std::uint32_t>(std::clamp<double>(candidates, kTriedCandidatesMin, kTriedCandidatesMax));
    return next;
  }

  // Moves two settings and sometimes the candidates at once, by chance: some gain only together, above all which books are
  // candidates and how many. Ends when nothing of that has helped for a while.
  Status Jump() {
    SeededRandom random(options_.seed);
    for (int in_vain = 0; in_vain < kJumpsInVainMax && !OutOfTime(); ++in_vain) {
      constexpr double kFactors[] = {1, 1, 1.5, 1 / 1.5};
      Settings next = WithCandidates(kFactors[random.Below(std::size(kFactors))]);
      const bool more_candidates = next.candidates > tuning_.settings.candidates;
      for (int i = 0; i < 2; ++i) {
        const Coordinate& coordinate = kCoordinates[random.Below(std::size(kCoordinates))];
        Move(coordinate, random.Below(2) == 0 ? 1 : -1, next);
      }
      if (TRY(Consider(next, more_candidates ? kCandidatesGainMin : kGainMin))) in_vain = -1;
    }
    return Ok();
  }

  const Interactions& train_;
  const Interactions& held_out_;
  const TuneOptions& options_;
  const Clock& clock_;
  const std::chrono::steady_clock::time_point deadline_;
  Trainer trainer_;
  Tuning tuning_;
  double best_ = -1;
};

// The interactions of so many readers, drawn by the seed; of all if there are not more.
Interactions SampleReaders(Interactions all, std::size_t readers_max, std::uint64_t seed) {
  std::vector<UserIndex> readers;
  for (UserIndex user = 0; user < all.users().size(); ++user) {
    if (!all.ItemsOf(user).empty()) readers.push_back(user);
  }
  if (readers.size() <= readers_max) return all;
  SeededRandom random(seed);
  InteractionsBuilder builder(all.users(), all.items());
  for (std::size_t i = 0; i < readers_max; ++i) {
    std::swap(readers[i], readers[i + random.Below(readers.size() - i)]);
    const UserIndex user = readers[i];
    for (const ItemIndex item : all.ItemsOf(user)) builder.Add(user, item, 1, std::nullopt);
  }
  return builder.Build();
}

}  // namespace

Result<TuneEffort> ParseTuneEffort(std::string_view name) {
  if (name == "none") return TuneEffort::kNone;
  if (name == "quick") return TuneEffort::kQuick;
  if (name == "full") return TuneEffort::kFull;
  return Error{Code::kInvalidArgument, "BAD_TUNE",
               "tune \"" + std::string(name) + "\" is none of none, quick, full"};
}

Result<Tuning> Tune(const Interactions& interactions, const TuneOptions& options, const Clock& clock) {
  if (options.effort == TuneEffort::kNone) return Tuning{};
  const SplitMode mode = interactions.timed() ? options.split : SplitMode::kRandom;
  Result<Split> split =
      SplitInteractions(interactions, {.mode = mode, .share = options.held_out, .seed = options.seed});
  if (!split.ok()) return Tuning{};
  const Interactions held_out = SampleReaders(std::move(split->held_out), options.readers_max, options.seed);
  return Search(split->train, held_out, options, clock).Run();
}

}  // namespace octavo::recommender
