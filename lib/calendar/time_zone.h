// TimeZone: converts times to the days and clock times of a place, on any machine. The shop has one (the option --time-zone), for
// its pages, its reports and its periods. A value; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace octavo {

class TimeZone {
 public:
  // An IANA name, "Europe/Berlin". INVALID_ARGUMENT (INVALID_FIELD) when it is not known.
  static Result<TimeZone> Parse(const std::string& name);
  static TimeZone Utc() { return TimeZone("UTC"); }

  struct Local {
    int year = 0;
    int month = 0;  // 1 to 12.
    int day = 0;
    int hour = 0;
    int minute = 0;
    std::string zone;  // As written after a time: "CET", "GMT-5", "UTC".
  };
  Local At(Timestamp time) const;
  // "2026-11-23".
  std::string DayOf(Timestamp time) const;
  // The end of the day that is `days` days after the day of `time`: the midnight at which the next day begins.
  Timestamp EndOfDay(Timestamp time, std::int64_t days) const;

  const std::string& name() const { return name_; }

 private:
  explicit TimeZone(std::string name) : name_(std::move(name)) {}

  std::string name_;
};

}  // namespace octavo
