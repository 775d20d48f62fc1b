#include "services/promotions/domain/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lib/testing/matchers.h"

namespace octavo::promotions {
namespace {

using testing::ElementsAre;

Claim Good() {
  return {.order = OrderKey("order"),
          .persons = {PersonKey("b"), PersonKey("a")},
          .redemptions = {{CampaignId(2), "X", 30}, {CampaignId(1), "", 10}}};
}

TEST(NormaliseClaimTest, Sorts) {
  Claim claim = Good();

  ASSERT_THAT(NormaliseClaim(claim), IsOk());

  EXPECT_THAT(claim.persons, ElementsAre(PersonKey("a"), PersonKey("b")));
  EXPECT_THAT(claim.redemptions, ElementsAre(Redemption{CampaignId(1), "", 10}, Redemption{CampaignId(2), "X", 30}));
}

TEST(NormaliseClaimTest, AKeyHasOneTo128Bytes) {
  for (const auto& [size, good] : {std::pair(0, false), {1, true}, {128, true}, {129, false}}) {
    Claim claim = Good();
    claim.order = OrderKey(std::string(static_cast<std::size_t>(size), 'x'));
    EXPECT_EQ(NormaliseClaim(claim).ok(), good) << size;
  }
}

TEST(NormaliseClaimTest, EveryAmountHasItsRangeAlsoTheFirst) {
  constexpr std::int64_t kMost = 1'000'000'000'000'000;
  for (const std::size_t which : {0U, 1U}) {
    for (const auto& [amount, good] : {std::pair(std::int64_t{-1}, false), {0, true}, {kMost, true}, {kMost + 1, false}}) {
      Claim claim = Good();
      claim.redemptions[which].amount_minor = amount;
      EXPECT_EQ(NormaliseClaim(claim).ok(), good) << which << ": " << amount;
    }
    Claim alone = Good();
    alone.redemptions = {{CampaignId(1), "", -1}};
    EXPECT_THAT(NormaliseClaim(alone), HasReason("INVALID_FIELD"));
  }
}

TEST(NormaliseClaimTest, ACampaignIsNamedOnceAndAHundredAreTheMost) {
  Claim twice = Good();
  twice.redemptions.push_back({CampaignId(2), "Y", 5});
  EXPECT_THAT(NormaliseClaim(twice), HasReason("INVALID_FIELD"));

  Claim many = Good();
  many.redemptions.clear();
  for (int id = 1; id <= 100; ++id) many.redemptions.push_back({CampaignId(id), "", 0});
  EXPECT_THAT(NormaliseClaim(many), IsOk());
  many.redemptions.push_back({CampaignId(101), "", 0});
  EXPECT_THAT(NormaliseClaim(many), HasReason("INVALID_FIELD"));
}

TEST(FingerprintTest, TellsEverythingButTheOrder) {
  std::vector<Claim> claims(7, Good());
  claims[1].persons.pop_back();
  claims[2].persons[0] = PersonKey("c");
  claims[3].redemptions.pop_back();
  claims[4].redemptions[0].campaign = CampaignId(3);
  claims[5].redemptions[0].code = "Y";
  claims[6].redemptions[0].amount_minor = 31;
  std::set<std::int64_t> fingerprints;
  for (const Claim& claim : claims) fingerprints.insert(Fingerprint(claim));
  EXPECT_EQ(fingerprints.size(), claims.size());

  Claim other_order = Good();
  other_order.order = OrderKey("another");
  EXPECT_EQ(Fingerprint(other_order), Fingerprint(Good()));
  // Where one field ends is a part of it: "2", "X" is not "2X", "".
  Claim left = Good(), right = Good();
  left.persons = {PersonKey("ab"), PersonKey("c")};
  right.persons = {PersonKey("a"), PersonKey("bc")};
  EXPECT_NE(Fingerprint(left), Fingerprint(right));
}

}  // namespace
}  // namespace octavo::promotions
