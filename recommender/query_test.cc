#include "recommender/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "recommender/metadata.h"
#include "recommender/trainer.h"

namespace octavo::recommender {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// A model of `items` books with about `row` random weights each, every fourth negative.
std::shared_ptr<const Model> RandomModel(std::size_t items, std::size_t row, std::uint64_t seed) {
  SeededRandom random(seed);
  ModelParts parts{.row_offsets = {0}, .users = items, .interactions = items * 2};
  for (std::size_t i = 0; i < items; ++i) {
    parts.ids.push_back("b" + std::to_string(i));
    parts.readers.push_back(static_cast<std::uint32_t>(items - i));
    std::set<ItemIndex> columns;
    for (std::size_t j = 0; j < row; ++j) columns.insert(static_cast<ItemIndex>(random.Below(items)));
    columns.erase(static_cast<ItemIndex>(i));
    for (const ItemIndex column : columns) {
      parts.columns.push_back(column);
      // Eighths: sums are exact in any order, so that ties are frequent and true.
      const auto weight = static_cast<float>(1 + random.Below(8)) / 8;
      parts.weights.push_back(random.Below(4) == 0 ? -weight : weight);
    }
    parts.row_offsets.push_back(parts.columns.size());
  }
  return std::make_shared<const Model>(Model::FromParts(parts));
}

std::vector<HistoryEntry> RandomHistory(std::size_t items, std::size_t count, SeededRandom& random) {
  std::vector<HistoryEntry> history;
  for (std::size_t i = 0; i < count; ++i) history.push_back({static_cast<ItemIndex>(random.Below(items))});
  return history;
}

std::vector<ItemIndex> Items(std::span<const Recommendation> answers) {
  std::vector<ItemIndex> items;
  for (const Recommendation& answer : answers) items.push_back(answer.item);
  return items;
}

// What the header promises, as plainly as can be.
std::vector<ItemIndex> Expected(const Model& model, const Query& query) {
  std::map<ItemIndex, float> scores;
  for (const HistoryEntry& entry : query.history) {
    const Model::Row row = model.row(entry.item);
    for (std::size_t i = 0; i < row.columns.size(); ++i) scores[row.columns[i]] += row.weights[i];
  }
  std::vector<std::pair<float, ItemIndex>> order;
  std::vector<ItemIndex> rest;
  for (ItemIndex item = 0; item < model.items(); ++item) {
    const auto is_item = [item](const HistoryEntry& entry) { return entry.item == item; };
    const auto& exclusions = query.filters.exclusions;
    if (query.filters.exclude_history && std::any_of(query.history.begin(), query.history.end(), is_item)) continue;
    if (std::find(exclusions.begin(), exclusions.end(), item) != exclusions.end()) continue;
    if (query.filters.category != nullptr && !query.filters.category->Contains(item)) continue;
    if (query.filters.available != nullptr && !query.filters.available->Contains(item)) continue;
    const auto found = scores.find(item);
    if (found != scores.end() && found->second > 0) {
      order.emplace_back(-found->second, item);
    } else {
      rest.push_back(item);
    }
  }
  std::sort(order.begin(), order.end());
  std::vector<ItemIndex> expected;
  for (const auto& [score, item] : order) expected.push_back(item);
  if (query.fill) expected.insert(expected.end(), rest.begin(), rest.end());
  expected.resize(std::min(expected.size(), query.k));
  return expected;
}

TEST(RecommenderTest, AnswersAsAPlainSumAndSortWould) {
  constexpr std::uint64_t kSeed = 11;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRandom random(kSeed);
  for (const std::size_t items : {1, 5, 70, 500}) {
    const auto model = RandomModel(items, 12, kSeed);
    const Recommender recommender(model);
    Scratch scratch(recommender);
    for (int round = 0; round < 60; ++round) {
      const auto history = RandomHistory(items, random.Below(20), random);
      const auto excluded = RandomHistory(items, random.Below(5), random);
      std::vector<ItemIndex> exclusions;
      for (const HistoryEntry& entry : excluded) exclusions.push_back(entry.item);
      ItemSet category(items);
      ItemSet available(items);
      for (std::size_t i = 0; i < items; ++i) {
        if (random.Below(2) == 0) category.Add(static_cast<ItemIndex>(i));
        if (random.Below(3) != 0) available.Add(static_cast<ItemIndex>(i));
      }
      Query query{.history = history, .k = 1 + random.Below(30)};
      query.filters.exclusions = exclusions;
      query.filters.category = random.Below(2) == 0 ? &category : nullptr;
      query.filters.available = random.Below(2) == 0 ? &available : nullptr;
      query.filters.exclude_history = random.Below(4) != 0;
      query.fill = random.Below(3) != 0;
      ASSERT_EQ(Items(recommender.Recommend(query, scratch)), Expected(*model, query)) << items << " " << round;
    }
  }
}

TEST(RecommenderTest, BatchIsTheSameAsOneByOne) {
  SeededRandom random(3);
  const Recommender recommender(RandomModel(300, 20, 3));
  std::vector<std::vector<HistoryEntry>> histories;
  for (int i = 0; i < 500; ++i) histories.push_back(RandomHistory(300, random.Below(30), random));
  std::vector<Query> queries;
  for (const auto& history : histories) queries.push_back({.history = history, .k = 7});

  const auto answers = recommender.RecommendBatch(queries, 3);

  Scratch scratch(recommender);
  ASSERT_EQ(answers.size(), queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    EXPECT_THAT(recommender.Recommend(queries[i], scratch), testing::ElementsAreArray(answers[i]));
  }
}

TEST(RecommenderTest, MappedFromAFileAnswersAsInMemory) {
  const TempDir folder;
  const auto memory = RandomModel(200, 15, 5);
  ASSERT_THAT(memory->Save(folder / "m.bin"), IsOk());
  const auto mapped = std::make_shared<const Model>(std::move(Model::Open(folder / "m.bin")).value());
  const Recommender a(memory);
  const Recommender b(mapped);
  Scratch scratch_a(a);
  Scratch scratch_b(b);
  SeededRandom random(5);
  for (int round = 0; round < 100; ++round) {
    const auto history = RandomHistory(200, 8, random);
    EXPECT_THAT(a.Recommend({.history = history}, scratch_a),
                testing::ElementsAreArray(b.Recommend({.history = history}, scratch_b)));
  }
}

TEST(RecommenderTest, LimitsEachAuthorAndSeries) {
  const auto model = RandomModel(300, 60, 9);
  const Recommender recommender(model);
  Scratch scratch(recommender);
  // One author wrote nearly everything.
  std::vector<std::vector<std::uint32_t>> groups(300, {1, 2});
  for (std::size_t i = 0; i < 300; i += 25) groups[i] = {static_cast<std::uint32_t>(100 + i)};
  const ItemGroups authors(groups);
  SeededRandom random(9);
  const auto history = RandomHistory(300, 10, random);
  Query query{.history = history, .k = 8};
  query.diversity = {.groups = &authors, .per_group_max = 2};

  const auto answers = recommender.Recommend(query, scratch);

  ASSERT_EQ(answers.size(), 8U);
  int prolific = 0;
  for (const Recommendation& answer : answers) prolific += authors.Of(answer.item)[0] == 1 ? 1 : 0;
  EXPECT_EQ(prolific, 2);
}

TEST(RecommenderTest, SoundAnswersToOddQuestions) {
  const Recommender recommender(RandomModel(50, 5, 1));
  Scratch scratch(recommender);
  const HistoryEntry odd[] = {{kNoIndex}, {50}, {3, -1}, {4, std::nanf("")}, {5, INFINITY}, {3}};
  std::vector<HistoryEntry> long_history(100000, HistoryEntry{7});
  ItemSet none(50);

  EXPECT_TRUE(recommender.Recommend({.history = odd, .k = 0}, scratch).empty());
  EXPECT_EQ(recommender.Recommend({.history = odd, .k = 5000}, scratch).size(), 47U);
  EXPECT_EQ(recommender.Recommend({.history = long_history, .k = 10}, scratch).size(), 10U);
  EXPECT_TRUE(recommender.Recommend({.k = 10, .filters = {.category = &none}}, scratch).empty());
  EXPECT_TRUE(recommender.Similar(kNoIndex, {}, scratch).empty());
  EXPECT_TRUE(recommender.Explain(odd, kNoIndex, 3, scratch).empty());
}

TEST(RecommenderTest, NewReadersSeeThePopularGentlyShuffledByTheirSeed) {
  const Recommender recommender(RandomModel(1000, 5, 1));
  Scratch scratch(recommender);
  const auto ask = [&](float exploration, std::uint64_t seed) {
    return Items(recommender.Recommend({.k = 5, .exploration = exploration, .seed = seed}, scratch));
  };

  EXPECT_THAT(ask(0, 1), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(ask(0.5F, 1), ask(0.5F, 1));
  EXPECT_NE(ask(0.5F, 1), ask(0.5F, 2));
  for (const ItemIndex item : ask(1, 3)) EXPECT_LT(item, 64U) << "not gentle";
}

TEST(RecommenderTest, ASmallScratchGrowsForALargerModel) {
  const Recommender small(RandomModel(10, 3, 1));
  const Recommender large(RandomModel(400, 3, 1));
  Scratch scratch(small);
  const HistoryEntry history[] = {{2}, {9}};
  Scratch fresh(large);

  EXPECT_EQ(small.Recommend({.history = history}, scratch).size(), 8U);
  EXPECT_THAT(large.Recommend({.history = history}, scratch),
              testing::ElementsAreArray(large.Recommend({.history = history}, fresh)));
}

// Two tastes: readers of "sea" books and readers of "sky" books, and everybody reads "hit".
std::shared_ptr<const Model> TwoTastes() {
  InteractionsBuilder builder;
  for (int reader = 0; reader < 12; ++reader) {
    const std::string name = "r" + std::to_string(reader);
    const std::string taste = reader % 2 == 0 ? "sea" : "sky";
    CHECK(builder.Add(name, "hit").ok());
    for (int book = 0; book < 4; ++book) {
      if ((reader / 2 + book) % 4 != 0) CHECK(builder.Add(name, taste + std::to_string(book)).ok());
    }
  }
  return std::make_shared<const Model>(std::move(Train(builder.Build(), Settings{})).value());
}

std::vector<std::string> Ids(const Recommender& recommender, std::span<const Recommendation> answers) {
  std::vector<std::string> ids;
  for (const Recommendation& answer : answers) ids.emplace_back(recommender.id(answer.item));
  return ids;
}

TEST(RecommenderTest, AnswersWithTheReadersTasteAndSaysWhy) {
  const Recommender recommender(TwoTastes());
  Scratch scratch(recommender);
  const HistoryEntry history[] = {{recommender.Find("sea0")}, {recommender.Find("sea1")}};

  EXPECT_THAT(Ids(recommender, recommender.Recommend({.history = history, .k = 3}, scratch)),
              UnorderedElementsAre("hit", "sea2", "sea3"));
  const HistoryEntry mixed[] = {{recommender.Find("sky0")}, {recommender.Find("sea1")}};
  const auto reasons = recommender.Explain(mixed, recommender.Find("sea2"), 5, scratch);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(recommender.id(reasons[0].item), "sea1");
}

TEST(RecommenderTest, SimilarBooksShareReaders) {
  const Recommender recommender(TwoTastes());
  Scratch scratch(recommender);

  const auto ids = Ids(recommender, recommender.Similar(recommender.Find("sky1"), {.k = 3}, scratch));

  ASSERT_EQ(ids.size(), 3U);
  EXPECT_THAT(ids, testing::Each(testing::Not(testing::StartsWith("sea"))));
}

TEST(RecommenderTest, OneMoreBookInTheHistoryChangesTheNextAnswer) {
  const Recommender recommender(TwoTastes());
  Scratch scratch(recommender);
  std::vector<HistoryEntry> history = {{recommender.Find("hit")}};
  const auto before = Ids(recommender, recommender.Recommend({.history = history, .k = 3}, scratch));

  history.push_back({recommender.Find(before[0])});
  const auto after = Ids(recommender, recommender.Recommend({.history = history, .k = 3}, scratch));

  EXPECT_NE(before, after);
}

TEST(SessionHistoryTest, WeighsLaterEventsMore) {
  const ItemIndex events[] = {1, 2, 3};
  HistoryEntry out[2];

  const auto history = SessionHistory(events, 0.5F, out);

  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].item, 2U);
  EXPECT_EQ(history[0].weight, 0.5F);
  EXPECT_EQ(history[1].weight, 1.0F);
}

