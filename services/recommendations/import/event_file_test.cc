#include "services/recommendations/import/event_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "lib/testing/matchers.h"

namespace octavo::recommendations {
namespace {

Result<std::vector<EventRow>> Read(const std::string& text) {
  std::istringstream in(text);
  return ReadEvents(in, "x.csv");
}

TEST(EventFileTest, ReadsEachKindOfRow) {
  const auto rows = Read("reader,key,event,rating,days_ago\n1,stoner,view,,358\n1,stoner,rating,3,0\nann,\"a,b\",purchase,,1\n");

  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(*rows, testing::ElementsAre(EventRow{2, ReaderId("1"), "stoner", EventType::kView, 0, 358},
                                          EventRow{3, ReaderId("1"), "stoner", EventType::kRating, 3, 0},
                                          EventRow{4, ReaderId("ann"), "a,b", EventType::kPurchase, 0, 1}));
}

TEST(EventFileTest, NamesFileLineAndRule) {
  const std::string header = "reader,key,event,rating,days_ago\n";
  struct Case {
    std::string text;
    std::string message;
  };
  const Case kCases[] = {
      {"", "x.csv: is empty"},
      {header, "x.csv: has no rows"},
      {"reader,key\n1,a\n", "x.csv:1: the columns must be reader,key,event,rating,days_ago"},
      {header + "1,a,view,\n", "x.csv:2: 4 fields, but the header has 5"},
      {header + "1,,view,,1\n", "x.csv:2: key: is empty"},
      {header + "1,a,look,,1\n", "x.csv:2: event: \"look\" is not one of view, basket, purchase, rating, dismiss"},
      {header + "1,a,rating,,1\n", "x.csv:2: rating: \"\" is not from 1 to 5"},
      {header + "1,a,view,5,1\n", "x.csv:2: rating: \"5\" is given, but only a rating has one"},
      {header + "1,a,view,,-1\n1,a,view,,1e3\n",
       "x.csv:2: days_ago: \"-1\" is not from 0 to 36500\nx.csv:3: days_ago: \"1e3\" is not from 0 to 36500"},
  };
  for (const Case& c : kCases) {
    const auto rows = Read(c.text);
    ASSERT_THAT(rows, HasReason("BAD_FILE")) << c.text;
    EXPECT_EQ(rows.error().message, c.message);
  }
}

TEST(EventFileTest, ABadReaderIsTold) {
  EXPECT_THAT(Read("reader,key,event,rating,days_ago\na b,a,view,,1\n"), HasReason("BAD_FILE"));
  EXPECT_THAT(ReadEventFile("/there/is/nothing.csv"), HasReason("BAD_FILE"));
}

TEST(EventFileTest, TheDemoIsWhole) {
  const auto rows = ReadEventFile(std::string(std::getenv("OCTAVO_TEST_SOURCE_DIR")) + "/demo/readers.csv");

  ASSERT_THAT(rows, IsOk());
  EXPECT_GT(rows->size(), 1000U);
}

}  // namespace
}  // namespace octavo::recommendations
