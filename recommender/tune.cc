#include "recommender/tune.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
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

// In the order of their effect, with the cheap ones, which train nothing anew, in between. The bounds keep the search away from
// settings with which a model could do badly on readers that it has not seen.
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

// A step is taken if it gains at least this much, relative.
constexpr double kGainMin = 0.0002;
// More candidates cost training time (cubic) and memory, so they must gain more. row_max limits the cost of an
// answer.
constexpr double kCandidatesGainMin = 0.001;
// The end of another climb must be better by this many standard errors of the gain over the readers measured. Otherwise the best
// of many ends is the one that happens to suit those readers.
constexpr double kClimbErrorsMin = 2;
constexpr std::uint32_t kTriedCandidatesMin = 48;
constexpr std::uint32_t kTriedCandidatesMax = 512;
constexpr int kRestartsInVainMax = 4;
// The share of the time for everything except the final smaller steps.
constexpr double kRestartsTimeShare = 0.85;

class Search {
 public:
  Search(const Interactions& train, const Interactions& held_out, const TuneOptions& options, const Clock& clock)
      : train_(train), held_out_(held_out), options_(options), clock_(clock), start_(clock.MonotonicNow()), trainer_(train) {}

  Result<Tuning> Run() {
    TRY(Consider(Settings{}, kGainMin));
    if (here_.scores.empty()) return Tuning{};  // No reader of the held-back part has a history.
    if (options_.effort == TuneEffort::kQuick) {
      TRY(Quick());
    } else {
      TRY(Full());
    }
    return Tuning{.settings = here_.settings, .trials = std::move(trials_)};
  }

 private:
  // Where the search stands.
  struct Point {
    Settings settings;
    std::vector<float> scores = {};  // Of each reader measured; none: not measured.
  };

  static double MeanScore(const Point& point) {
    return std::accumulate(point.scores.begin(), point.scores.end(), 0.0) / static_cast<double>(point.scores.size());
  }
  double TimeSpent() const {
    return std::chrono::duration<double>(clock_.MonotonicNow() - start_) / std::chrono::duration<double>(options_.time_max);
  }
  bool OutOfTime() const { return TimeSpent() >= time_share_; }

  // None if the time is over.
  Result<std::optional<Point>> MeasureAt(const Settings& settings) {
    const auto tried =
        std::find_if(points_.begin(), points_.end(), [&](const Point& point) { return point.settings == settings; });
    if (tried != points_.end()) return std::optional(*tried);
    if (!points_.empty() && OutOfTime()) return std::optional<Point>();
    TrainOptions quiet = options_.train;
    quiet.progress = {};
    const auto model = std::make_shared<const Model>(TRY(trainer_.Train(settings, quiet)));
    const Recommender recommender(model);
    const int threads = std::max(quiet.threads, 1);
    const Measurement measured = Measure(train_, held_out_, AnswersOf(recommender, train_, threads), {20}, threads);
    Point point{.settings = settings};
    for (std::size_t i = 0; i < measured.readers; ++i) point.scores.push_back((measured.recall[i] + measured.ndcg[i]) / 2);
    points_.push_back(point);
    trials_.push_back({settings, measured.quality[0].recall, measured.quality[0].ndcg});
    if (options_.train.progress) options_.train.progress({"tuning", TimeSpent()});
    return std::optional(std::move(point));
  }

  // Moves there if it gains enough.
  Result<bool> Consider(const Settings& settings, double gain_min) {
    std::optional<Point> point = TRY(MeasureAt(settings));
    if (!point) return false;
    if (!here_.scores.empty() && MeanScore(*point) <= MeanScore(here_) * (1 + gain_min)) return false;
    here_ = *std::move(point);
    return true;
  }

