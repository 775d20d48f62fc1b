#include "lib/rpc/limits.h"

#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"

namespace octavo::rpc {
namespace {

using namespace std::chrono_literals;

TEST(LimitsTest, APartEndsWithTheWholeAtTheLatest) {
  const FakeClock clock;
  const Limits whole = FromNow(clock, 260ms);
  EXPECT_EQ(whole.budget, 260ms);
  EXPECT_EQ(whole.deadline, clock.Now() + 260ms);

  EXPECT_EQ(Within(whole, 120ms).budget, 120ms);
  EXPECT_EQ(Within(whole, 120ms).deadline, whole.deadline);
  EXPECT_EQ(Within(whole, 500ms).budget, 260ms);
}

TEST(LimitsTest, APartBelongsToTheTraceOfTheWhole) {
  const FakeClock clock;
  obs::TraceContext trace;
  trace.span = 12;
  EXPECT_EQ(Within(FromNow(clock, 1s, trace), 1ms).trace.span, 12U);
}

}  // namespace
}  // namespace octavo::rpc
