#include "recommender/plots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/xml.h"

namespace octavo::recommender {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PlotsTest, AxesHaveRoundNumbersWithinTheData) {
  const std::string svg = ToSvg(
      {.title = "Recall", .x_label = "k", .log_x = true, .series = {{"octavo", {{5, 0.0803}, {20, 0.2193}, {100, 0.5221}}}}});

  for (const char* number : {">5<", ">10<", ">50<", ">100<", ">0<", ">0.1<", ">0.5<"}) EXPECT_THAT(svg, HasSubstr(number));
  for (const char* number : {">2<", ">200<", ">0.6<"}) EXPECT_THAT(svg, Not(HasSubstr(number)));
}

TEST(PlotsTest, ANarrowLogarithmicAxisHasNumbersToo) {
  const std::string svg = ToSvg({.log_x = true, .series = {{"octavo", {{21, 1}, {43, 2}}}}});

  for (const char* number : {">25<", ">30<", ">40<"}) EXPECT_THAT(svg, HasSubstr(number));
}

TEST(PlotsTest, NothingToShowIsAnEmptyFrame) {
  for (const bool log_x : {false, true}) {
    const std::string svg = ToSvg({.title = "a < b & c", .log_x = log_x});

    EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, IsWellFormedXml());
  }
}

TEST(PlotsTest, OnePointIsADot) {
  const std::string svg = ToSvg({.log_x = true, .series = {{"octavo", {{3, 0}}}}});

  EXPECT_THAT(svg, HasSubstr("<circle"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace octavo::recommender
