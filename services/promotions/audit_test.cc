// The audit is clean over everything that the store does, and finds corruption of each kind that is planted in the tables.
#include "services/promotions/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/promotions/test_baskets.h"
#include "services/promotions/test_store.h"

namespace octavo::promotions {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A store with two campaigns: one with every limit, claimed three times and given back once, and one without.
void Fill(Store& store) {
  Campaign limited = TestCampaign(0, FreeDelivery{});
  limited.total_limit = 3;
  limited.customer_limit = 2;
  limited.budget_minor = 1'000;
  limited.codes = {"X", "Y"};
  limited.code_limit = 2;
  ASSERT_THAT(store.Create(limited, "1", 1, kTestNoon), IsOk());
  ASSERT_THAT(store.Create(TestCampaign(0, FreeDelivery{}), "2", 1, kTestNoon), IsOk());
  const auto claim = [&](const char* order, std::vector<PersonKey> persons, const char* code) {
    ASSERT_THAT(store.ClaimRedemptions({.order = OrderKey(order),
                                        .persons = std::move(persons),
                                        .redemptions = {{CampaignId(1), code, 100}, {CampaignId(2), "", 7}}},
                                       kTestNoon),
                IsOk());
  };
  claim("a", {PersonKey("account"), PersonKey("ann")}, "X");
  claim("b", {PersonKey("ann")}, "X");
  claim("c", {PersonKey("bob")}, "Y");
  store.ReleaseRedemptions(OrderKey("b"), kTestNoon);
  store.ReleaseRedemptions(OrderKey("never claimed"), kTestNoon);
}

class AuditTest : public testing::TestWithParam<StoreKind> {
 protected:
  AuditTest() { Fill(*store_); }

  TestStore store_{GetParam()};
};

TEST_P(AuditTest, IsCleanAndSaysWhatItChecked) {
  const AuditReport report = Audit(*store_);

  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.campaigns, 2);
  EXPECT_EQ(report.redemptions, 4);
  EXPECT_EQ(report.spent_minor, 214);
}

INSTANTIATE_TEST_SUITE_P(Every, AuditTest, kEveryStore, testing::PrintToStringParamName());

struct Corruption {
  const char* sql;
  std::vector<std::string> equations;  // Found, in order.
};

const Corruption kCorruptions[] = {
    {"UPDATE campaigns SET redemption_count = redemption_count + 1 WHERE campaign_id = 2", {"count"}},
    {"UPDATE campaigns SET spent_minor = spent_minor - 1 WHERE campaign_id = 2", {"spent"}},
    {"UPDATE campaigns SET total_limit = 1 WHERE campaign_id = 1", {"limit"}},
    {"UPDATE campaigns SET budget_minor = 199 WHERE campaign_id = 1", {"spent"}},
    {"UPDATE claims SET state = 1, released = NULL WHERE order_key = 'b'",
     {"count", "spent", "persons", "codes", "count", "spent", "persons"}},
    {"UPDATE claims SET state = 2, released = 1 WHERE order_key = 'c'",
     {"count", "spent", "persons", "codes", "count", "spent", "persons"}},
    {"DELETE FROM claim_redemptions WHERE order_key = 'a' AND campaign_id = 2", {"count", "spent", "persons"}},
    {"UPDATE claim_redemptions SET amount_minor = 101 WHERE order_key = 'a' AND campaign_id = 1", {"spent"}},
    {"UPDATE claim_redemptions SET code = 'Y' WHERE order_key = 'a' AND campaign_id = 1", {"codes"}},
    {"UPDATE campaign_persons SET redemption_count = 3 WHERE campaign_id = 1 AND person = 'ann'", {"limit", "persons"}},
    {"DELETE FROM campaign_persons WHERE campaign_id = 1 AND person = 'bob'", {"persons"}},
    {"INSERT INTO campaign_persons (campaign_id, person, redemption_count) VALUES (2, 'eve', 1)", {"persons"}},
    {"UPDATE campaign_codes SET redemption_count = 3 WHERE code = 'Y'", {"limit", "codes"}},
};

class CorruptionTest : public testing::TestWithParam<StoreKind> {};

TEST_P(CorruptionTest, OfEachKindIsFound) {
  for (const Corruption& corruption : kCorruptions) {
    SCOPED_TRACE(corruption.sql);
    TestStore store(GetParam());
    Fill(*store);
    store.database().Write([&](db::Transaction& transaction) { transaction.Execute(corruption.sql); });

    std::vector<std::string> found;
    for (const Violation& violation : Audit(*store).violations) found.push_back(violation.equation);

    EXPECT_EQ(found, corruption.equations);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, CorruptionTest, testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::promotions
