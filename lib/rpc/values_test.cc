#include "lib/rpc/values.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo::rpc {
namespace {

TEST(ValuesTest, ATimeComesBackToTheMicrosecond) {
  for (const std::int64_t micros : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{-1'000'001},
                                    std::int64_t{1'796'040'000'123'456}, std::int64_t{-62'135'596'800'000'000}}) {
    const google::protobuf::Timestamp proto = ToProto(FromMicros(micros));
    EXPECT_GE(proto.nanos(), 0) << micros;  // Also before 1970.
    EXPECT_LT(proto.nanos(), 1'000'000'000) << micros;
    EXPECT_EQ(ParseTime(proto, "time").value(), FromMicros(micros));
  }
}

TEST(ValuesTest, WhatIsNoTimeIsRefused) {
  struct Case {
    std::int64_t seconds;
    std::int32_t nanos;
  };
  for (const Case& c : {Case{-62'135'596'801, 0}, Case{253'402'300'800, 0}, Case{INT64_MAX, 0}, Case{INT64_MIN, 0}, Case{0, -1},
                        Case{0, 1'000'000'000}, Case{0, INT32_MIN}}) {
    google::protobuf::Timestamp proto;
    proto.set_seconds(c.seconds);
    proto.set_nanos(c.nanos);
    EXPECT_THAT(ParseTime(proto, "start_time"), HasReason("INVALID_FIELD")) << c.seconds << " " << c.nanos;
  }
}

TEST(ValuesTest, MoneyKeepsItsCurrency) {
  const type::v1::Money money = ToProto(Money(1290, Currency::Eur()));
  EXPECT_EQ(money.minor(), 1290);
  EXPECT_EQ(money.currency_code(), "EUR");
}

}  // namespace
}  // namespace octavo::rpc
