#include "lib/names/resource_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/names/numbers.h"
#include "lib/testing/matchers.h"

namespace octavo::names {
namespace {

constexpr char kUuid[] = "0198f0a2-0000-7000-8000-000000000001";

TEST(ResourceNamesTest, ANameAndItsIdBelongTogether) {
  const std::string name = NameOf(kOrders, kUuid);

  EXPECT_EQ(name, std::string("orders/") + kUuid);
  EXPECT_EQ(FindId(kOrders, name), kUuid);
  EXPECT_EQ(FindUuid(kOrders, name), kUuid);
  EXPECT_EQ(ParseUuid(kOrders, name, "name").value(), kUuid);
  EXPECT_EQ(ParseNumber(kCampaigns, "campaigns/7", "name").value(), 7);
}

TEST(ResourceNamesTest, NothingElseIsAName) {
  for (const std::string& name : {std::string(), std::string("orders/"), std::string("orders/7"), NameOf("order/", kUuid),
                                  NameOf(kCustomers, kUuid), NameOf(kOrders, kUuid) + "/returns/1", std::string(kUuid)}) {
    EXPECT_EQ(FindUuid(kOrders, name), std::nullopt) << name;
    EXPECT_THAT(ParseUuid(kOrders, name, "name"), HasReason("INVALID_FIELD")) << name;
  }
  for (const char* const name : {"campaigns/", "campaigns/0", "campaigns/07", "campaigns/-1", "campaigns/7x", "campaign/7"}) {
    EXPECT_THAT(ParseNumber(kCampaigns, name, "name"), HasReason("INVALID_FIELD")) << name;
  }
}

TEST(ResourceNamesTest, TheErrorNamesTheFieldTheValueAndTheForm) {
  const Error error = ParseUuid(kOrders, "orders/none", "order").error();

  EXPECT_THAT(error.message, testing::AllOf(testing::HasSubstr("order:"), testing::HasSubstr("orders/none"),
                                            testing::HasSubstr("orders/<uuid>")));
}

TEST(EtagsTest, AnEtagIsAVersionAndNothingElse) {
  for (const std::int64_t version : {std::int64_t{0}, std::int64_t{7}, INT64_MAX})
    EXPECT_EQ(FindVersion(ToEtag(version)), version);
  for (const char* const etag : {"", "x", "-1", "7 ", "+7", "9223372036854775808"})
    EXPECT_EQ(FindVersion(etag), std::nullopt) << etag;
}

}  // namespace
}  // namespace octavo::names
