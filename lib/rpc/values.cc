#include "lib/rpc/values.h"

#include <google/protobuf/util/time_util.h>

#include <string>

namespace octavo::rpc {

using google::protobuf::util::TimeUtil;

google::protobuf::Timestamp ToProto(Timestamp time) { return TimeUtil::MicrosecondsToTimestamp(ToMicros(time)); }

Result<Timestamp> ParseTime(const google::protobuf::Timestamp& time, std::string_view field) {
  const bool is_second = time.seconds() >= TimeUtil::kTimestampMinSeconds && time.seconds() <= TimeUtil::kTimestampMaxSeconds;
  if (!is_second || time.nanos() < 0 || time.nanos() > 999'999'999) {
    return InvalidField(std::string(field), std::to_string(time.seconds()) + " s and " + std::to_string(time.nanos()) +
                                                " ns is no point in time of the years 1 to 9999");
  }
  return FromMicros(TimeUtil::TimestampToMicroseconds(time));
}

type::v1::Money ToProto(const Money& money) { return MoneyProto(money.minor(), money.currency().code()); }

type::v1::Money MoneyProto(std::int64_t minor, std::string_view currency_code) {
  type::v1::Money money;
  money.set_minor(minor);
  money.set_currency_code(std::string(currency_code));
  return money;
}

}  // namespace octavo::rpc
