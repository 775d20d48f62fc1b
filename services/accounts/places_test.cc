#include "services/accounts/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "lib/testing/matchers.h"

namespace octavo::accounts {
namespace {

TEST(PlacesTest, RefusesBeyondItsCountAndTakesBack) {
  Places places(2);
  const auto first = places.Take();
  std::optional<Places::Place> second(places.Take().value());
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(places.Take(), HasReason("OVERLOADED"));
  EXPECT_THAT(places.Take(), HasReason("OVERLOADED"));

  second.reset();
  EXPECT_THAT(places.Take(), IsOk());
}

}  // namespace
}  // namespace octavo::accounts
