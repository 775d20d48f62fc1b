// The command-line tool from outside: what it prints, what it writes, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/base/check.h"
#include "lib/testing/temp_dir.h"

namespace octavo::recommender {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string output;  // Of stdout and stderr together.
};

class OctavoRecommendTest : public testing::Test {
 protected:
  Outcome Run(const std::string& arguments) {
    const char* const folder = std::getenv("OCTAVO_TEST_BINARY_DIR");
    CHECK(folder != nullptr);
    const std::string command =
        "cd '" + folder_.path().string() + "' && '" + folder + "/octavo-recommend' " + arguments + " 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");
    CHECK(pipe != nullptr);
    Outcome outcome;
    std::array<char, 4096> buffer;
    while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
      outcome.output.append(buffer.data(), count);
    }
    outcome.code = WEXITSTATUS(pclose(pipe));
    return outcome;
  }

  void Write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  // Six readers of two tastes.
  void WriteReaders() {
    std::string text = "user_id,item_id,timestamp\n";
    for (int user = 0; user < 30; ++user) {
      for (int book = 0; book < 6; ++book) {
        if ((user + book) % 5 != 0) {
          text += "u" + std::to_string(user) + "," + (user % 2 == 0 ? "\"sea," : "\"sky,") + std::to_string(book) + "\"," +
                  std::to_string(book * 100 + user) + "\n";
        }
      }
    }
    Write("all.csv", text);
  }

  TempDir folder_;
};

TEST_F(OctavoRecommendTest, TrainsAndAnswers) {
  WriteReaders();

  const Outcome trained = Run("train --interactions all.csv --model m.bin --quiet --threads 2 --report t.json");
  ASSERT_EQ(trained.code, 0) << trained.output;
  const Outcome answered = Run("query --model m.bin --history '\"sea,1\",\"sea,2\"' --k 2 --explain");

  ASSERT_EQ(answered.code, 0) << answered.output;
  EXPECT_THAT(answered.output, StartsWith("item_id,score,source,because\n\"sea,"));
  EXPECT_THAT(answered.output, HasSubstr(",personal,"));
}

TEST_F(OctavoRecommendTest, ReportsWhatTheContractNames) {
  WriteReaders();

  const Outcome outcome =
      Run("evaluate --train all.csv --split random --k 20 --tune quick --quiet --threads 2 --report r.json "
          "--plots plots");

  ASSERT_EQ(outcome.code, 0) << outcome.output;
  std::ifstream in(folder_ / "r.json");
  const nlohmann::json report = nlohmann::json::parse(in);
  for (const char* field :
       {"recall@20", "ndcg@20", "precision@20", "hit_rate@20", "coverage@20", "novelty@20", "train_seconds", "tune_seconds",
        "peak_rss_mb", "model_bytes", "query_p50_us", "query_p99_us", "users", "items", "interactions"}) {
    EXPECT_TRUE(report.at(field).is_number()) << field;
  }
  for (const char* baseline : {"random", "popular", "item_knn", "ease"}) {
    EXPECT_TRUE(report.at("baselines").at(baseline).at("ndcg@20").is_number()) << baseline;
  }
  EXPECT_TRUE(report.at("settings").is_object());
  EXPECT_GT(report.at("trials").size(), 1U);
  for (const char* plot : {"recall_by_k", "recall_by_popularity", "recall_by_history", "recall_by_model_size"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "plots" / (std::string(plot) + ".svg"))) << plot;
  }
}

TEST_F(OctavoRecommendTest, SplitsByTimeAndByLastBook) {
  WriteReaders();
  for (const char* mode : {"temporal", "leave-last-out"}) {
    const Outcome outcome = Run(std::string("evaluate --train all.csv --quiet --split ") + mode);
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("popular"));
  }
}

TEST_F(OctavoRecommendTest, RefusesBadInputInOneLineWithCode2) {
  WriteReaders();
  Write("bad.csv", "user_id,item_id,weight\na,b,1\na,c,-3\n");
  Write("one.csv", "user_id,item_id\na,b\n");
  Write("not-a-model", "hello");
  struct Case {
    const char* arguments;
    const char* message;
  };
  const Case cases[] = {
      {"train --interactions bad.csv --model m.bin", "octavo-recommend: bad.csv:3: weight -3"},
      {"train --interactions none.csv --model m.bin", "octavo-recommend: none.csv: No such file"},
      {"train --interactions all.csv --model /nowhere/m.bin --quiet", "/nowhere/m.bin: cannot create"},
      {"train --interactions all.csv --model m.bin --tune wild", "tune \"wild\" must be"},
      {"evaluate --train all.csv", "give either --test or --split"},
      {"evaluate --train all.csv --split weekly", "split \"weekly\" must be"},
      {"evaluate --train one.csv --split temporal", "needs a timestamp column"},
      {"evaluate --train one.csv --split random", "no reader has more than one book"},
      {"evaluate --train all.csv --test one.csv --quiet", "no reader of the test part"},
      {"query --model not-a-model --history 1", "not-a-model: this is not a recommender model"},
      {"query --model all.csv", "not a recommender model"},
      {"dance", ""},
      {"query --k 5", "--model is required"},
  };
  for (const Case& c : cases) {
    const Outcome outcome = Run(c.arguments);
    EXPECT_EQ(outcome.code, 2) << c.arguments << "\n" << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(c.message)) << c.arguments;
  }
}

TEST_F(OctavoRecommendTest, AnUnknownHistoryIsSaidAndAnsweredWithThePopular) {
  WriteReaders();
  ASSERT_EQ(Run("train --interactions all.csv --model m.bin --quiet").code, 0);

  const Outcome outcome = Run("query --model m.bin --history nobody,knows --k 3");

  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.output, HasSubstr("2 ids of the history are not in the model"));
  EXPECT_THAT(outcome.output, HasSubstr(",popular"));
}

}  // namespace
}  // namespace octavo::recommender
