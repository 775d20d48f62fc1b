// Many buyers at once: 500 who want a copy each, of 100 copies. And the same crowd against a store that is broken on
// purpose, which has to be found out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "lib/base/failure.h"
#include "lib/testing/matchers.h"
#include "services/inventory/audit.h"
#include "services/inventory/test_schema.h"
#include "services/inventory/test_store.h"

namespace octavo::inventory {
namespace {

using testing::IsEmpty;
using testing::Not;

constexpr Timestamp kNoon = FakeClock::kNoon;
constexpr int kBuyers = 500;
constexpr std::int64_t kCopies = 100;
const BookId kBook{1};

struct Outcome {
  std::atomic<int> sold = 0;
  std::atomic<int> out_of_stock = 0;
  std::atomic<int> other = 0;
};

// As a caller of the service does: what was ABORTED, because others won too often, or not begun, because the crowd waited too
// long on a slow machine, is tried again with the same id.
template <typename Verb>
auto Persist(const Verb& verb) {
  for (;;) {
    try {
      return verb();
    } catch (const Failure& failure) {
      if (failure.error().code != Code::kAborted && failure.error().reason != "DATABASE_BUSY") throw;
    }
  }
}

void Buy(Store& store, int buyer, const Demand& demand, Outcome& outcome) {
  try {
    const std::string request = "buyer-" + std::to_string(buyer);
    const auto reserved = Persist([&] { return store.Reserve(Order(request, demand), kNoon); });
    if (!reserved.ok()) {
      ++(reserved.error().reason == "OUT_OF_STOCK" ? outcome.out_of_stock : outcome.other);
      return;
    }
    ++(Persist([&] { return store.Commit(RequestId{request}, kNoon); }).ok() ? outcome.sold : outcome.other);
  } catch (const Failure&) {
    ++outcome.other;
  }
}

// Every buyer has a thread and they all begin together.
template <typename DemandOf>
void SendCrowd(Store& store, const DemandOf& demand_of, Outcome& outcome) {
  std::latch start(kBuyers);
  std::vector<std::thread> threads;
  for (int buyer = 0; buyer < kBuyers; ++buyer) {
    threads.emplace_back([&, buyer] {
      start.arrive_and_wait();
      Buy(store, buyer, demand_of(buyer), outcome);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class CrowdTest : public testing::TestWithParam<StoreKind> {};

TEST_P(CrowdTest, FiveHundredBuyersForAHundredCopiesBuyExactlyAHundred) {
  TestStore store(GetParam());
  ASSERT_THAT(store->Receive(Delivery("a", {{kBook, kCopies}}), kNoon), IsOk());

  Outcome outcome;
  SendCrowd(
      *store,
      [](int) {
        return Demand{{kBook, 1}};
      },
      outcome);

  EXPECT_EQ(outcome.sold, kCopies);
  EXPECT_EQ(outcome.out_of_stock, kBuyers - kCopies);
  EXPECT_EQ(outcome.other, 0);
  const AuditReport report = Audit(*store);
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.copies_sold, kCopies);
  EXPECT_EQ(report.copies_on_hand, 0);
}

TEST_P(CrowdTest, BuyersOfSeveralBooksInAnyOrderNeitherBlockEachOtherNorTakeHalfAnOrder) {
  TestStore store(GetParam());
  ASSERT_THAT(store->Receive(Delivery("a", {{BookId{1}, 100}, {BookId{2}, 120}, {BookId{3}, 140}}), kNoon), IsOk());

  Outcome outcome;  // Each wants two of the three books; no copy of the scarce pair is left in the end.
  SendCrowd(
      *store,
      [](int buyer) {
        return Demand{{BookId{buyer % 3 + 1}, 1}, {BookId{(buyer + 1) % 3 + 1}, 1}};
      },
      outcome);

  EXPECT_EQ(outcome.other, 0);
  EXPECT_EQ(outcome.sold + outcome.out_of_stock, kBuyers);
  const AuditReport report = Audit(*store);
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.copies_sold, 2 * outcome.sold);
  EXPECT_EQ(report.copies_reserved, 0);
  int with_copies_left = 0;
  for (const Stock& stock : store->ListStocks(BookId{0}, 10)) with_copies_left += stock.on_hand > 0 ? 1 : 0;
  EXPECT_LE(with_copies_left, 1);  // Else somebody was refused who could have had both.
}

TEST_P(CrowdTest, OneBuyerClickingFiveHundredTimesBuysOnce) {
  TestStore store(GetParam());
  ASSERT_THAT(store->Receive(Delivery("a", {{kBook, kCopies}}), kNoon), IsOk());

  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  std::latch start(50);
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int j = 0; j < 10; ++j) {
        const auto reserved = Persist([&] { return store->Reserve(Order("once", {{kBook, 2}}), kNoon); });
        const auto committed = Persist([&] { return store->Commit(RequestId{"once"}, kNoon); });
        if (reserved.ok() && committed.ok()) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(good, 500);
  EXPECT_EQ(Audit(*store).copies_sold, 2);
}

INSTANTIATE_TEST_SUITE_P(Every, CrowdTest, kEveryStore, testing::PrintToStringParamName());

// Broken on purpose: looks whether a copy is there, and takes it in another transaction, without asking again. It lets
// the first 101 buyers look before any of them takes, so that the fault shows in every run.
class UnconditionalStore final : public SqlStore {
 public:
  using SqlStore::SqlStore;

  Result<Changed<Reservation>> Reserve(const ReserveOrder& order, Timestamp now) override {
    const std::vector<BookId> books{order.demand.begin()->first};
    const std::int64_t quantity = order.demand.begin()->second;
    const ReservedLine line = TRY(Promise(GetStocks(books)[0], quantity));
    looked_.count_down(looked_.try_wait() ? 0 : 1);
    looked_.wait();
    database_.Write([&](db::Transaction& transaction) {
      transaction.Execute("UPDATE stocks SET reserved = reserved + $2, version = version + 1 WHERE book_id = $1",
                          line.book.value(), line.quantity);
      transaction.Execute(
          "INSERT INTO reservations (request_id, state, fingerprint, created, expires) VALUES "
          "($1, 1, 1, $2, $3)",
          order.request.value(), now, now + order.time_to_live);
      transaction.Execute(
          "INSERT INTO reservation_lines (request_id, book_id, quantity, backordered, waiting, returned, "
          "cancelled, created) VALUES ($1, $2, $3, 0, 0, 0, 0, $4)",
          order.request.value(), line.book.value(), line.quantity, now);
    });
    return Changed<Reservation>{{.id = order.request, .lines = {line}}, {}};
  }

 private:
  std::latch looked_{kCopies + 1};
};

class BrokenStoreTest : public testing::TestWithParam<StoreKind> {
 protected:
  // 101 buyers, one too many, who only reserve.
  static int Reserve(Store& store) {
    std::atomic<int> reserved = 0;
    std::vector<std::thread> threads;
    for (int buyer = 0; buyer <= kCopies; ++buyer) {
      threads.emplace_back([&, buyer] {
        try {
          const Demand demand{{kBook, 1}};
          if (Persist([&] { return store.Reserve(Order(std::to_string(buyer), demand), kNoon); }).ok()) ++reserved;
        } catch (const Failure&) {
          // Refused by the schema.
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return reserved;
  }
};

TEST_P(BrokenStoreTest, ReservingWithoutTheConditionSellsTooManyAndIsFoundOut) {
  const UncheckedSchema schema;
  TestDatabase database(DatabaseOf(GetParam()), schema.migrations());
  UnconditionalStore store(*database);
  ASSERT_THAT(store.Receive(Delivery("a", {{kBook, kCopies}}), kNoon), IsOk());

  EXPECT_EQ(Reserve(store), kCopies + 1);
  EXPECT_THAT(Audit(store).violations, Not(IsEmpty()));
}

TEST_P(BrokenStoreTest, TheSchemaStopsItEvenSo) {
  TestDatabase database(DatabaseOf(GetParam()), Migrations());
  UnconditionalStore store(*database);
  ASSERT_THAT(store.Receive(Delivery("a", {{kBook, kCopies}}), kNoon), IsOk());

  EXPECT_EQ(Reserve(store), kCopies);
  EXPECT_THAT(Audit(store).violations, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Every, BrokenStoreTest, testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::inventory
