// Times and amounts as messages. Every service writes and reads them here.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/base/result.h"
#include "octavo/type/v1/money.pb.h"

namespace octavo::rpc {

google::protobuf::Timestamp ToProto(Timestamp time);
// What google/protobuf/timestamp.proto allows: the years 1 to 9999, nanos from 0 to 999,999,999, of which whole microseconds
// count. INVALID_ARGUMENT (INVALID_FIELD) about `field` for all else.
Result<Timestamp> ParseTime(const google::protobuf::Timestamp& time, std::string_view field);

type::v1::Money ToProto(const Money& money);
// Of an amount that a row or a message holds as two values.
type::v1::Money MoneyProto(std::int64_t minor, std::string_view currency_code);

}  // namespace octavo::rpc
