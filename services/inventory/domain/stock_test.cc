#include "services/inventory/domain/stock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo::inventory {
namespace {

const Cause kCause{.request = RequestId{"r"}, .reason = Reason::kFound, .note = "behind the shelf"};

TEST(MoveTest, ChangesTheShelfAndWritesTheEntry) {
  Stock stock{.book = BookId{7}, .on_hand = 3, .reserved = 1, .movement_sequence = 4};

  const Movement movement = Move(stock, -2, kCause);

  EXPECT_EQ(stock.on_hand, 1);
  EXPECT_EQ(stock.movement_sequence, 5);
  EXPECT_EQ(movement, (Movement{.book = BookId{7},
                                .sequence = 5,
                                .difference = -2,
                                .balance = 1,
                                .reason = Reason::kFound,
                                .cause = RequestId{"r"},
                                .note = "behind the shelf"}));
}

TEST(MoveBeyondTest, NeverTakesWhatIsReserved) {
  Stock stock{.book = BookId{7}, .on_hand = 3, .reserved = 2};
  EXPECT_THROW(Move(stock, -2, kCause), Bug);
}

TEST(MoveBeyondTest, NeverExceedsTheMaximumAndAlwaysMoves) {
  Stock stock{.book = BookId{7}, .on_hand = 999'999'999};
  EXPECT_THROW(Move(stock, 0, kCause), Bug);
  EXPECT_EQ(Move(stock, 1, kCause).balance, 1'000'000'000);
  EXPECT_THROW(Move(stock, 1, kCause), Bug);
}

TEST(CheckCorrectionTest, KeepsWhatIsReservedAndTheMaximum) {
  const Stock stock{.book = BookId{7}, .on_hand = 3, .reserved = 2};

  EXPECT_THAT(CheckCorrection(stock, -1), IsOk());
  const Status below = CheckCorrection(stock, -2);
  EXPECT_THAT(below, HasReason("BELOW_RESERVED"));
  EXPECT_EQ(below.error().message, "books/7 would have 1 copies, but 2 are reserved");
  EXPECT_THAT(CheckCorrection(stock, kOnHandMax - 3), IsOk());
  EXPECT_THAT(CheckCorrection(stock, kOnHandMax - 2), HasReason("INVALID_FIELD"));
}

TEST(IsLowTest, WarnsAtTheThreshold) {
  Stock stock{.on_hand = 5, .reserved = 2, .policy = {.low_stock_threshold = 2}};
  EXPECT_FALSE(stock.IsLow());
  stock.reserved = 3;
  EXPECT_TRUE(stock.IsLow());
  stock.policy.low_stock_threshold = 1;
  stock.reserved = 4;
  EXPECT_TRUE(stock.IsLow());
  stock.policy.low_stock_threshold = 0;
  stock.reserved = 5;
  EXPECT_FALSE(stock.IsLow());
}

TEST(CheckPolicyTest, NamesTheFieldThatIsWrong) {
  const auto field = [](const Policy& policy) {
    const Status status = CheckPolicy(policy, "policy");
    return status.ok() ? "" : status.error().violations[0].field;
  };

  EXPECT_EQ(field({}), "");
  EXPECT_EQ(field({.backorder = Backorder::kAllowed, .backorder_max = 5, .backorder_days = 3}), "");
  EXPECT_EQ(field({.backorder_max = 5}), "policy.backorder_max");
  EXPECT_EQ(field({.backorder = Backorder::kAllowed, .backorder_max = -1}), "policy.backorder_max");
  EXPECT_EQ(field({.backorder = Backorder::kAllowed, .backorder_max = 1'000'000'000, .low_stock_threshold = 1'000'000'000}), "");
  EXPECT_EQ(field({.backorder = Backorder::kAllowed, .backorder_max = 1'000'000'001}), "policy.backorder_max");
  EXPECT_EQ(field({.backorder_max = 1}), "policy.backorder_max");
  EXPECT_EQ(field({.low_stock_threshold = 1'000'000'001}), "policy.low_stock_threshold");
  EXPECT_EQ(field({.backorder_days = 3650}), "");
  EXPECT_EQ(field({.backorder_days = 3651}), "policy.backorder_days");
  EXPECT_EQ(field({.backorder_days = -1}), "policy.backorder_days");
  EXPECT_EQ(field({.low_stock_threshold = -1}), "policy.low_stock_threshold");
}

}  // namespace
}  // namespace octavo::inventory
