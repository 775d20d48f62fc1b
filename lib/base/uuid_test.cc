#include "lib/base/uuid.h"

#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"

namespace octavo {
namespace {

using namespace std::chrono_literals;

TEST(UuidTest, IsVersionSevenAndSortsByTime) {
  FakeClock clock;
  SeededRandom random(1);

  const std::string first = NewUuid(clock, random);
  clock.Advance(1ms);
  const std::string second = NewUuid(clock, random);

  EXPECT_TRUE(IsUuid(first));
  EXPECT_EQ(first[14], '7');
  EXPECT_NE(std::string("89ab").find(first[19]), std::string::npos);
  EXPECT_LT(first, second);
}

TEST(UuidTest, RefusesWhatIsNone) {
  for (const char* text : {"", "0193583c", "0193583c-5a00-7abc-8def-0123456789ag", "0193583c-5a00-7abc-8def_0123456789ab"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

TEST(ClockTest, PrintsRfc3339) {
  EXPECT_EQ(ToString(FromMicros(1'700'000'000'123'456)), "2023-11-14T22:13:20.123456Z");
  EXPECT_EQ(ToString(FromMicros(-1)), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace octavo
