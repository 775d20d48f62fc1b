// The audit can fail: each kind of corruption, planted into the tables, is found and named; a sound store passes.
#include "services/inventory/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lib/testing/matchers.h"
#include "services/inventory/test_schema.h"
#include "services/inventory/test_store.h"

namespace octavo::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;

// Two books; one has been delivered, sold, returned, reserved and released, the other is waited for.
void Trade(Store& store) {
  store.SetPolicy(BookId{2}, {.backorder = Backorder::kAllowed, .backorder_max = 5});
  ASSERT_THAT(store.Receive(Delivery("a", {{BookId{1}, 10}, {BookId{2}, 1}}), kNoon), IsOk());
  ASSERT_THAT(store.Reserve(Order("sold", {{BookId{1}, 3}, {BookId{2}, 2}}), kNoon), IsOk());
  ASSERT_THAT(store.Commit(RequestId{"sold"}, kNoon), IsOk());
  ASSERT_THAT(store.TakeBack({.request = RequestId{"b"}, .reservation = RequestId{"sold"}, .copies = {{BookId{1}, 1}}}, kNoon),
              IsOk());
  ASSERT_THAT(store.Reserve(Order("open", {{BookId{1}, 2}}), kNoon), IsOk());
  ASSERT_THAT(store.Reserve(Order("left", {{BookId{1}, 2}, {BookId{2}, 2}}), kNoon), IsOk());
  ASSERT_THAT(store.Release(RequestId{"left"}, kNoon), IsOk());
}

struct Corruption {
  std::string name;
  std::string sql;
  std::vector<std::string> equations;  // All that are broken by it.
};

void PrintTo(const Corruption& corruption, std::ostream* out) { *out << corruption.name; }

const Corruption kCorruptions[] = {
    {"CopyLost", "UPDATE stocks SET on_hand = on_hand - 1 WHERE book_id = 1", {"on_hand_is_ledger"}},
    {"CopyAppeared", "UPDATE stocks SET on_hand = on_hand + 1 WHERE book_id = 1", {"on_hand_is_ledger"}},
    {"StockRowGone", "DELETE FROM stocks WHERE book_id = 1", {"ledger_is_unbroken", "on_hand_is_ledger", "reserved_is_open"}},
    {"LedgerChanged",
     "UPDATE movements SET difference = 11 WHERE book_id = 1 AND sequence = 1",
     {"ledger_is_unbroken", "on_hand_is_ledger"}},
    {"LedgerEntryGone", "DELETE FROM movements WHERE book_id = 1 AND sequence = 1", {"ledger_is_unbroken", "on_hand_is_ledger"}},
    {"LastSaleGone",
     "DELETE FROM movements WHERE book_id = 2 AND sequence = 2",
     {"ledger_is_unbroken", "on_hand_is_ledger", "sold_is_committed"}},
    {"SaleCalledTheft", "UPDATE movements SET reason = 4 WHERE reason = 7 AND book_id = 1", {"sold_is_committed"}},
    {"ReservationLeaked", "DELETE FROM reservation_lines WHERE request_id = 'open'", {"reserved_is_open"}},
    {"ReservationForgotten", "UPDATE stocks SET reserved = 0 WHERE book_id = 1", {"reserved_is_open"}},
    {"CommitLost",
     "UPDATE reservations SET state = 3 WHERE request_id = 'sold'",
     {"backordered_is_waiting", "sold_is_committed"}},
    {"ReleaseUndone", "UPDATE reservations SET state = 1 WHERE request_id = 'left'", {"reserved_is_open"}},
    {"WaitingForgotten",
     "UPDATE reservation_lines SET waiting = 0 WHERE request_id = 'sold'",
     {"backordered_is_waiting", "sold_is_committed"}},
    {"ReleasedButWaiting",
     "UPDATE reservation_lines SET waiting = 1, cancelled = 1 WHERE request_id = 'left' AND book_id = 2",
     {"backordered_is_waiting"}},
    {"Oversold", "UPDATE stocks SET reserved = 99 WHERE book_id = 1", {"promises_are_kept", "reserved_is_open"}},
    {"WaitingWhileFree", "UPDATE stocks SET backordered = 1 WHERE book_id = 1", {"backordered_is_waiting", "promises_are_kept"}},
};

class AuditTest : public testing::TestWithParam<std::tuple<StoreKind, Corruption>> {};

TEST_P(AuditTest, FindsThePlantedCorruption) {
  const auto& [kind, corruption] = GetParam();
  const UncheckedSchema schema;
  TestDatabase database(DatabaseOf(kind), schema.migrations());
  SqlStore store(*database);
  ASSERT_NO_FATAL_FAILURE(Trade(store));
  ASSERT_THAT(Audit(store).violations, IsEmpty());

  database->Write([&](db::Transaction& transaction) { ASSERT_GT(transaction.Execute(corruption.sql), 0); });

  std::set<std::string> equations;
  for (const Violation& violation : Audit(store).violations) equations.insert(violation.equation);
  EXPECT_THAT(equations, testing::ElementsAreArray(corruption.equations));
}

INSTANTIATE_TEST_SUITE_P(Every, AuditTest,
                         testing::Combine(testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                                          testing::ValuesIn(kCorruptions)),
                         [](const auto& info) {
                           return testing::PrintToString(std::get<0>(info.param)) + std::get<1>(info.param).name;
                         });

class SoundStoreTest : public testing::TestWithParam<StoreKind> {};

TEST_P(SoundStoreTest, PassesAndTellsWhatWasChecked) {
  TestStore store(GetParam());
  ASSERT_NO_FATAL_FAILURE(Trade(*store));

  const AuditReport report = Audit(*store);

  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.books, 2);
  EXPECT_EQ(report.movements, 5);
  EXPECT_EQ(report.copies_on_hand, 8);
  EXPECT_EQ(report.copies_reserved, 2);
  EXPECT_EQ(report.copies_sold, 4);
  EXPECT_EQ(report.equations, 12);
}

INSTANTIATE_TEST_SUITE_P(Every, SoundStoreTest, kEveryStore, testing::PrintToStringParamName());

TEST(CheckFactsTest, NamesTheBookAndBothSides) {
  BookFacts facts{.stock = {.book = BookId{7}, .on_hand = 3}};

  EXPECT_THAT(CheckFacts(facts), ElementsAre(Violation{"on_hand_is_ledger", "books/7", "on hand is 3, the ledger's sum is 0"},
                                             Violation{"on_hand_is_ledger", "books/7", "on hand is 3, the last balance is 0"}));
}

}  // namespace
}  // namespace octavo::inventory
