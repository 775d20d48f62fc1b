#include "recommender/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "recommender/metadata.h"
#include "recommender/trainer.h"

namespace octavo::recommender {
namespace {

// Two tastes: readers of "sea" books and readers of "sky" books, and everybody reads "hit".
Interactions TwoTastes() {
  InteractionsBuilder builder;
  for (int reader = 0; reader < 12; ++reader) {
    const std::string name = "r" + std::to_string(reader);
    const std::string taste = reader % 2 == 0 ? "sea" : "sky";
    CHECK(builder.Add(name, "hit").ok());
    for (int book = 0; book < 4; ++book) {
      if ((reader / 2 + book) % 4 != 0) CHECK(builder.Add(name, taste + std::to_string(book)).ok());
    }
  }
  return builder.Build();
}

std::shared_ptr<const Model> Trained() {
  Result<Model> model = Train(TwoTastes(), Settings{});
  return std::make_shared<const Model>(std::move(model).value());
}

TEST(RecommenderTest, AnswersWithTheReadersTaste) {
  const Recommender recommender(Trained());
  Scratch scratch(recommender);
  const HistoryEntry history[] = {{recommender.Find("sea0")}, {recommender.Find("sea1")}};

  const auto answers = recommender.Recommend({.history = history, .k = 3}, scratch);

  ASSERT_EQ(answers.size(), 3U);
  std::vector<std::string_view> ids;
  for (const Recommendation& answer : answers) ids.push_back(recommender.id(answer.item));
  EXPECT_THAT(ids, testing::UnorderedElementsAre("hit", "sea2", "sea3"));
}

TEST(RecommenderTest, ANewReaderGetsThePopular) {
  const Recommender recommender(Trained());
  Scratch scratch(recommender);

  const auto answers = recommender.Recommend({.k = 2}, scratch);

  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(recommender.id(answers[0].item), "hit");
  EXPECT_EQ(answers[0].source, Source::kPopular);
}

TEST(RecommenderTest, ExplainsByTheBooksThatSpokeForTheAnswer) {
  const Recommender recommender(Trained());
  Scratch scratch(recommender);
  const HistoryEntry history[] = {{recommender.Find("sky0")}, {recommender.Find("sea1")}};

  const auto reasons = recommender.Explain(history, recommender.Find("sea2"), 5, scratch);

  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(recommender.id(reasons[0].item), "sea1");
}

TEST(RecommenderTest, ANewBookIsRecommendedByItsSeries) {
  const std::shared_ptr<const Model> model = Trained();
  const std::vector<BookMetadata> books = {{.id = "sea0", .series = "Sea"}, {.id = "sea9", .series = "Sea"},
                                           {.id = "sky0", .series = "Sky"}, {.id = "sky1", .series = "Sky"}};
  const Recommender recommender(model, BuildOverlay(*model, books));
  Scratch scratch(recommender);
  const HistoryEntry history[] = {{recommender.Find("sea0")}};

  const auto answers = recommender.Recommend({.history = history, .k = 5}, scratch);

  EXPECT_THAT(answers, testing::Contains(testing::Field(&Recommendation::item, recommender.Find("sea9"))));
}

TEST(ModelTest, AFileGivesTheSameModel) {
  const TempDir folder;
  const std::shared_ptr<const Model> model = Trained();

  ASSERT_THAT(model->Save(folder / "m.bin"), IsOk());
  const Result<Model> opened = Model::Open(folder / "m.bin");

  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->fingerprint(), model->fingerprint());
  EXPECT_EQ(opened->items(), 9U);
}

}  // namespace
}  // namespace octavo::recommender