  // Moves one setting in one direction for as long as it helps.
  Result<bool> Climb(const Coordinate& coordinate, float direction, float scale) {
    bool moved = false;
    while (true) {
      Settings next = here_.settings;
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
    // Plain neighbours are best if readers have only a few books each.
    Settings neighbours;
    neighbours.method = Method::kNeighbours;
    neighbours.popularity_exponent = 0;
    TRY(Consider(neighbours, kGainMin));
    if (train_.weighted()) {
      for (const float power : {0.0F, 1.0F}) {
        Settings next = here_.settings;
        next.weight_power = power;
        TRY(Consider(next, kGainMin));
      }
    }
    time_share_ = kRestartsTimeShare;
    TRY(ClimbAll(1));
    TRY(Restart());
    time_share_ = 1;
    return ClimbAll(0.4F);
  }

  // Moves each setting in turn until none of them helps any more.
  Status ClimbAll(float scale) {
    for (bool moved = true; moved && !OutOfTime();) {
      moved = false;
      for (const Coordinate& coordinate : kCoordinates) moved |= TRY(ClimbBoth(coordinate, scale));
      if (scale == 1) moved |= TRY(TryCandidates());
    }
    return Ok();
  }

  // Dense data need more candidates, noisy data fewer.
  Result<bool> TryCandidates() {
    if (TRY(Consider(WithCandidates(here_.settings, 1.5), kCandidatesGainMin))) return true;
    return Consider(WithCandidates(here_.settings, 1 / 1.5), kGainMin);
  }

  static Settings WithCandidates(Settings settings, double factor) {
    const double candidates = static_cast<double>(settings.candidates) * factor;
    settings.candidates = static_cast<std::uint32_t>(std::clamp<double>(candidates, kTriedCandidatesMin, kTriedCandidatesMax));
    return settings;
  }

  // Climbs again from places some steps away from the best one, because some settings gain only together, above all which books
  // are candidates and how many. An iterated local search (Lourenço, Martin and Stützle 2003).
  Status Restart() {
    SeededRandom random(options_.seed);
    Point best = here_;
    for (int in_vain = 0; in_vain < kRestartsInVainMax && !OutOfTime(); ++in_vain) {
      here_ = {};
      TRY(Consider(Shaken(best.settings, random), kGainMin));
      TRY(ClimbAll(1));
      if (here_.scores.empty() || GainInErrors(best.scores, here_.scores) < kClimbErrorsMin) continue;
      best = here_;
      in_vain = -1;
    }
    here_ = std::move(best);
    return Ok();
  }

  // About half of the settings moved by up to two steps, the candidates by as much.
  static Settings Shaken(const Settings& settings, Random& random) {
    constexpr double kFactors[] = {1 / 2.25, 1, 2.25};
    Settings next = WithCandidates(settings, kFactors[random.Below(std::size(kFactors))]);
    for (const Coordinate& coordinate : kCoordinates) {
      if (random.Below(2) == 0) Move(coordinate, static_cast<float>(random.Below(5)) - 2, next);
    }
    return next;
  }

  const Interactions& train_;
  const Interactions& held_out_;
  const TuneOptions& options_;
  const Clock& clock_;
  const std::chrono::steady_clock::time_point start_;
  double time_share_ = 1;  // Of the time that may be used.
  Trainer trainer_;
  std::vector<Trial> trials_;
  std::vector<Point> points_;  // Of the trials.
  Point here_;
};

// The interactions of this many readers, drawn by the seed; of all if there are no more.
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
  return Error{Code::kInvalidArgument, "BAD_TUNE", "tune \"" + std::string(name) + "\" must be none, quick or full"};
}

Result<Tuning> Tune(const Interactions& interactions, const TuneOptions& options, const Clock& clock) {
  if (options.effort == TuneEffort::kNone) return Tuning{};
  const SplitMode mode = interactions.timed() ? options.split : SplitMode::kRandom;
  Result<Split> split = SplitInteractions(interactions, {.mode = mode, .share = options.held_out, .seed = options.seed});
  if (!split.ok()) return Tuning{};
  const Interactions held_out = SampleReaders(std::move(split->held_out), options.readers_max, options.seed);
  return Search(split->train, held_out, options, clock).Run();
}

}  // namespace octavo::recommender
