// A campaign held against a basket: whether it may be used at all, and what is said where it may not.
#include "services/promotions/domain/trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;

constexpr BasisPoints kTenPercent{1'000};

TEST(UsedUpTest, EachLimitIsReachedWithItsLastUse) {
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  EXPECT_EQ(UsedUp(campaign, {.redemption_count = 9, .spent_minor = 9, .customer_redemption_count = 9}), Reason::kNone)
      << "0 is no limit";
  for (const std::int64_t limit : {1, 2}) {
    Campaign total = campaign, customer = campaign, budget = campaign;
    total.total_limit = customer.customer_limit = budget.budget_minor = limit;
    EXPECT_EQ(UsedUp(total, {.redemption_count = limit - 1}), Reason::kNone);
    EXPECT_EQ(UsedUp(total, {.redemption_count = limit}), Reason::kLimitReached);
    EXPECT_EQ(UsedUp(customer, {.customer_redemption_count = limit - 1}), Reason::kNone);
    EXPECT_EQ(UsedUp(customer, {.customer_redemption_count = limit}), Reason::kCustomerLimitReached);
    EXPECT_EQ(UsedUp(budget, {.spent_minor = limit - 1}), Reason::kNone);
    EXPECT_EQ(UsedUp(budget, {.spent_minor = limit}), Reason::kBudgetSpent) << "it is spent to the last cent";
  }
}

TEST(CodeLimitTest, OfOneIsReachedWithTheFirstUseOfThatCode) {
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.codes = {"X", "Y"};
  Basket basket = TestBasket({{1, 1'000}});
  basket.codes = {"X"};
  const auto reason = [&](std::int64_t limit, std::map<std::string, std::int64_t> used) {
    campaign.code_limit = limit;
    const Offer offer{.campaign = &campaign, .use = {.code_redemption_count = std::move(used)}};
    return ReasonOf(QuoteBasket(basket, {&offer, 1}, {}, kTestNoon), 1);
  };

  EXPECT_EQ(reason(1, {}), Reason::kNone);
  EXPECT_EQ(reason(1, {{"Y", 1}}), Reason::kNone);
  EXPECT_EQ(reason(1, {{"X", 1}}), Reason::kLimitReached);
  EXPECT_EQ(reason(2, {{"X", 1}}), Reason::kNone);
  EXPECT_EQ(reason(0, {{"X", 100}}), Reason::kNone) << "0 is no limit";
}

TEST(PhaseOfTest, IsThatOfTheEffect) {
  EXPECT_EQ(PhaseOf(TestCampaign(1, PercentOff{kTenPercent})), Phase::kItem);
  EXPECT_EQ(PhaseOf(TestCampaign(1, AmountOff{1})), Phase::kItem);
  EXPECT_EQ(PhaseOf(TestCampaign(1, BuyXGetY{})), Phase::kBuyXGetY);
  EXPECT_EQ(PhaseOf(TestCampaign(1, OrderPercentOff{kTenPercent})), Phase::kOrder);
  EXPECT_EQ(PhaseOf(TestCampaign(1, OrderAmountOff{1})), Phase::kOrder);
  EXPECT_EQ(PhaseOf(TestCampaign(1, FreeDelivery{})), Phase::kDelivery);
}

TEST(MakeTrialsTest, WhatClosesACampaignHasAnOrder) {
  // One that is paused and has ended, or has not begun, says what will not change.
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.codes = {"X"};
  Basket basket = TestBasket({{1, 1'000}});
  basket.codes = {"X"};
  const auto reason = [&] { return ReasonOf(PriceOf(basket, {campaign}), 1); };

  campaign.state = CampaignState::kPaused;
  campaign.end = kTestNoon;
  EXPECT_EQ(reason(), Reason::kEnded);
  campaign.end = kTestNoon + 1us;
  campaign.start = kTestNoon + 1us;
  EXPECT_EQ(reason(), Reason::kPaused);
  campaign.state = CampaignState::kActive;
  EXPECT_EQ(reason(), Reason::kNotStarted);
  campaign.start = kTestNoon;
  EXPECT_EQ(reason(), Reason::kNone);
  campaign.state = CampaignState::kArchived;
  EXPECT_EQ(reason(), Reason::kEnded);
}

TEST(MakeTrialsTest, ACodeThatNobodyKnowsIsToldOnceAndTheOthersStillCount) {
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.codes = {"X", "Y"};
  Basket basket = TestBasket({{1, 1'000}});
  basket.codes = {"Y", "NOPE", "X", "NOPE"};

  const Quote quote = PriceOf(basket, {campaign, TestCampaign(2, PercentOff{BasisPoints{100}})});

  EXPECT_EQ(quote.total_minor, 900);
  std::vector<std::string> told;
  for (const Outcome& outcome : quote.outcomes) told.push_back(outcome.code + ": " + outcome.message);
  EXPECT_THAT(told, testing::ElementsAre("X: ", ": Another promotion saves you more than Campaign 2.",
                                         "Y: The code X stands for the same promotion.", "NOPE: There is no code NOPE."));
}

TEST(ExplainTest, CountsTheBooksThatAreMissing) {
  const auto message = [](std::int64_t units, const BuyXGetY& groups) {
    return PriceOf(TestBasket({{units, 100}}), {TestCampaign(1, groups)}).outcomes[0].message;
  };

  EXPECT_EQ(message(1, {.buy_quantity = 1, .get_quantity = 1}), "Add 1 more of Campaign 1 to get 1 book free.");
  EXPECT_EQ(message(1, {.buy_quantity = 3, .get_quantity = 2}), "Add 4 more of Campaign 1 to get 2 books free.");
  EXPECT_EQ(message(2, {.buy_quantity = 2, .get_quantity = 1, .rate = BasisPoints{9'999}}),
            "Add 1 more of Campaign 1 to get 1 book for less.");
}

TEST(ExplainTest, HasASentenceForEveryReason) {
  const Campaign campaign = TestCampaign(1, BuyXGetY{});
  const Offer offer{.campaign = &campaign};
  std::set<std::string> sentences;
  for (int reason = static_cast<int>(Reason::kUnknownCode); reason <= static_cast<int>(Reason::kNothingLeft); ++reason) {
    Trial trial{.offer = &offer, .reason = static_cast<Reason>(reason)};
    const std::string sentence = Explain(trial, Currency::Eur());
    EXPECT_THAT(sentence, testing::EndsWith(".")) << reason;
    EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
    EXPECT_TRUE(sentences.insert(std::string(ReasonName(trial.reason))).second) << reason;
  }
  EXPECT_EQ(Explain({.offer = &offer, .reason = Reason::kNone}, Currency::Eur()), "");
  EXPECT_EQ(ReasonName(Reason::kNone), "");
}

}  // namespace
}  // namespace octavo::promotions
