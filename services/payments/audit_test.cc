// The audit finds every kind of corruption that is planted.
#include "services/payments/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"
#include "lib/testing/test_database.h"
#include "services/payments/migrations.h"
#include "services/payments/sql_store.h"

namespace octavo::payments {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Timestamp kNoon = FakeClock::kNoon;

// order-1 captured and refunded in part, order-2 void, order-3 a void that came first, order-4 declined,
// order-5 held.
void FillLedger(Store& store) {
  for (const char* key : {"order-1", "order-2", "order-5"}) {
    (void)store.Authorize({ChargeKey(key), "EUR", 1000, Behaviour::kApprove}, kNoon).value();
  }
  (void)store.Authorize({ChargeKey("order-4"), "EUR", 1000, Behaviour::kDecline}, kNoon).value();
  (void)store.Capture(ChargeKey("order-1"), kNoon).value();
  (void)store.GiveBack({ChargeKey("order-1"), "a", "EUR", 300}, kNoon).value();
  (void)store.Void(ChargeKey("order-2"), kNoon).value();
  (void)store.Void(ChargeKey("order-3"), kNoon).value();
}

TEST(AuditTest, AGoodLedgerHasNoViolationsAndItsSumsAreTold) {
  TestDatabase database{TestDatabaseKind::kSqlite, Migrations()};
  SqlStore store(*database);
  FillLedger(store);

  const AuditReport report = Audit(store);

  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.entry_count, 8);
  ASSERT_THAT(report.sums, SizeIs(5));
  EXPECT_EQ(report.sums[0].key.value(), "order-1");
  EXPECT_EQ(report.sums[0].state, State::kCaptured);
  EXPECT_EQ(report.sums[0].captured_minor, 1000);
  EXPECT_EQ(report.sums[0].refunded_minor, 300);
}

TEST(AuditTest, FindsWhatIsPlanted) {
  struct Case {
    const char* what;
    const char* sql;
    const char* found;
  };
  const Case cases[] = {
      {"money given back without an entry", "UPDATE charges SET refunded_minor = 400 WHERE charge_key = 'order-1';",
       "refunded is 400 in the charge, 300 in the ledger"},
      {"an entry that is gone", "DELETE FROM entries WHERE charge_key = 'order-1' AND kind = 5;",
       "the number of entries is 3 in the charge, 2 in the ledger"},
      {"an entry renumbered", "UPDATE entries SET sequence = 9 WHERE charge_key = 'order-1' AND kind = 5;",
       "the last entry's number is 3 in the charge, 9 in the ledger"},
      {"a charge that is gone", "DELETE FROM charges WHERE charge_key = 'order-5';", "no charge"},
      {"an amount changed", "UPDATE charges SET amount_minor = 2000 WHERE charge_key = 'order-5';",
       "the amount is 2000 in the charge, 1000 in the ledger"},
      {"captured without an entry", "UPDATE charges SET state = 2, captured_minor = 1000 WHERE charge_key = 'order-5';",
       "captured is 1000 in the charge, 0 in the ledger"},
      {"a void charge held again", "UPDATE charges SET state = 1 WHERE charge_key = 'order-2';",
       "the number of voids is 0 in the charge, 1 in the ledger"},
      {"a declined charge held", "UPDATE charges SET state = 1 WHERE charge_key = 'order-4';",
       "disagree on whether it was declined"},
      {"a second authorisation",
       "INSERT INTO entries (charge_key, sequence, kind, amount_minor, refund_key, created) "
       "VALUES ('order-5', 2, 1, 1000, '', 0);",
       "the number of beginnings is 1 in the charge, 2 in the ledger"},
  };
  for (const Case& c : cases) {
    TestDatabase database{TestDatabaseKind::kSqlite, Migrations()};
    SqlStore store(*database);
    FillLedger(store);

    database->Write([&](db::Transaction& transaction) { transaction.Script(c.sql); });

    EXPECT_THAT(Audit(store).violations, testing::Contains(testing::Field(&Violation::message, HasSubstr(c.found)))) << c.what;
  }
}

TEST(CheckFactsTest, FindsAmountsOutOfOrder) {
  Charge charge{.key = ChargeKey("k"),
                .state = State::kCaptured,
                .currency_code = "EUR",
                .amount_minor = 10,
                .captured_minor = 10,
                .refunded_minor = 11,
                .entry_count = 3};
  const ChargeFacts facts{.key = charge.key,
                          .charge = charge,
                          .entry_count = 3,
                          .last_sequence = 3,
                          .authorized_minor = 10,
                          .captured_minor = 10,
                          .refunded_minor = 11,
                          .opening_count = 1,
                          .capture_count = 1};

  EXPECT_THAT(CheckFacts(facts), testing::ElementsAre(testing::Field(&Violation::message, HasSubstr("out of order"))));
}

}  // namespace
}  // namespace octavo::payments
