#include "lib/obs/log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "lib/testing/fake_clock.h"

namespace octavo::obs {
namespace {

class ListSink final : public LogSink {
 public:
  explicit ListSink(std::vector<std::string>& lines) : lines_(lines) {}
  void Write(Level, const std::string& line) override { lines_.push_back(line); }

 private:
  std::vector<std::string>& lines_;
};

class LogTest : public testing::Test {
 protected:
  Log Make(Level least, LogFormat format) { return Log(clock_, least, format, std::make_unique<ListSink>(lines_)); }

  FakeClock clock_;
  std::vector<std::string> lines_;
};

TEST_F(LogTest, WritesOneLogfmtLinePerEvent) {
  Log log = Make(Level::kInfo, LogFormat::kLogfmt);

  log.Info("import_done", {{"source", "demo"}, {"rows", 480}, {"note", "two words\nand \"more\""}});

  EXPECT_EQ(lines_, std::vector<std::string>{"time=2026-01-05T12:00:00.000000Z level=info event=import_done source=demo "
                                             "rows=480 note=\"two words\\nand \\\"more\\\"\""});
}

TEST_F(LogTest, WritesJsonThatAParserReads) {
  Log log = Make(Level::kInfo, LogFormat::kJson);

  log.Warn("odd", {{"text", std::string("a\"b\\c\x01\n")}, {"count", 3}, {"yes", true}});

  const auto line = nlohmann::json::parse(lines_.at(0));
  EXPECT_EQ(line["level"], "warn");
  EXPECT_EQ(line["text"], "a\"b\\c\x01\n");
  EXPECT_EQ(line["count"], 3);
  EXPECT_EQ(line["yes"], true);
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  Log log = Make(Level::kWarn, LogFormat::kLogfmt);

  log.Info("quiet");
  log.Error("loud");

  EXPECT_EQ(lines_.size(), 1U);
}

}  // namespace
}  // namespace octavo::obs
