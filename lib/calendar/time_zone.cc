#include "lib/calendar/time_zone.h"

#include <unicode/gregocal.h>
#include <unicode/timezone.h>

#include <array>
#include <cstdio>
#include <memory>

#include "lib/base/check.h"

namespace octavo {
namespace {

std::unique_ptr<icu::TimeZone> Zone(const std::string& name) {
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
}

// The calendar of the zone, set to `time`.
class Calendar {
 public:
  Calendar(const std::string& zone, Timestamp time) : calendar_(Zone(zone).release(), status_) {  // Takes the zone.
    const auto since = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch();
    calendar_.setTime(static_cast<double>(since.count()), status_);
    CHECK(U_SUCCESS(status_));
  }

  int Get(UCalendarDateFields field) {
    const int value = calendar_.get(field, status_);
    CHECK(U_SUCCESS(status_));
    return value;
  }
  void ToMidnightAfter(std::int64_t days) {
    calendar_.add(UCAL_DATE, static_cast<std::int32_t>(days + 1), status_);
    for (const UCalendarDateFields field : {UCAL_HOUR_OF_DAY, UCAL_MINUTE, UCAL_SECOND, UCAL_MILLISECOND}) {
      calendar_.set(field, 0);
    }
    CHECK(U_SUCCESS(status_));
  }
  Timestamp Time() {
    const double since = calendar_.getTime(status_);
    CHECK(U_SUCCESS(status_));
    return Timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(since)));
  }
  bool InSummer() {
    const bool summer = calendar_.inDaylightTime(status_) != 0;
    CHECK(U_SUCCESS(status_));
    return summer;
  }

 private:
  UErrorCode status_ = U_ZERO_ERROR;
  icu::GregorianCalendar calendar_;
};

}  // namespace

Result<TimeZone> TimeZone::Parse(const std::string& name) {
  if (*Zone(name) == icu::TimeZone::getUnknown()) {
    return InvalidField("time_zone", "\"" + name + "\" is not a time zone, for example Europe/Berlin");
  }
  return TimeZone(name);
}

TimeZone::Local TimeZone::At(Timestamp time) const {
  Calendar calendar(name_, time);
  Local local{.year = calendar.Get(UCAL_YEAR),
              .month = calendar.Get(UCAL_MONTH) + 1,
              .day = calendar.Get(UCAL_DATE),
              .hour = calendar.Get(UCAL_HOUR_OF_DAY),
              .minute = calendar.Get(UCAL_MINUTE),
              .zone = ""};
  icu::UnicodeString written;
  Zone(name_)->getDisplayName(static_cast<UBool>(calendar.InSummer()), icu::TimeZone::SHORT, icu::Locale::getUK(), written);
  written.toUTF8String(local.zone);
  return local;
}

std::string TimeZone::DayOf(Timestamp time) const {
  Calendar calendar(name_, time);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", calendar.Get(UCAL_YEAR), calendar.Get(UCAL_MONTH) + 1,
                calendar.Get(UCAL_DATE));
  return text.data();
}

Timestamp TimeZone::EndOfDay(Timestamp time, std::int64_t days) const {
  Calendar calendar(name_, time);
  calendar.ToMidnightAfter(days);
  return calendar.Time();
}

}  // namespace octavo
