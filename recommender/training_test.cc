#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/base/random.h"
#include "lib/testing/matchers.h"
#include "recommender/dense_ease.h"
#include "recommender/regressions.h"
#include "recommender/simd.h"
#include "recommender/trainer.h"
#include "recommender/tune.h"

namespace octavo::recommender {
namespace {

constexpr std::uint64_t kSeed = 7;

// Readers with one of three tastes, books of falling popularity.
Interactions RandomReaders(int readers, int books, std::uint64_t seed = kSeed) {
  SeededRandom random(seed);
  InteractionsBuilder builder;
  for (int reader = 0; reader < readers; ++reader) {
    const std::uint64_t taste = random.Below(3);
    for (int i = 0; i < 12; ++i) {
      const std::uint64_t book =
          std::min(random.Below(static_cast<std::uint64_t>(books)), random.Below(static_cast<std::uint64_t>(books)));
      if (book % 3 != taste && random.Below(4) != 0) continue;
      CHECK(builder.Add("r" + std::to_string(reader), "b" + std::to_string(book)).ok());
    }
  }
  return builder.Build();
}

Eigen::MatrixXd Matrix(const Interactions& all) {
  Eigen::MatrixXd x =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(all.users().size()), static_cast<Eigen::Index>(all.items().size()));
  for (UserIndex user = 0; user < all.users().size(); ++user) {
    for (const ItemIndex item : all.ItemsOf(user)) x(user, item) = 1;
  }
  return x;
}

// EASE as its paper writes it, in double: B(i, j) = -P(i, j) / P(j, j), P the inverse of G + ridge.
Eigen::MatrixXd Ease(const Eigen::MatrixXd& gram, const Eigen::VectorXd& ridge) {
  Eigen::MatrixXd regular = gram;
  regular.diagonal() += ridge;
  const Eigen::MatrixXd inverse = regular.inverse();
  Eigen::MatrixXd weights = -(inverse.array().rowwise() / inverse.diagonal().transpose().array()).matrix();
  weights.diagonal().setZero();
  return weights;
}

float WeightIn(const Model& model, std::string_view read, std::string_view asked) {
  const Model::Row row = model.row(model.Find(read));
  const ItemIndex column = model.Find(asked);
  for (std::size_t i = 0; i < row.columns.size(); ++i) {
    if (row.columns[i] == column) return row.weights[i];
  }
  return 0;
}

Settings AllCandidates(float user_exponent) {
  Settings settings;
  settings.candidates = 1000;
  settings.user_exponent = user_exponent;
  settings.ridge_exponent = 0;
  settings.ridge = 0.5F;
  settings.popularity_exponent = 0;
  settings.history_exponent = 0;
  return settings;
}

TEST(TrainerTest, WithAllBooksAsCandidatesItIsDenseEase) {
  const Interactions all = RandomReaders(200, 60);
  const Eigen::MatrixXd x = Matrix(all);
  const Eigen::MatrixXd gram = x.transpose() * x;
  const auto books = static_cast<double>(all.items().size());
  const Eigen::VectorXd ridge = Eigen::VectorXd::Constant(gram.rows(), static_cast<float>(0.5 * gram.diagonal().sum() / books));
  const Eigen::MatrixXd expected = Ease(gram, ridge);

  const Result<Model> model = Train(all, AllCandidates(0), {.precision = Precision::kDouble});

  ASSERT_THAT(model, IsOk());
  for (ItemIndex i = 0; i < all.items().size(); ++i) {
    for (ItemIndex j = 0; j < all.items().size(); ++j) {
      ASSERT_NEAR(WeightIn(*model, all.items().id(i), all.items().id(j)), expected(i, j), 1e-6) << i << " " << j;
    }
  }
}

TEST(TrainerTest, WeighsReadersAndScalesTheRidgeAsDocumented) {
  const Interactions all = RandomReaders(150, 40);
  const Eigen::MatrixXd x = Matrix(all);
  const Eigen::VectorXd reader_weights = x.rowwise().sum().array().max(1).pow(-0.5);
  const Eigen::MatrixXd gram = x.transpose() * reader_weights.asDiagonal() * x;
  const double mean = gram.diagonal().mean();
  Settings settings = AllCandidates(0.5F);
  settings.ridge_exponent = 0.25F;
  const Eigen::VectorXd ridge = 0.5 * std::pow(mean, 0.75) * gram.diagonal().array().pow(0.25);
  const Eigen::MatrixXd expected = Ease(gram, ridge);

  const Result<Model> model = Train(all, settings, {.precision = Precision::kDouble});

  for (ItemIndex i = 0; i < all.items().size(); ++i) {
    for (ItemIndex j = 0; j < all.items().size(); ++j) {
      // The sums over readers are single precision.
      ASSERT_NEAR(WeightIn(*model, all.items().id(i), all.items().id(j)), expected(i, j), 1e-5) << i << " " << j;
    }
  }
}

TEST(GramTest, APairIsTheSameWhetherKeptOrSummedWhenAskedFor) {
  const Interactions all = RandomReaders(300, 80);
  const TrainingData data(all, 1);
  const std::vector<float> weights = UserWeights(data, 0.5F);
  std::vector<ItemIndex> items;
  for (ItemIndex item = 0; item < data.items(); item += 1 + item % 3) items.push_back(item);
  using Pairs = std::vector<std::tuple<std::size_t, std::size_t, float>>;
  const auto ask = [&](std::size_t dense_bytes) {
    const Gram gram(data, weights, 2, dense_bytes);
    Gram::Scratch scratch(data.users());
    Pairs pairs;
    for (int round = 0; round < 2; ++round) {  // The second finds the scratch as the first left it.
      pairs.clear();
      gram.ForPairs(items, scratch,
                    [&](std::size_t later, std::size_t earlier, float value) { pairs.emplace_back(later, earlier, value); });
    }
    return pairs;
  };

  const Pairs kept = ask(std::size_t{1} << 20);

  EXPECT_GT(kept.size(), items.size());
  for (const std::size_t dense_bytes : {std::size_t{0}, std::size_t{2000}}) {
    const Pairs summed = ask(dense_bytes);
    ASSERT_EQ(summed.size(), kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      EXPECT_EQ(std::get<0>(summed[i]), std::get<0>(kept[i]));
      EXPECT_EQ(std::get<1>(summed[i]), std::get<1>(kept[i]));
      EXPECT_NEAR(std::get<2>(summed[i]), std::get<2>(kept[i]), 1e-5 * std::get<2>(kept[i]));
    }
  }
}

TEST(TrainerTest, NeighboursAreTheDocumentedSimilarity) {
  const auto all = ParseCsv("user_id,item_id\na,x\na,y\nb,x\nb,y\nb,z\nc,x\n", "f.csv");
  Settings settings;
  settings.method = Method::kNeighbours;
  settings.neighbour_user_exponent = 0;
  settings.row_exponent = 0.3F;
  settings.column_exponent = 0.6F;
  settings.shrinkage = 1;
  settings.similarity_power = 2;
  settings.popularity_exponent = 0;

  const Result<Model> model = Train(*all, settings);

  // Two readers share x and y; x has three readers, y two.
  const double similarity = 2 / (std::pow(3, 0.3) * std::pow(2, 0.6) + 1);
  EXPECT_NEAR(WeightIn(*model, "x", "y"), similarity * similarity, 1e-6);
}

TEST(TrainerTest, KeepsTheLargestWeightsOfEachBookReadInTheirOrder) {
  const Interactions all = RandomReaders(300, 60);
  Settings settings;
  settings.row_max = 0;
  const Result<Model> whole = Train(all, settings);
  settings.row_max = 5;
  const Result<Model> pruned = Train(all, settings);

  ASSERT_THAT(pruned, IsOk());
  for (ItemIndex item = 0; item < whole->items(); ++item) {
    const Model::Row row = whole->row(item);
    std::vector<std::pair<float, ItemIndex>> expected;  // By falling size, of equal ones the more popular first.
    for (std::size_t i = 0; i < row.columns.size(); ++i) expected.emplace_back(-std::abs(row.weights[i]), row.columns[i]);
    std::sort(expected.begin(), expected.end());
    expected.resize(std::min<std::size_t>(expected.size(), 5));
    std::vector<ItemIndex> columns;
    for (const auto& [size, column] : expected) columns.push_back(column);
    std::sort(columns.begin(), columns.end());
    const Model::Row kept = pruned->row(item);
    EXPECT_EQ(std::vector(kept.columns.begin(), kept.columns.end()), columns) << item;
    for (std::size_t i = 0; i < kept.columns.size(); ++i) {
      EXPECT_EQ(kept.weights[i], WeightIn(*whole, whole->id(item), whole->id(kept.columns[i])));
    }
  }
}

TEST(TrainerTest, TheNumberOfThreadsChangesNothing) {
  const Interactions all = RandomReaders(300, 400);

  const Result<Model> one = Train(all, Settings{}, {.threads = 1});
  const Result<Model> three = Train(all, Settings{}, {.threads = 3});

  EXPECT_EQ(one->fingerprint(), three->fingerprint());
}

TEST(TrainerTest, ATrainerThatKeepsStagesGivesTheSameModels) {
  const Interactions all = RandomReaders(200, 100);
  Trainer trainer(all);
  Settings settings;
  settings.candidates = 20;
  for (const float exponent : {0.2F, 0.5F, 0.2F}) {
    for (const float ridge : {1.0F, 4.0F}) {
      settings.user_exponent = exponent;
      settings.ridge = ridge;
      settings.row_exponent = exponent;
      EXPECT_EQ(trainer.Train(settings)->fingerprint(), Train(all, settings)->fingerprint());
    }
  }
}

TEST(TrainerTest, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();

  EXPECT_THAT(Train(RandomReaders(50, 30), Settings{}, {.stop = source.get_token()}), HasReason("STOPPED"));
}

TEST(TrainerTest, RefusesNothing) { EXPECT_THAT(Train(Interactions(), Settings{}), HasReason("NO_INTERACTIONS")); }

TEST(TrainerTest, RefusesSettingsOutOfRange) {
  Settings none;
  none.candidates = 0;
  Settings weak;
  weak.ridge = 0;
  Settings infinite;
  infinite.row_exponent = INFINITY;
  for (const Settings& settings : {none, weak, infinite}) {
    EXPECT_THAT(Train(RandomReaders(50, 30), settings), HasReason("BAD_SETTINGS"));
  }
}

TEST(TrainerTest, AReaderOfAHundredThousandBooksTeachesNothingAndIsAnsweredAll) {
  InteractionsBuilder builder;
  for (int book = 0; book < 100'000; ++book) ASSERT_THAT(builder.Add("crawler", "b" + std::to_string(book)), IsOk());
  for (int reader = 0; reader < 5; ++reader) {
    for (const char* book : {"b1", "b2"}) ASSERT_THAT(builder.Add("r" + std::to_string(reader), book), IsOk());
  }
  const Interactions all = builder.Build();

  const Result<Model> model = Train(all, Settings{});

  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->items(), 100'000U);
  EXPECT_GT(WeightIn(*model, "b1", "b2"), 0);
  EXPECT_EQ(WeightIn(*model, "b3", "b4"), 0);
  EXPECT_EQ(model->weights(), 2U);
}

TEST(TrainerTest, OneReaderAndOneBookGiveAModelWithoutWeights) {
  const Result<Model> model = Train(*ParseCsv("user_id,item_id\na,x\n", "f.csv"), Settings{});

  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->items(), 1U);
  EXPECT_EQ(model->weights(), 0U);
}

TEST(DenseEaseTest, IsEase) {
  const Interactions all = RandomReaders(400, 150);  // More than two blocks of 64, and not a multiple.
  const Eigen::MatrixXd x = Matrix(all);
  const Eigen::MatrixXd expected =
      Ease(x.transpose() * x, Eigen::VectorXd::Constant(static_cast<Eigen::Index>(all.items().size()), 10));
  for (const Simd simd : SimdAvailable()) {
    const Result<DenseEase> ease = DenseEase::Train(all, 10, std::size_t{1} << 30, 2, simd);

    ASSERT_THAT(ease, IsOk());
    for (ItemIndex i = 0; i < all.items().size(); ++i) {
      for (ItemIndex j = 0; j < all.items().size(); ++j) {
        ASSERT_NEAR(ease->weight(i, j), expected(i, j), 1e-5) << SimdName(simd) << " " << i << " " << j;
      }
    }
  }
}

TEST(DenseEaseTest, RefusesMoreBooksThanMemory) {
  EXPECT_THAT(DenseEase::Train(RandomReaders(50, 30), 1, 1000, 1), HasReason("TOO_MANY_BOOKS"));
}

// Single precision: 1e-4 of the largest entry of the solution, for a system as badly conditioned as
// training's.
TEST(SimdTest, EveryVariantSolvesLikeThePortableOne) {
  SeededRandom random(kSeed);
  for (const std::size_t size : {1, 2, 3, 4, 5, 7, 16, 31, 64, 127, 130}) {
    const std::size_t stride = SystemStride(size);
    std::vector<double> rows(size * 8);
    for (double& value : rows) value = static_cast<double>(random.Below(1000)) / 1000;
    struct alignas(64) Line {
      float values[16];
    };
    std::vector<Line> memory(size * stride / 16);
    const auto fill = [&] {
      float* const matrix = memory[0].values;
      for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j < stride; ++j) {
          double sum = i == j ? 2 : 0;
          for (std::size_t r = 0; r < 8 && j < size; ++r) sum += rows[i * 8 + r] * rows[j * 8 + r];
          matrix[i * stride + j] = static_cast<float>(j == size ? 1 + static_cast<double>(i % 3) : j < size ? sum : 0);
        }
      }
      return matrix;
    };
    std::vector<float> expected(size);
    ASSERT_TRUE(SolveSystem(fill(), size, stride, expected.data(), Simd::kPortable));
    float largest = 0;
    for (const float value : expected) largest = std::max(largest, std::abs(value));
    for (const Simd simd : SimdAvailable()) {
      std::vector<float> solution(size);
      ASSERT_TRUE(SolveSystem(fill(), size, stride, solution.data(), simd));
      for (std::size_t i = 0; i < size; ++i) {
        ASSERT_NEAR(solution[i], expected[i], 1e-4 * largest) << SimdName(simd) << " size " << size << " at " << i;
      }
    }
  }
}

