#include "services/hello/domain/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace octavo::hello {
namespace {

struct Case {
  std::string text;
  std::vector<std::string> lines;
};

class LinesTest : public testing::TestWithParam<Case> {};

TEST_P(LinesTest, AreSplit) {
  Lines lines(GetParam().text);

  std::vector<std::string> read;
  while (const auto line = lines.Next()) read.emplace_back(*line);

  EXPECT_EQ(read, GetParam().lines);
  EXPECT_EQ(lines.Next(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Every, LinesTest,
                         testing::Values(Case{"", {}},                          //
                                         Case{"a", {"a"}},                      //
                                         Case{"a\n", {"a"}},                    //
                                         Case{"\n", {""}},                      //
                                         Case{"\n\n", {"", ""}},                //
                                         Case{"a\n\nb", {"a", "", "b"}},        //
                                         Case{"a\r\nb\r\n", {"a", "b"}},        //
                                         Case{"\r\n", {""}},                    //
                                         Case{"a\rb\n", {"a\rb"}},              //
                                         Case{"a\r\r\n", {"a\r"}},              //
                                         Case{"a\r", {"a\r"}},                  // No line end: the CR is text.
                                         Case{"Grüße\n本\n", {"Grüße", "本"}},  //
                                         Case{std::string("a\0b\nc", 5), {std::string("a\0b", 3), "c"}}));

}  // namespace
}  // namespace octavo::hello
