#include "services/recommendations/domain/chance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "lib/testing/fake_clock.h"

namespace octavo::recommendations {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNoon = FakeClock::kNoon;

TEST(StableHashTest, NeverChanges) {
  // Experiments run across restarts, machines and versions.
  EXPECT_EQ(StableHash("12"), StableHash("12"));
  EXPECT_NE(StableHash("12"), StableHash("21"));
  EXPECT_NE(StableHash("12"), StableHash("12", 1));
  EXPECT_EQ(StableHash(""), 0xf52a15e9a9b5e89bULL);
}

TEST(DailySeedTest, ChangesWithWhoAsksAndAtMidnight) {
  const std::int64_t today = DayOf(kNoon);

  EXPECT_EQ(DayOf(kNoon + 11h + 59min), today);
  EXPECT_EQ(DayOf(kNoon + 12h), today + 1);
  EXPECT_EQ(DailySeed(12, today), DailySeed(12, today));
  EXPECT_NE(DailySeed(12, today), DailySeed(12, today + 1));
  EXPECT_NE(DailySeed(12, today), DailySeed(13, today));
}

TEST(ArmTest, AReaderKeepsItsArmFromVersionToVersion) {
  // A release in the middle of an experiment moves nobody. Computed by another program from the definition.
  const std::string kArms = "clcclccllclcclclccclllcllcllclcclclclcll";
  std::string arms;
  for (std::size_t reader = 0; reader < kArms.size(); ++reader) {
    arms += ArmOf(std::to_string(reader), 0.5) == Arm::kChallenger ? 'c' : 'l';
  }
  EXPECT_EQ(arms, kArms);
}

TEST(ArmTest, FollowsTheShareAndGrowsMonotonically) {
  constexpr int kReaders = 20'000;
  std::set<int> before;
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    std::set<int> challengers;
    for (int reader = 0; reader < kReaders; ++reader) {
      if (ArmOf(std::to_string(reader), share) == Arm::kChallenger) challengers.insert(reader);
    }
    // Five standard deviations: the readers are fixed, so this cannot fail by chance tomorrow.
    EXPECT_NEAR(static_cast<double>(challengers.size()), share * kReaders, 5 * std::sqrt(kReaders * 0.25));
    for (const int reader : before) EXPECT_TRUE(challengers.contains(reader));
    before = challengers;
  }
}

}  // namespace
}  // namespace octavo::recommendations
