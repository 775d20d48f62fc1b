// Random trade on every store, step by step beside the memory store as the model: the same answers, the same stocks, and the
// audit's equations after each step, across restarts. OCTAVO_TEST_SEED repeats a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "lib/base/random.h"
#include "lib/testing/matchers.h"
#include "services/inventory/audit.h"
#include "services/inventory/test_store.h"

namespace octavo::inventory {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr int kBooks = 4;

std::uint64_t Seed() {
  const char* given = std::getenv("OCTAVO_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : QuickRandom();
}

template <typename T>
std::string Outcome(const Result<Changed<T>>& result) {
  return result.ok() ? "ok" : result.error().reason;
}

class RandomTradeTest : public testing::TestWithParam<StoreKind> {
 protected:
  std::int64_t Below(std::int64_t bound) { return static_cast<std::int64_t>(random_.Below(bound)); }
  BookId SomeBook() { return BookId{1 + Below(kBooks)}; }
  // Few ids, so that they are often met again.
  RequestId SomeRequest(const std::string& kind) { return RequestId{kind + std::to_string(Below(40))}; }
  Demand SomeDemand() {
    Demand demand;
    for (std::int64_t i = 0; i <= Below(3); ++i) demand[SomeBook()] += 1 + Below(4);
    return demand;
  }
  Policy SomePolicy() {
    if (Below(2) == 0) return {};
    return {.backorder = Backorder::kAllowed, .backorder_max = Below(9), .low_stock_threshold = Below(3)};
  }

  // Does it to both, compares, and says what was done.
  template <typename Verb>
  std::string Both(const std::string& what, const Verb& verb) {
    const auto expected = verb(model_);
    const auto got = verb(*store_);
    EXPECT_EQ(Outcome(got), Outcome(expected)) << what;
    if (got.ok() && expected.ok()) {
      EXPECT_EQ(got->answer, expected->answer) << what;
      EXPECT_EQ(got->stocks, expected->stocks) << what;
    }
    return what + ": " + Outcome(expected);
  }

  std::string Step() {
    const RequestId order = SomeRequest("order-");
    switch (Below(11)) {
      case 0:
      case 1:
      case 2: {
        const ReserveOrder reserve{order, SomeDemand(), Below(2) == 0 ? 10s : 100s};
        return Both("reserve " + order.value(), [&](Store& store) { return store.Reserve(reserve, now_); });
      }
      case 3:
      case 4: return Both("commit " + order.value(), [&](Store& store) { return store.Commit(order, now_); });
      case 5: return Both("release " + order.value(), [&](Store& store) { return store.Release(order, now_); });
      case 6: {
        const Return back{SomeRequest("back-"), order, Below(2) == 0 ? Demand{} : SomeDemand(), "", Below(3) == 0};
        return Both("take back " + order.value(), [&](Store& store) { return store.TakeBack(back, now_); });
      }
      case 7: {
        const Receipt receipt{SomeRequest("receipt-"), SomeDemand(), Reason::kDelivery, ""};
        return Both("receive", [&](Store& store) { return store.Receive(receipt, now_); });
      }
      case 8: {
        const Adjustment adjustment{SomeRequest("adjust-"), SomeBook(), 1 - 2 * Below(2), Reason::kOther, ""};
        return Both("adjust", [&](Store& store) { return store.Adjust(adjustment, now_); });
      }
      case 9: {
        const Count count{SomeRequest("count-"), SomeBook(), Below(20), ""};
        return Both("count", [&](Store& store) { return store.SetCounted(count, now_); });
      }
      default: return RareStep();
    }
  }

  std::string RareStep() {
    switch (Below(4)) {
      case 0: {
        const BookId book = SomeBook();
        const Policy policy = SomePolicy();
        return Both("policy", [&](Store& store) { return Result<Changed<Stock>>(store.SetPolicy(book, policy)); });
      }
      case 1: {
        const int count_max = static_cast<int>(1 + Below(5));
        return Both("sweep", [&](Store& store) { return Result<Changed<int>>(store.Sweep(now_, count_max)); });
      }
      case 2: now_ += std::chrono::seconds(1 + Below(30)); return "time passes";
      default: store_.Reopen(); return "restart";
    }
  }

  const std::uint64_t seed_ = Seed();
  SeededRandom random_{seed_};
  Timestamp now_ = FakeClock::kNoon;
  MemoryStore model_;
  TestStore store_{GetParam()};
};

TEST_P(RandomTradeTest, AgreesWithTheModelAndWithItself) {
  std::cout << "seed " << seed_ << "\n";
  std::vector<std::string> steps;
  for (int i = 0; i < 600 && !HasFailure(); ++i) {
    now_ += 1us;  // Orders of one moment would have no order.
    steps.push_back(Step());
    EXPECT_EQ(store_->ListStocks(BookId{0}, 100), model_.ListStocks(BookId{0}, 100)) << steps.back();
    EXPECT_THAT(Audit(*store_).violations, IsEmpty()) << steps.back();
  }
  for (int book = 1; book <= kBooks; ++book) {
    EXPECT_EQ(store_->ListMovements(BookId{book}, INT64_MAX, 1000), model_.ListMovements(BookId{book}, INT64_MAX, 1000));
  }
  if (HasFailure()) {
    for (const std::string& step : steps) std::cout << step << "\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Every, RandomTradeTest, testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::inventory
