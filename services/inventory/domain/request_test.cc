#include "services/inventory/domain/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lib/testing/matchers.h"

namespace octavo::inventory {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

TEST(SumDemandTest, SumsTheLinesOfABookAndNamesABadOne) {
  const std::vector<Line> lines = {{BookId{2}, 1}, {BookId{1}, 4}, {BookId{2}, 3}};
  const std::vector<Line> bad = {{BookId{2}, 1}, {BookId{1}, 0}};

  EXPECT_THAT(*SumDemand(lines, 3), ElementsAre(Pair(BookId{1}, 4), Pair(BookId{2}, 4)));
  EXPECT_EQ(SumDemand(lines, 2).error().violations[0].field, "lines");
  EXPECT_EQ(SumDemand({}, 2).error().violations[0].field, "lines");
  EXPECT_EQ(SumDemand(bad, 2).error().violations[0].field, "lines[1].quantity");
}

TEST(SumDemandTest, ALineHasOneToTenThousandCopies) {
  for (const std::int64_t good : {1, 10'000}) EXPECT_THAT(SumDemand(std::vector<Line>{{BookId{1}, good}}, 1), IsOk()) << good;
  for (const std::int64_t bad : {-1, 0, 10'001}) {
    EXPECT_THAT(SumDemand(std::vector<Line>{{BookId{1}, bad}}, 1), HasReason("INVALID_FIELD")) << bad;
  }
}

TEST(LimitsTest, TheLargestPassesAndWhatIsBeyondDoesNot) {
  EXPECT_THAT(CheckTimeToLive(1us), IsOk());
  EXPECT_THAT(CheckTimeToLive(7 * 24h), IsOk());
  for (const std::chrono::microseconds bad : {-1us, 0us, std::chrono::microseconds(7 * 24h) + 1us}) {
    EXPECT_THAT(CheckTimeToLive(bad), HasReason("INVALID_FIELD")) << bad.count();
  }
  EXPECT_THAT(CheckNote(std::string(500, 'x')), IsOk());
  EXPECT_THAT(CheckNote(std::string(501, 'x')), HasReason("INVALID_FIELD"));
  for (const std::int64_t good : {-1'000'000'000, -1, 1, 1'000'000'000}) EXPECT_THAT(CheckDifference(good), IsOk()) << good;
  for (const std::int64_t bad : {-1'000'000'001, 0, 1'000'000'001}) {
    EXPECT_THAT(CheckDifference(bad), HasReason("INVALID_FIELD")) << bad;
  }
  for (const std::int64_t good : {0, 1'000'000'000}) EXPECT_THAT(CheckCounted(good), IsOk()) << good;
  for (const std::int64_t bad : {-1, 1'000'000'001}) EXPECT_THAT(CheckCounted(bad), HasReason("INVALID_FIELD")) << bad;
}

TEST(RequestIdTest, IsShortAndPlain) {
  for (const std::string good : {"a", "order:12~x_y.z-9", "0193583c-5a00-7abc-8def-0123456789ab"}) {
    EXPECT_THAT(ParseRequestId(good, "request_id"), IsOk()) << good;
    EXPECT_EQ(*ParseReservationName("reservations/" + good, "name"), RequestId{good});
  }
  EXPECT_THAT(ParseRequestId(std::string(128, 'x'), "request_id"), IsOk());
  const std::string too_long(129, 'x');
  for (const std::string& bad : std::vector<std::string>{"", "a b", "a/b", "ä", too_long}) {
    EXPECT_THAT(ParseRequestId(bad, "request_id"), HasReason("INVALID_FIELD")) << bad;
    EXPECT_THAT(ParseReservationName("reservations/" + bad, "name"), HasReason("INVALID_FIELD")) << bad;
  }
  EXPECT_THAT(ParseReservationName("orders/1", "name"), HasReason("INVALID_FIELD"));
}

TEST(ReasonTest, EachVerbHasItsOwn) {
  EXPECT_THAT(CheckReceiptReason(Reason::kDelivery), IsOk());
  EXPECT_THAT(CheckReceiptReason(Reason::kSale), HasReason("INVALID_FIELD"));
  EXPECT_THAT(CheckAdjustmentReason(Reason::kTheft), IsOk());
  EXPECT_THAT(CheckAdjustmentReason(Reason::kCount), HasReason("INVALID_FIELD"));
  EXPECT_THAT(CheckAdjustmentReason(static_cast<Reason>(77)), HasReason("INVALID_FIELD"));
}

TEST(FingerprintTest, OfAChangeToTheShelfTellsEachPartOfIt) {
  const auto fingerprints = [](std::int64_t copies, Reason reason, const std::string& note) {
    const Demand demand{{BookId{1}, copies}};
    return std::vector<std::int64_t>{
        Receipt{.copies = demand, .reason = reason, .note = note}.fingerprint(),
        Adjustment{.book = BookId{1}, .difference = copies, .reason = reason, .note = note}.fingerprint(),
        Count{.book = BookId{1}, .on_hand = copies, .note = note}.fingerprint(),
        Return{.copies = demand, .note = note}.fingerprint()};
  };
  const auto first = fingerprints(2, Reason::kFound, "a");

  EXPECT_EQ(fingerprints(2, Reason::kFound, "a"), first);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), first.size()) << "each verb has its own";
  const auto other_copies = fingerprints(3, Reason::kFound, "a");
  const auto other_note = fingerprints(2, Reason::kFound, "b");
  const auto other_reason = fingerprints(2, Reason::kOther, "a");
  for (std::size_t verb = 0; verb < first.size(); ++verb) {
    EXPECT_NE(other_copies[verb], first[verb]) << verb;
    EXPECT_NE(other_note[verb], first[verb]) << verb;
    EXPECT_EQ(other_reason[verb] == first[verb], verb >= 2) << "a count and a return have no reason of the caller's: " << verb;
  }
  EXPECT_NE((Return{.only_waiting = true}.fingerprint()), Return{}.fingerprint());
  EXPECT_NE((Return{.reservation = RequestId{"a"}}.fingerprint()), Return{}.fingerprint());
}

}  // namespace
}  // namespace octavo::inventory
