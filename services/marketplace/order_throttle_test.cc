#include "services/marketplace/order_throttle.h"

#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"

namespace octavo::marketplace {
namespace {

constexpr Timestamp kNoon = FakeClock::kNoon;

TEST(OrderThrottleTest, AClientOrdersSoManyCopiesAnHour) {
  OrderThrottle throttle(10);

  EXPECT_TRUE(throttle.Take("192.0.2.1", 6, kNoon));
  EXPECT_FALSE(throttle.Take("192.0.2.1", 5, kNoon));
  EXPECT_TRUE(throttle.Take("192.0.2.1", 4, kNoon)) << "what was refused does not count";
  EXPECT_TRUE(throttle.Take("192.0.2.2", 10, kNoon)) << "another one";
  EXPECT_TRUE(throttle.Take("192.0.2.1", 10, kNoon + std::chrono::hours(1)));
}

TEST(OrderThrottleTest, TheAddressesOfOneSubscriberAreOneClient) {
  OrderThrottle throttle(10);

  EXPECT_TRUE(throttle.Take("2001:db8:1:2::1", 10, kNoon));
  EXPECT_FALSE(throttle.Take("2001:db8:1:2::2", 1, kNoon));
  throttle.GiveBack("2001:db8:1:2::3", 1);
  EXPECT_TRUE(throttle.Take("2001:db8:1:2::4", 1, kNoon));
}

TEST(OrderThrottleTest, WhatWasNotOrderedIsGivenBack) {
  OrderThrottle throttle(10);
  (void)throttle.Take("192.0.2.1", 10, kNoon);

  throttle.GiveBack("192.0.2.1", 10);

  EXPECT_TRUE(throttle.Take("192.0.2.1", 10, kNoon));
}

TEST(OrderThrottleTest, ManyClientsTakeNoMemory) {
  OrderThrottle throttle(10);
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(throttle.Take(std::to_string(i), 1, kNoon));

  EXPECT_FALSE(throttle.Take("one more", 1, kNoon));
  EXPECT_TRUE(throttle.Take("one more", 1, kNoon + std::chrono::hours(1)));
}

TEST(OrderThrottleTest, OfNoLimitLetsEverybodyOrder) {
  OrderThrottle throttle(0);

  EXPECT_TRUE(throttle.Take("192.0.2.1", 1'000'000, kNoon));
}

}  // namespace
}  // namespace octavo::marketplace
