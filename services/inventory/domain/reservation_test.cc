#include "services/inventory/domain/reservation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/inventory/domain/request.h"

namespace octavo::inventory {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

constexpr Timestamp kNoon = FakeClock::kNoon;
const BookId kBook{7};

struct PromiseCase {
  std::string name;
  Stock stock;
  std::int64_t quantity;
  std::int64_t shelf;  // -1: out of stock …
  std::int64_t later;  // … and this many could be had.
};

void PrintTo(const PromiseCase& c, std::ostream* out) { *out << c.name; }

class PromiseTest : public testing::TestWithParam<PromiseCase> {};

TEST_P(PromiseTest, TakesTheShelfFirstThenADelivery) {
  const PromiseCase& c = GetParam();
  const auto line = Promise(c.stock, c.quantity);
  if (c.shelf >= 0) {
    ASSERT_THAT(line, IsOk());
    EXPECT_EQ(*line, (ReservedLine{.book = c.stock.book, .quantity = c.shelf, .backordered = c.later, .waiting = c.later}));
  } else {
    ASSERT_THAT(line, HasReason("OUT_OF_STOCK"));
    EXPECT_EQ(line.error().metadata.at("available"), std::to_string(c.later));
  }
}

Stock With(std::int64_t on_hand, std::int64_t reserved, Backorder backorder = Backorder::kRefused, std::int64_t backorder_max = 0,
           std::int64_t backordered = 0) {
  return {.book = kBook,
          .on_hand = on_hand,
          .reserved = reserved,
          .backordered = backordered,
          .policy = {.backorder = backorder, .backorder_max = backorder_max}};
}

INSTANTIATE_TEST_SUITE_P(Every, PromiseTest,
                         testing::Values(PromiseCase{"Plenty", With(5, 1), 3, 3, 0},
                                         PromiseCase{"TheLastOnes", With(5, 2), 3, 3, 0},
                                         PromiseCase{"OneTooMany", With(5, 3), 3, -1, 2},
                                         PromiseCase{"Nothing", With(0, 0), 1, -1, 0},
                                         PromiseCase{"PartLater", With(2, 0, Backorder::kAllowed, 5), 4, 2, 2},
                                         PromiseCase{"AllLater", With(0, 0, Backorder::kPreorder, 5), 5, 0, 5},
                                         PromiseCase{"TooManyLater", With(1, 0, Backorder::kSpecialOrder, 5), 7, -1, 6},
                                         PromiseCase{"OthersWait", With(2, 2, Backorder::kAllowed, 5, 4), 2, -1, 1},
                                         PromiseCase{"MaximumLowered", With(2, 2, Backorder::kAllowed, 1, 4), 1, -1, 0},
                                         PromiseCase{"AllowedButNone", With(2, 1, Backorder::kAllowed, 0), 2, -1, 1}));

TEST(FillTest, ServesInOrderAndShipsWhatIsCommitted) {
  Stock stock = With(5, 1, Backorder::kAllowed, 9, 7);
  const std::vector<Waiting> waiting = {{RequestId{"open"}, State::kOpen, 2},
                                        {RequestId{"sold"}, State::kCommitted, 1},
                                        {RequestId{"big"}, State::kOpen, 3},
                                        {RequestId{"last"}, State::kOpen, 1}};
  std::vector<Movement> movements;

  const std::vector<Filled> filled = Fill(stock, waiting, kNoon, movements);

  ASSERT_EQ(filled.size(), 3u);
  EXPECT_EQ(filled[0].quantity, 2);
  EXPECT_EQ(filled[1].quantity, 1);
  EXPECT_EQ(filled[2].quantity, 1);  // In part: there was no more.
  EXPECT_EQ(stock.on_hand, 4);
  EXPECT_EQ(stock.reserved, 4);
  EXPECT_EQ(stock.backordered, 3);
  ASSERT_EQ(movements.size(), 1u);
  EXPECT_EQ(movements[0].cause, RequestId{"sold"});
  EXPECT_EQ(movements[0].reason, Reason::kSale);
}

struct StateCase {
  State state;
  std::chrono::microseconds age;  // Of 15 minutes.
  std::string reserve;            // The outcome: "" is done, "again" done before, else the reason.
  std::string commit;
  std::string release;
};

class StateTest : public testing::TestWithParam<StateCase> {};

TEST_P(StateTest, DecidesWhatIsStillPossible) {
  const StateCase& c = GetParam();
  const Reservation reservation{
      .id = RequestId{"r"}, .state = c.state, .fingerprint = 5, .created = kNoon, .expires = kNoon + 15min};
  const auto outcome = [](const Result<Step>& step) {
    return !step.ok() ? step.error().reason : *step == Step::kDo ? "" : "again";
  };
  const Status reserve = CheckRepeatedReserve(reservation, 5, kNoon + c.age);

  EXPECT_EQ(reserve.ok() ? "again" : reserve.error().reason, c.reserve);
  EXPECT_EQ(outcome(DecideCommit(reservation, kNoon + c.age)), c.commit);
  EXPECT_EQ(outcome(DecideRelease(reservation)), c.release);
  EXPECT_THAT(CheckRepeatedReserve(reservation, 6, kNoon + c.age), HasReason("REQUEST_ID_REUSED"));
}

INSTANTIATE_TEST_SUITE_P(
    Every, StateTest,
    testing::Values(StateCase{State::kOpen, 0s, "again", "", ""}, StateCase{State::kOpen, 15min - 1us, "again", "", ""},
                    StateCase{State::kOpen, 15min, "RESERVATION_EXPIRED", "RESERVATION_EXPIRED", ""},
                    StateCase{State::kCommitted, 0s, "again", "again", "RESERVATION_COMMITTED"},
                    StateCase{State::kCommitted, 20min, "again", "again", "RESERVATION_COMMITTED"},
                    StateCase{State::kReleased, 0s, "RESERVATION_RELEASED", "RESERVATION_RELEASED", "again"},
                    StateCase{State::kExpired, 20min, "RESERVATION_EXPIRED", "RESERVATION_EXPIRED", "again"}));

TEST(PromiseTest, IsAskedForAtLeastOneCopy) {
  Stock stock = With(5, 1, Backorder::kAllowed, 9, 1);
  ReservedLine line{.book = kBook, .quantity = 1, .backordered = 1, .waiting = 1};
  std::vector<Movement> movements;
  for (const std::int64_t none : {-1, 0}) {
    EXPECT_THROW((void)Promise(stock, none), Bug);
    EXPECT_THROW(StrikeOff(stock, line, none), Bug);
    EXPECT_THROW((void)TakeBack(stock, line, none, {}, movements), Bug);
  }
}

TEST(ReleasedBeforeItCameTest, IsReleasedForWhateverIsReserved) {
  const Reservation tombstone{.id = RequestId{"r"}, .state = State::kReleased, .created = kNoon, .expires = kNoon};

  EXPECT_THAT(CheckRepeatedReserve(tombstone, 1, kNoon), HasReason("RESERVATION_RELEASED"));
  EXPECT_THAT(CheckRepeatedReserve(tombstone, -7, kNoon), HasReason("RESERVATION_RELEASED"));
}

TEST(CheckReturnTest, IsForWhatWasCommitted) {
  for (const State state : {State::kOpen, State::kReleased, State::kExpired}) {
    EXPECT_THAT(CheckReturn({.id = RequestId{"r"}, .state = state}), HasReason("RESERVATION_NOT_COMMITTED"));
  }
  EXPECT_THAT(CheckReturn({.id = RequestId{"r"}, .state = State::kCommitted}), IsOk());
}

TEST(FingerprintTest, TellsRequestsApart) {
  const Demand demand{{BookId{1}, 2}};

  EXPECT_EQ(FingerprintOf(demand, 1s), FingerprintOf(demand, 1s));
  EXPECT_NE(FingerprintOf(demand, 1s), FingerprintOf(demand, 2s));
  EXPECT_NE(FingerprintOf(demand, 1s), FingerprintOf({{BookId{2}, 1}}, 1s));
  // FNV-1a's published value for "a".
  EXPECT_EQ(static_cast<std::uint64_t>(Fingerprint("a")), 0xaf63dc4c8601ec8cu);
  EXPECT_NE(Fingerprint("!0IC=VloaY"), 0) << "FNV-1a gives 0 here, which means that nothing was reserved";
}

TEST(CopiesToTakeBackTest, MeansAllThatIsLeftUnlessSaid) {
  const Reservation reservation{
      .lines = {{.book = BookId{1}, .quantity = 3, .returned = 1}, {.book = BookId{2}, .quantity = 1, .returned = 1}}};

  EXPECT_THAT(*CopiesToTakeBack(reservation, {}), ElementsAre(Pair(BookId{1}, 2)));
  EXPECT_THAT(*CopiesToTakeBack(reservation, {{BookId{2}, 1}}), ElementsAre(Pair(BookId{2}, 1)));
  EXPECT_THAT(CopiesToTakeBack(reservation, {{BookId{3}, 1}}), HasReason("INVALID_FIELD"));
  const Reservation one_left{.lines = {{.book = BookId{1}, .quantity = 3, .returned = 2}}};
  EXPECT_THAT(*CopiesToTakeBack(one_left, {}), ElementsAre(Pair(BookId{1}, 1)));
}

}  // namespace
}  // namespace octavo::inventory
