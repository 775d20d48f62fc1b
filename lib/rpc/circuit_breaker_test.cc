#include "lib/rpc/circuit_breaker.h"

#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"

namespace octavo::rpc {
namespace {

TEST(CircuitBreakerTest, LeavesAHungServiceAloneAndTriesAgainLater) {
  FakeClock clock;
  CircuitBreaker breaker(clock);
  for (int i = 0; i < CircuitBreaker::kFailuresMax; ++i) {
    EXPECT_TRUE(breaker.Allows());
    breaker.Failed();
  }
  EXPECT_FALSE(breaker.Allows());

  clock.Advance(CircuitBreaker::kRest);
  EXPECT_TRUE(breaker.Allows());   // One tries …
  EXPECT_FALSE(breaker.Allows());  // … the others wait for what it finds.
  breaker.Succeeded();
  EXPECT_TRUE(breaker.Allows());
}

TEST(CircuitBreakerTest, OneSuccessForgivesEarlierFailures) {
  FakeClock clock;
  CircuitBreaker breaker(clock);
  for (int i = 0; i < 10; ++i) {
    breaker.Failed();
    breaker.Failed();
    breaker.Succeeded();
  }
  EXPECT_TRUE(breaker.Allows());
}

}  // namespace
}  // namespace octavo::rpc
