#include "lib/calendar/time_zone.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const Timestamp kFirstOfDecember = sys_days{year{2026} / 12 / 1} + 5h;

TEST(TimeZoneTest, ADayBeginsWhereItIs) {
  EXPECT_EQ(TimeZone::Utc().DayOf(kFirstOfDecember), "2026-12-01");
  EXPECT_EQ(TimeZone::Parse("Asia/Tokyo")->DayOf(kFirstOfDecember + 12h), "2026-12-02");
  EXPECT_EQ(TimeZone::Parse("America/New_York")->DayOf(kFirstOfDecember - 1s), "2026-11-30");
}

TEST(TimeZoneTest, TheClockOnTheWallSaysItsZone) {
  const TimeZone::Local berlin = TimeZone::Parse("Europe/Berlin")->At(sys_days{year{2026} / 7 / 1} + 22h + 30min);

  EXPECT_EQ(berlin.day, 2);
  EXPECT_EQ(berlin.month, 7);
  EXPECT_EQ(berlin.hour, 0);
  EXPECT_EQ(berlin.minute, 30);
  EXPECT_EQ(berlin.zone, "CEST");
  EXPECT_EQ(TimeZone::Utc().At(kFirstOfDecember).zone, "UTC");
}

TEST(TimeZoneTest, APeriodEndsWithItsLastDayAlsoWhereTheClockIsPutBack) {
  const TimeZone berlin = *TimeZone::Parse("Europe/Berlin");
  const Timestamp delivered = sys_days{year{2026} / 10 / 20} + 10h;  // The clocks go back on 25 October.

  EXPECT_EQ(berlin.EndOfDay(delivered, 14), Timestamp(sys_days{year{2026} / 11 / 3} + 23h));
  EXPECT_EQ(TimeZone::Utc().EndOfDay(delivered, 14), Timestamp(sys_days{year{2026} / 11 / 4}));
}

TEST(TimeZoneTest, WhatIsNoneIsRefused) {
  EXPECT_THAT(TimeZone::Parse("Europe/Atlantis"), HasReason("INVALID_FIELD"));
  EXPECT_THAT(TimeZone::Parse(""), HasReason("INVALID_FIELD"));
}

}  // namespace
}  // namespace octavo
