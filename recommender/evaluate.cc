#include "recommender/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "lib/base/random.h"
#include "recommender/dense_ease.h"
#include "recommender/parallel.h"

namespace octavo::recommender {
namespace {

constexpr std::size_t kTimedReadersMax = 20000;

class Stopwatch {
 public:
  explicit Stopwatch(const Clock& clock) : clock_(clock), begin_(clock.MonotonicNow()) {}
  double seconds() const { return std::chrono::duration<double>(clock_.MonotonicNow() - begin_).count(); }

 private:
  const Clock& clock_;
  const std::chrono::steady_clock::time_point begin_;
};

bool InHistory(const Interactions& train, UserIndex user, ItemIndex item) {
  const auto items = train.ItemsOf(user);
  return std::binary_search(items.begin(), items.end(), item);
}

// Any books in a fresh random order for each reader.
AnswerFunction RandomAnswers(const Interactions& train, std::uint64_t seed) {
  return [&train, seed](int, UserIndex user, std::span<ItemIndex> answer) {
    SeededRandom random(seed * 0x9E3779B97F4A7C15 + user);
    const std::size_t items = train.items().size();
    const std::size_t wanted = std::min(answer.size(), items - std::min(items, train.ItemsOf(user).size()));
    std::size_t count = 0;
    while (count < wanted) {
      const auto item = static_cast<ItemIndex>(random.Below(items));
      const auto taken = answer.first(count);
      if (InHistory(train, user, item) || std::find(taken.begin(), taken.end(), item) != taken.end()) continue;
      answer[count++] = item;
    }
    return count;
  };
}

AnswerFunction PopularAnswers(const Interactions& train) {
  std::vector<std::uint32_t> readers(train.items().size(), 0);
  for (UserIndex user = 0; user < train.users().size(); ++user) {
    for (const ItemIndex item : train.ItemsOf(user)) ++readers[item];
  }
  std::vector<ItemIndex> order(readers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](ItemIndex a, ItemIndex b) { return readers[a] > readers[b]; });
  return [&train, order = std::move(order)](int, UserIndex user, std::span<ItemIndex> answer) {
    std::size_t count = 0;
    for (const ItemIndex item : order) {
      if (count == answer.size()) break;
      if (!InHistory(train, user, item)) answer[count++] = item;
    }
    return count;
  };
}

AnswerFunction EaseAnswers(const Interactions& train, const DenseEase& ease, int threads) {
  auto scores =
      std::make_shared<std::vector<std::vector<float>>>(static_cast<std::size_t>(threads), std::vector<float>(ease.items()));
  auto orders = std::make_shared<std::vector<std::vector<ItemIndex>>>(static_cast<std::size_t>(threads),
                                                                      std::vector<ItemIndex>(ease.items()));
  return [&train, &ease, scores, orders](int thread, UserIndex user, std::span<ItemIndex> answer) {
    std::vector<float>& score = (*scores)[static_cast<std::size_t>(thread)];
    std::vector<ItemIndex>& order = (*orders)[static_cast<std::size_t>(thread)];
    ease.Score(train.ItemsOf(user), score);
    for (const ItemIndex item : train.ItemsOf(user)) score[item] = -std::numeric_limits<float>::infinity();
    std::iota(order.begin(), order.end(), 0);
    const std::size_t count = std::min(answer.size(), ease.items() - train.ItemsOf(user).size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](ItemIndex a, ItemIndex b) { return score[a] != score[b] ? score[a] > score[b] : a < b; });
    std::copy_n(order.begin(), count, answer.begin());
    return count;
  };
}

// Plain cosine with the 100 nearest neighbours.
Settings ItemKnn() {
  Settings settings;
  settings.method = Method::kNeighbours;
  settings.neighbour_user_exponent = 0;
  settings.candidates = 100;
  settings.popularity_exponent = 0;
  return settings;
}

std::vector<std::size_t> Ks(std::size_t k) {
  std::vector<std::size_t> ks = {k};
  for (const std::size_t other : {5, 10, 20, 50, 100}) ks.push_back(other);
  return ks;
}

