#include "services/accounts/concurrency_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "lib/testing/matchers.h"

namespace octavo::accounts {
namespace {

TEST(ConcurrencyLimitTest, RefusesBeyondItsCountAndTakesBack) {
  ConcurrencyLimit limit(2);
  const auto first = limit.Acquire();
  std::optional<ConcurrencyLimit::Slot> second(limit.Acquire().value());
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(limit.Acquire(), HasReason("OVERLOADED"));
  EXPECT_THAT(limit.Acquire(), HasReason("OVERLOADED"));

  second.reset();
  EXPECT_THAT(limit.Acquire(), IsOk());
}

}  // namespace
}  // namespace octavo::accounts
