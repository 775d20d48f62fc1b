#include "lib/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace octavo {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Error{Code::kInvalidArgument, "ODD", std::to_string(n) + " is odd"};
  return n / 2;
}

Result<std::string> QuarterAsText(int n) {
  const int half = TRY(Half(n));
  return std::to_string(TRY(Half(half)));
}

Status CheckEven(int n) {
  TRY(Half(n));
  return Ok();
}

TEST(ResultTest, TryGivesTheValueOrReturnsTheError) {
  EXPECT_EQ(*QuarterAsText(12), "3");
  EXPECT_EQ(QuarterAsText(6).error().message, "3 is odd");
  EXPECT_TRUE(CheckEven(2).ok());
  EXPECT_EQ(CheckEven(3).error().reason, "ODD");
}

TEST(ResultTest, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);

  const std::unique_ptr<int> value = *std::move(result);

  EXPECT_EQ(*value, 7);
}

TEST(ResultTest, AskingForWhatIsNotThereIsABug) {
  const std::int64_t before = BugCount();

  EXPECT_THROW((void)Half(3).value(), Bug);
  EXPECT_THROW((void)Half(2).error(), Bug);

  EXPECT_EQ(BugCount(), before + 2);
}

TEST(FirstErrorTest, IsThatOfTheFirstResultThatFailed) {
  const Result<int> good = 1;
  const Result<int> odd = Half(3);
  const Status other = Error{Code::kUnavailable, "AWAY", "away"};

  EXPECT_EQ(FirstError(good, good), nullptr);
  EXPECT_EQ(FirstError(good, other, odd)->reason, "AWAY");
  EXPECT_EQ(FirstError(odd, other)->reason, "ODD");
}

TEST(ErrorTest, AFieldViolationNamesTheField) {
  const Error error = InvalidField("page_size", "-1 is below 0");

  EXPECT_EQ(error.violations, (std::vector<FieldViolation>{{"page_size", "-1 is below 0"}}));
  EXPECT_EQ(ToString(error), "INVALID_ARGUMENT INVALID_FIELD: page_size: -1 is below 0");
}

}  // namespace
}  // namespace octavo