// The paper's ridge is in units of readers. Five times the mean number of readers per book is a good value everywhere; a tuning
// run tries others on the validation part where that is cheap.
Result<double> EaseRidge(const Interactions& train, const EvaluateOptions& options, int threads) {
  const double mean = static_cast<double>(train.size()) / static_cast<double>(train.items().size());
  constexpr std::size_t kCheapItems = 5000;
  if (options.tune.effort == TuneEffort::kNone || train.items().size() > kCheapItems) return 5 * mean;
  const Result<Split> split = SplitInteractions(train, {.share = options.tune.held_out, .seed = options.tune.seed});
  if (!split.ok()) return 5 * mean;
  double best = 5 * mean;
  double best_score = -1;
  for (const double factor : {0.6, 1.25, 2.5, 5.0, 10.0}) {
    const DenseEase ease = TRY(DenseEase::Train(split->train, factor * mean, options.ease_bytes_max, threads));
    const Measurement measured = Measure(split->train, split->held_out, EaseAnswers(split->train, ease, threads), {20}, threads);
    const double score = measured.quality[0].recall + measured.quality[0].ndcg;
    if (score > best_score) best = factor * mean;
    best_score = std::max(best_score, score);
  }
  return best;
}

void TimeQueries(const Interactions& train, const Clock& clock, Evaluation& evaluation) {
  const Recommender recommender(evaluation.model);
  const AnswerFunction answer = AnswersOf(recommender, train, 1);
  std::vector<ItemIndex> room(evaluation.measurement.ks.front());
  std::vector<double> micros;
  const std::vector<UserIndex>& users = evaluation.measurement.users;
  const std::size_t step = users.size() / kTimedReadersMax + 1;
  for (std::size_t i = 0; i < users.size(); i += step) {
    const Stopwatch watch(clock);
    answer(0, users[i], room);
    micros.push_back(watch.seconds() * 1e6);
  }
  std::sort(micros.begin(), micros.end());
  evaluation.query_p50_us = micros[micros.size() / 2];
  evaluation.query_p99_us = micros[micros.size() * 99 / 100];
}

Series RecallByK(const std::string& name, const Measurement& measurement) {
  Series series{name, {}};
  for (std::size_t i = 1; i < measurement.ks.size(); ++i) {
    series.points.emplace_back(measurement.ks[i], measurement.quality[i].recall);
  }
  return series;
}

// Books in five groups by number of readers, each holding a fifth of what was held back.
Series RecallByPopularity(const std::string& name, const Measurement& measurement, const std::vector<std::uint32_t>& readers) {
  std::vector<ItemIndex> order(readers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](ItemIndex a, ItemIndex b) { return readers[a] < readers[b]; });
  const double all = std::accumulate(measurement.wanted.begin(), measurement.wanted.end(), 0.0);
  Series series{name, {}};
  double wanted = 0;
  double hits = 0;
  double seen = 0;
  for (const ItemIndex item : order) {
    wanted += measurement.wanted[item];
    hits += measurement.hits[item];
    seen += measurement.wanted[item];
    if (wanted > 0 && (wanted >= all / 5 || seen == all)) {
      series.points.emplace_back(std::max<double>(readers[item], 1), hits / wanted);
      wanted = hits = 0;
    }
  }
  return series;
}

Series RecallByHistory(const std::string& name, const Measurement& measurement, const Interactions& train) {
  std::vector<std::size_t> order(measurement.readers);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto length = [&](std::size_t i) { return train.ItemsOf(measurement.users[i]).size(); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return length(a) < length(b); });
  Series series{name, {}};
  constexpr std::size_t kGroups = 8;
  for (std::size_t group = 0; group < kGroups; ++group) {
    const std::size_t begin = order.size() * group / kGroups;
    const std::size_t end = order.size() * (group + 1) / kGroups;
    if (begin == end) continue;
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += measurement.recall[order[i]];
    const auto middle = static_cast<double>(length(order[(begin + end) / 2]));
    if (!series.points.empty() && series.points.back().first >= middle) continue;
    series.points.emplace_back(middle, sum / static_cast<double>(end - begin));
  }
  return series;
}