TEST(SimdTest, SaysWhenASystemIsNotPositiveDefinite) {
  for (const Simd simd : SimdAvailable()) {
    alignas(64) float matrix[16] = {-1, 1};
    float solution = 0;
    EXPECT_FALSE(SolveSystem(matrix, 1, 16, &solution, simd));
  }
}

TEST(TuneTest, KeepsTheBestOfItsTrialsAndRepeatsItself) {
  const Interactions all = RandomReaders(300, 90);
  const SystemClock clock;
  const TuneOptions options{.effort = TuneEffort::kQuick, .seed = 3};

  const Result<Tuning> tuning = Tune(all, options, clock);

  ASSERT_THAT(tuning, IsOk());
  ASSERT_GE(tuning->trials.size(), 5U);
  EXPECT_EQ(tuning->trials.front().settings, Settings{});
  double best = 0;
  for (const Trial& trial : tuning->trials) {
    if (trial.settings == tuning->settings) best = trial.score();
  }
  for (const Trial& trial : tuning->trials) EXPECT_LE(trial.score(), best * 1.001);
  EXPECT_EQ(Tune(all, options, clock)->settings, tuning->settings);
}

TEST(TuneTest, AFullSearchClimbsAgainFromElsewhereAndRepeatsItself) {
  const Interactions all = RandomReaders(200, 60);
  const SystemClock clock;
  const TuneOptions options{.effort = TuneEffort::kFull, .seed = 3};

  const Result<Tuning> tuning = Tune(all, options, clock);

  ASSERT_THAT(tuning, IsOk());
  // Trials of one climb are a step or two apart; where another begins, no step leads.
  const auto is_leap = [](const Trial& from, const Trial& to) {
    const Settings& a = from.settings;
    const Settings& b = to.settings;
    return (a.candidates != b.candidates) + (a.ridge != b.ridge) + (a.ridge_exponent != b.ridge_exponent) +
               (a.popularity_exponent != b.popularity_exponent) + (a.history_exponent != b.history_exponent) +
               (a.user_exponent != b.user_exponent) + (a.row_exponent != b.row_exponent) +
               (a.neighbour_user_exponent != b.neighbour_user_exponent) >=
           3;
  };
  const std::vector<Trial>& trials = tuning->trials;
  const auto leap = std::adjacent_find(trials.begin(), trials.end(), is_leap);
  ASSERT_NE(leap, trials.end());
  const auto is_worse = [](const Trial& a, const Trial& b) { return a.score() < b.score(); };
  const double first_climb = std::max_element(trials.begin(), leap + 1, is_worse)->score();
  const auto chosen =
      std::find_if(trials.begin(), trials.end(), [&](const Trial& trial) { return trial.settings == tuning->settings; });
  ASSERT_NE(chosen, trials.end());
  EXPECT_GE(chosen->score(), first_climb * 0.999) << "a climb that ends lower is not followed";
  EXPECT_EQ(Tune(all, options, clock)->settings, tuning->settings);
}

TEST(TuneTest, WithoutEffortOrWithoutAnythingToHoldBackItTakesTheDefaults) {
  const SystemClock clock;
  const auto single = ParseCsv("user_id,item_id\na,x\nb,y\n", "f.csv");

  EXPECT_EQ(Tune(RandomReaders(50, 20), {.effort = TuneEffort::kNone}, clock)->settings, Settings{});
  EXPECT_TRUE(Tune(*single, {.effort = TuneEffort::kFull}, clock)->trials.empty());

  const auto late = ParseCsv("user_id,item_id,timestamp\na,x,1\na,y,2\nb,x,3\nb,y,4\nnew,x,9\n", "f.csv");
  const TuneOptions temporal{.effort = TuneEffort::kFull, .split = SplitMode::kTemporal, .held_out = 0.2};
  EXPECT_TRUE(Tune(*late, temporal, clock)->trials.empty());
}

}  // namespace
}  // namespace octavo::recommender
