#include "recommender/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lib/base/clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/xml.h"
#include "recommender/evaluate.h"
#include "recommender/split.h"

namespace octavo::recommender {
namespace {

Interactions Parsed(std::string_view text, IdTable users = {}, IdTable items = {}) {
  return std::move(ParseCsv(text, "f.csv", std::move(users), std::move(items))).value();
}

TEST(MeasureTest, MeasuresAsTheLiteratureDoes) {
  const Interactions train = Parsed("user_id,item_id\nann,a\nbob,b\nbob,a\ncyd,c\ncyd,d\ncyd,e\n");
  // Dan has no history and is not measured; f is a book nobody has read, so nobody can find it.
  const Interactions test = Parsed("user_id,item_id\nann,b\nann,c\nann,f\nbob,c\ndan,a\n", train.users(), train.items());
  const auto answer = [&](int, UserIndex user, std::span<ItemIndex> out) -> std::size_t {
    // Ann: d, b. Bob: d, e.
    out[0] = train.items().Find("d");
    out[1] = train.items().Find(train.users().id(user) == "ann" ? "b" : "e");
    return 2;
  };

  const Measurement measured = Measure(train, test, answer, {2}, 1);

  ASSERT_EQ(measured.readers, 2U);
  const Quality& quality = measured.quality[0];
  EXPECT_DOUBLE_EQ(quality.recall, (1.0 / 3 + 0) / 2);
  EXPECT_DOUBLE_EQ(quality.precision, (1.0 / 2 + 0) / 2);
  EXPECT_DOUBLE_EQ(quality.hit_rate, 0.5);
  const double ideal = 1 + 1 / std::log2(3.0);
  EXPECT_DOUBLE_EQ(quality.ndcg, 1 / std::log2(3.0) / ideal / 2);
  EXPECT_DOUBLE_EQ(quality.coverage, 3.0 / 5);
  // Each of d, e and b has one of three readers.
  EXPECT_NEAR(quality.novelty, std::log2(3.0), 1e-12);
  EXPECT_EQ(measured.wanted[train.items().Find("c")], 2U);
  EXPECT_EQ(measured.hits[train.items().Find("b")], 1U);
}

std::size_t Shared(const Split& split) {
  std::size_t shared = 0;
  for (UserIndex user = 0; user < split.train.users().size(); ++user) {
    for (const ItemIndex item : split.train.ItemsOf(user)) {
      const auto held = split.held_out.ItemsOf(user);
      shared += std::binary_search(held.begin(), held.end(), item) ? 1 : 0;
    }
  }
  return shared;
}

Interactions Timed() {
  std::string text = "user_id,item_id,timestamp\n";
  for (int user = 0; user < 40; ++user) {
    for (int item = 0; item < 10; ++item) {
      text += "u" + std::to_string(user) + ",i" + std::to_string(item * 7 % (user + 2)) + "," +
              std::to_string(1000 * item + user) + "\n";
    }
  }
  return Parsed(text);
}

TEST(SplitTest, BothPartsAreTheWhole) {
  const Interactions all = Timed();
  for (const SplitMode mode : {SplitMode::kRandom, SplitMode::kTemporal, SplitMode::kLeaveLastOut}) {
    const Result<Split> split = SplitInteractions(all, {.mode = mode, .seed = 5});
    ASSERT_THAT(split, IsOk());
    EXPECT_EQ(split->train.size() + split->held_out.size(), all.size());
    EXPECT_EQ(Shared(*split), 0U);
  }
}

TEST(SplitTest, RandomHoldsBackTheShareOfEachReaderAndLeavesOne) {
  const Interactions all = Timed();

  const Result<Split> split = SplitInteractions(all, {.share = 0.25, .seed = 5});

  EXPECT_NEAR(static_cast<double>(split->held_out.size()), 0.25 * static_cast<double>(all.size()), 20);
  for (UserIndex user = 0; user < all.users().size(); ++user) EXPECT_FALSE(split->train.ItemsOf(user).empty());
}

TEST(SplitTest, TemporalHoldsBackWhatCameLast) {
  const Result<Split> split = SplitInteractions(Timed(), {.mode = SplitMode::kTemporal});
  std::int64_t latest = 0;
  std::int64_t earliest = INT64_MAX;
  for (UserIndex user = 0; user < split->train.users().size(); ++user) {
    for (const std::int64_t time : split->train.TimesOf(user)) latest = std::max(latest, time);
    for (const std::int64_t time : split->held_out.TimesOf(user)) earliest = std::min(earliest, time);
  }

  EXPECT_LE(latest, earliest);
}

TEST(SplitTest, LeaveLastOutTakesEachReadersLastBook) {
  const Interactions all = Parsed("user_id,item_id,timestamp\na,x,3\na,y,9\na,z,5\nb,x,1\n");

  const Result<Split> split = SplitInteractions(all, {.mode = SplitMode::kLeaveLastOut});

  EXPECT_THAT(split->held_out.ItemsOf(0), testing::ElementsAre(all.items().Find("y")));
  EXPECT_TRUE(split->held_out.ItemsOf(1).empty());
}

TEST(SplitTest, RefusesWhatCannotBeSplit) {
  const Interactions untimed = Parsed("user_id,item_id\na,x\na,y\n");

  EXPECT_THAT(SplitInteractions(untimed, {.mode = SplitMode::kTemporal}), HasReason("NO_TIMESTAMPS"));
  EXPECT_THAT(SplitInteractions(Parsed("user_id,item_id\na,x\n"), {}), HasReason("NOTHING_HELD_OUT"));
  EXPECT_THAT(ParseSplitMode("weekly"), HasReason("BAD_SPLIT"));
}

TEST(EvaluateTest, BeatsChanceAndLooksAtTheTestPartLast) {
  const Interactions all = Timed();
  Split split = std::move(SplitInteractions(all, {.seed = 2})).value();
  int loads = 0;
  const SystemClock clock;

  const Result<Evaluation> evaluation = Evaluate(
      split.train,
      [&]() -> Result<Interactions> {
        ++loads;
        return std::move(split.held_out);
      },
      {.k = 3, .tune = {.effort = TuneEffort::kNone}, .plots = true}, clock);

  ASSERT_THAT(evaluation, IsOk());
  EXPECT_EQ(loads, 1);
  ASSERT_EQ(evaluation->baselines.size(), 4U);
  EXPECT_EQ(evaluation->baselines[3].name, "ease");
  EXPECT_GT(evaluation->measurement.quality[0].recall, evaluation->baselines[0].measurement.quality[0].recall);
  EXPECT_EQ(evaluation->plots.size(), 4U);
  for (const auto& [name, plot] : evaluation->plots) {
    EXPECT_FALSE(plot.title.empty()) << name;
    EXPECT_FALSE(plot.series.empty()) << name;
    for (const auto& series : plot.series) EXPECT_FALSE(series.points.empty()) << name << ": " << series.name;
    EXPECT_THAT(ToSvg(plot), IsWellFormedXml()) << name;
  }
}

TEST(EvaluateTest, LeavesOutEaseWhereMemoryDoesNotAllow) {
  Split split = std::move(SplitInteractions(Timed(), {})).value();
  const SystemClock clock;

  const Result<Evaluation> evaluation = Evaluate(
      split.train, [&]() -> Result<Interactions> { return std::move(split.held_out); },
      {.tune = {.effort = TuneEffort::kNone}, .ease_bytes_max = 0}, clock);

  EXPECT_EQ(evaluation->baselines.size(), 3U);
}

TEST(GainTest, IsTheMeanGainReaderByReaderInItsStandardErrors) {
  const std::vector<float> before = {0, 0.5, 1, 0.5};
  const std::vector<float> after = {0.25, 0.5, 1, 0.75};  // Gains 1/4, 0, 0, 1/4: mean 1/8, deviation 1/8, error 1/16.

  EXPECT_NEAR(GainInErrors(before, after), 2, 1e-6);
  EXPECT_NEAR(GainInErrors(after, before), -2, 1e-6);
  EXPECT_EQ(GainInErrors(before, before), 0);
}

}  // namespace
}  // namespace octavo::recommender