std::vector<BookMetadata> Shelf() {
  return {{.id = "sea0", .authors = {"Mare"}, .series = "Sea"},
          {.id = "sea9", .authors = {"mare"}, .series = "SEA"},
          {.id = "sky0", .authors = {"Cielo"}, .text = "clouds over the mountain"},
          {.id = "sky1", .authors = {"Cielo"}},
          {.id = "sky8", .authors = {"Nova"}, .text = "The clouds return"},
          {.id = "odd"},
          {.id = "sea9", .series = "a second book of one id"}};
}

TEST(OverlayTest, ANewBookIsRecommendedByItsMetadata) {
  const auto model = TwoTastes();
  const Recommender recommender(model, BuildOverlay(*model, Shelf()));
  Scratch scratch(recommender);
  const HistoryEntry sea[] = {{recommender.Find("sea0")}};
  const HistoryEntry related[] = {{recommender.Find("sea1")}};

  EXPECT_EQ(recommender.items(), model->items() + 3);
  EXPECT_THAT(Ids(recommender, recommender.Recommend({.history = sea, .k = 6}, scratch)), testing::Contains("sea9"));
  EXPECT_THAT(Ids(recommender, recommender.Recommend({.history = related, .k = 6}, scratch)), testing::Contains("sea9"))
      << "who reads what leads to sea0 is led to sea9 too";
}

