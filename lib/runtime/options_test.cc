#include "lib/runtime/options.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo::runtime {
namespace {

using namespace std::chrono_literals;

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    auto group = options_.Prefixed("inventory");
    group.Add("queue_max", &queue_max_, "Waiting calls.");
    group.Add("note", &note_, "A note.");
    group.Add("strict", &strict_, "Refuse more.");
    group.Add("share", &share_, "Of one core.");
    group.Add("hold", &hold_, "How long copies are held.");
    group.Add("key", &key_, "Signs cookies.");
  }

  Result<Options::Outcome> Parse(std::vector<std::string> arguments, std::vector<const char*> environment = {}) {
    environment.push_back(nullptr);
    return options_.Parse(arguments, environment.data());
  }

  Options options_;
  std::int64_t queue_max_ = 256;
  std::string note_ = "none";
  bool strict_ = false;
  double share_ = 0.5;
  std::chrono::milliseconds hold_ = 15min;
  Secret key_;
};

TEST_F(OptionsTest, ReadsEveryKindOfField) {
  ASSERT_THAT(Parse({"--inventory.queue_max=8", "--inventory.note", "two words", "--inventory.strict", "--inventory.share=0.25",
                     "--inventory.hold=2s", "--inventory.key=k"}),
              IsOk());

  EXPECT_EQ(queue_max_, 8);
  EXPECT_EQ(note_, "two words");
  EXPECT_TRUE(strict_);
  EXPECT_EQ(share_, 0.25);
  EXPECT_EQ(hold_, 2s);
  EXPECT_EQ(key_.Reveal(), "k");
}

TEST_F(OptionsTest, TheFlagWinsOverTheEnvironment) {
  ASSERT_THAT(Parse({"--inventory.queue_max=8"},
                    {"HOME=/root", "OCTAVO_INVENTORY_QUEUE_MAX=9", "OCTAVO_INVENTORY_NOTE=n", "OCTAVO_TEST_ANY=1"}),
              IsOk());

  EXPECT_EQ(queue_max_, 8);
  EXPECT_EQ(note_, "n");
}

TEST_F(OptionsTest, NamesWhatItRefuses) {
  const struct {
    std::vector<std::string> arguments;
    std::vector<const char*> environment;
    const char* reason;
    const char* message;
  } kCases[] = {
      {{"--inventory.queue=8"}, {}, "UNKNOWN_OPTION", "unknown option \"--inventory.queue=8\"; --help lists the known ones"},
      {{"stray"}, {}, "UNKNOWN_OPTION", "unknown option \"stray\"; --help lists the known ones"},
      {{},
       {"OCTAVO_INVENTORY_QUEUE=1"},
       "UNKNOWN_OPTION",
       "unknown option OCTAVO_INVENTORY_QUEUE in the environment; --help lists the known ones"},
      {{"--inventory.queue_max=many"}, {}, "BAD_OPTION", "--inventory.queue_max=many: must be a whole number, 0 or more"},
      {{"--inventory.queue_max=-1"}, {}, "BAD_OPTION", "--inventory.queue_max=-1: must be a whole number, 0 or more"},
      {{"--inventory.strict=yes"}, {}, "BAD_OPTION", "--inventory.strict=yes: must be true or false"},
      {{"--inventory.hold=2weeks"}, {}, "BAD_OPTION", "--inventory.hold=2weeks: must be a duration like 300ms, 2s, 5m or 1h"},
      {{"--inventory.note"}, {}, "BAD_OPTION", "--inventory.note needs a value"},
  };

  for (const auto& test : kCases) {
    const auto outcome = Parse(test.arguments, test.environment);
    ASSERT_THAT(outcome, HasReason(test.reason));
    EXPECT_EQ(outcome.error().message, test.message);
  }
}

TEST_F(OptionsTest, TheVersionCanBeAskedFor) { EXPECT_EQ(*Parse({"--version"}), Options::Outcome::kVersion); }

TEST_F(OptionsTest, HelpShowsDefaultsButNoSecret) {
  key_ = Secret("hidden");
  ASSERT_EQ(*Parse({"--help"}), Options::Outcome::kHelp);

  const std::string help = options_.Help("octavo", "A shop.");

  EXPECT_NE(help.find("--inventory.queue_max=256\n      Waiting calls."), std::string::npos) << help;
  EXPECT_NE(help.find("--inventory.share=0.5\n"), std::string::npos) << help;
  EXPECT_EQ(help.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace octavo::runtime