// The same settings with fewer candidates: the quality lost by a smaller model.
Result<Plot> RecallBySize(const Interactions& train, const Interactions& held_out, const EvaluateOptions& options,
                          const Evaluation& evaluation) {
  const int threads = std::max(options.tune.train.threads, 1);
  Series series{"octavo", {}};
  Trainer trainer(train);
  for (const std::uint32_t candidates : {8U, 16U, 32U, 64U}) {
    Settings settings = evaluation.tuning.settings;
    if (candidates >= settings.candidates) break;
    settings.candidates = candidates;
    const auto model = std::make_shared<const Model>(TRY(trainer.Train(settings, {.threads = threads})));
    const Recommender recommender(model);
    const Measurement measured = Measure(train, held_out, AnswersOf(recommender, train, threads), {options.k}, threads);
    series.points.emplace_back(static_cast<double>(model->bytes()) / 1e6, measured.quality[0].recall);
  }
  series.points.emplace_back(static_cast<double>(evaluation.model->bytes()) / 1e6, evaluation.measurement.quality[0].recall);
  return Plot{"Recall@" + std::to_string(options.k) + " against model size", "megabytes", "recall", true, {series}};
}

Status AddPlots(const Interactions& train, const Interactions& held_out, const EvaluateOptions& options, Evaluation& evaluation) {
  const std::string recall = "Recall@" + std::to_string(options.k);
  Plot by_k{"Recall against k", "k", "recall", true, {}};
  Plot by_popularity{recall + " against popularity", "readers of the book", "recall", true, {}};
  Plot by_history{recall + " against history length", "books in the history", "recall", true, {}};
  std::vector<std::uint32_t> readers(train.items().size(), 0);
  for (UserIndex user = 0; user < train.users().size(); ++user) {
    for (const ItemIndex item : train.ItemsOf(user)) ++readers[item];
  }
  const auto add = [&](const std::string& name, const Measurement& measurement) {
    by_k.series.push_back(RecallByK(name, measurement));
    by_popularity.series.push_back(RecallByPopularity(name, measurement, readers));
    by_history.series.push_back(RecallByHistory(name, measurement, train));
  };
  add("octavo", evaluation.measurement);
  for (const NamedMeasurement& baseline : evaluation.baselines) add(baseline.name, baseline.measurement);
  evaluation.plots = {{"recall_by_k", by_k}, {"recall_by_popularity", by_popularity}, {"recall_by_history", by_history}};
  evaluation.plots.emplace_back("recall_by_model_size", TRY(RecallBySize(train, held_out, options, evaluation)));
  return Ok();
}

}  // namespace

Result<Evaluation> Evaluate(const Interactions& train, const HeldOutFunction& held_out, const EvaluateOptions& options,
                            const Clock& clock) {
  const TrainOptions& train_options = options.tune.train;
  const int threads = std::max(train_options.threads, 1);
  Evaluation evaluation;
  const Stopwatch tune_watch(clock);
  evaluation.tuning = TRY(Tune(train, options.tune, clock));
  evaluation.tune_seconds = tune_watch.seconds();
  const Stopwatch train_watch(clock);
  evaluation.model = std::make_shared<const Model>(TRY(Train(train, evaluation.tuning.settings, train_options)));
  evaluation.train_seconds = train_watch.seconds();
  const auto knn = std::make_shared<const Model>(TRY(Train(train, ItemKnn(), {.threads = threads})));
  std::optional<DenseEase> ease;
  if (DenseEase::BytesFor(train.items().size()) <= options.ease_bytes_max) {
    if (train_options.progress) train_options.progress({"dense EASE", 0});
    evaluation.ease_ridge = TRY(EaseRidge(train, options, threads));
    ease = TRY(DenseEase::Train(train, evaluation.ease_ridge, options.ease_bytes_max, threads));
  }

  // All have learned, so the held-out part may be read now.
  const Interactions test = TRY(held_out());
  const auto measure = [&](const AnswerFunction& answer) { return Measure(train, test, answer, Ks(options.k), threads); };
  const Recommender recommender(evaluation.model);
  evaluation.measurement = measure(AnswersOf(recommender, train, threads));
  if (evaluation.measurement.readers == 0) {
    return Error{Code::kInvalidArgument, "NOTHING_TO_MEASURE", "no reader of the test part has a training history"};
  }
  const Recommender knn_recommender(knn);
  evaluation.baselines.push_back({"random", measure(RandomAnswers(train, options.tune.seed))});
  evaluation.baselines.push_back({"popular", measure(PopularAnswers(train))});
  evaluation.baselines.push_back({"item_knn", measure(AnswersOf(knn_recommender, train, threads))});
  if (ease) evaluation.baselines.push_back({"ease", measure(EaseAnswers(train, *ease, threads))});
  TimeQueries(train, clock, evaluation);
  if (options.plots) TRY(AddPlots(train, test, options, evaluation));
  return evaluation;
}

}  // namespace octavo::recommender