TEST(OverlayTest, AHistoryOfNewBooksLeadsToTheirRelatives) {
  const auto model = TwoTastes();
  const Recommender recommender(model, BuildOverlay(*model, Shelf()));
  Scratch scratch(recommender);
  const HistoryEntry history[] = {{recommender.Find("sky8")}};

  const auto answers = recommender.Recommend({.history = history, .k = 3}, scratch);

  EXPECT_EQ(recommender.id(answers[0].item), "sky0") << "it shares the clouds";
  EXPECT_EQ(recommender.Explain(history, recommender.Find("sky0"), 1, scratch)[0].item, recommender.Find("sky8"));
}

TEST(OverlayTest, HoweverManyNewBooksResembleOneOnlyTheNearestStandInItsRow) {
  const auto model = TwoTastes();
  std::vector<BookMetadata> books = {{.id = "sea0", .authors = {"Mare"}, .series = "Sea"},
                                     {.id = "near", .authors = {"Mare"}, .series = "Sea"}};
  for (int i = 0; i < 9; ++i) books.push_back({.id = "far" + std::to_string(i), .authors = {"Mare"}, .series = "Other"});

  const auto overlay = BuildOverlay(*model, books, {.row_max = 3});

  const Recommender recommender(model, overlay);
  const auto columns = overlay->row(recommender.Find("sea0")).columns;
  EXPECT_EQ(columns.size(), 3U);
  EXPECT_THAT(columns, testing::Contains(recommender.Find("near")));
  EXPECT_TRUE(std::is_sorted(columns.begin(), columns.end()));
}

TEST(OverlayTest, ABookWithoutMetadataIsKnownButLeadsNowhere) {
  const auto model = TwoTastes();
  const Recommender recommender(model, BuildOverlay(*model, Shelf()));
  Scratch scratch(recommender);

  EXPECT_NE(recommender.Find("odd"), kNoIndex);
  EXPECT_TRUE(recommender.Similar(recommender.Find("odd"), {}, scratch).empty());
}

}  // namespace
}  // namespace octavo::recommender
