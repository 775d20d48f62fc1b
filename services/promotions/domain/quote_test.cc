// What a basket costs, rule by rule. The collection of cases is in cases_test.cc, what holds for every basket in
// quote_property_test.cc.
#include "services/promotions/domain/quote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr BasisPoints kTenPercent{1'000};

// The quote with one campaign used so far.
Quote PriceUsed(const Basket& basket, const Campaign& campaign, const CampaignUse& use, const CustomerFacts& customer = {}) {
  const Offer offer{.campaign = &campaign, .use = use};
  return QuoteBasket(basket, {&offer, 1}, customer, kTestNoon);
}

// --- Item promotions

TEST(ItemPromotionTest, AnItemTakesTheOneThatTakesMostOffAndTheOtherSaysSo) {
  const Basket basket = TestBasket({{1, 1'000}, {1, 3'000}});

  const Quote quote = PriceOf(basket, {TestCampaign(1, PercentOff{kTenPercent}), TestCampaign(2, AmountOff{200})});

  EXPECT_THAT(quote.lines[0].adjustments, ElementsAre(Adjustment{CampaignId(2), 200, 0}));
  EXPECT_THAT(quote.lines[1].adjustments, ElementsAre(Adjustment{CampaignId(1), 300, 0}));
}

TEST(ItemPromotionTest, StackableOnesGoTogetherOnlyWhereTheyTakeOffMore) {
  const Basket basket = TestBasket({{1, 1'000}});
  const auto quote = [&](std::int64_t alone_percent) {
    return PriceOf(basket,
                   {Stackable(TestCampaign(1, PercentOff{kTenPercent})), Stackable(TestCampaign(2, PercentOff{kTenPercent})),
                    TestCampaign(3, PercentOff{BasisPoints{alone_percent * 100}})});
  };

  const Quote together = quote(18);
  const Quote alone = quote(20);

  EXPECT_EQ(together.total_minor, 810) << "percentages compound: 1000 - 100 - 90";
  EXPECT_EQ(ReasonOf(together, 3), Reason::kBetterPromotion);
  EXPECT_EQ(alone.total_minor, 800);
  EXPECT_EQ(ReasonOf(alone, 1), Reason::kNotStackable);
}

TEST(ItemPromotionTest, NothingFallsBelowZero) {
  const Quote quote = PriceOf(TestBasket({{2, 100}}), {TestCampaign(1, AmountOff{500})});

  EXPECT_EQ(quote.total_minor, 0);
  EXPECT_EQ(AmountOf(quote, 1), 200);
}

// --- Who and what is meant

TEST(EligibilityTest, AnyNamedListMeansTheBookAndAnExcludedBookIsNeverMeant) {
  Basket basket = TestBasket({{1, 100, {"categories/a"}}, {1, 100}, {1, 100}, {1, 100, {"categories/a"}}, {1, 100}});
  basket.lines[1].authors = {"authors/x"};
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.items = {
      .books = {BookId(3)}, .categories = {"categories/a"}, .authors = {"authors/x"}, .excluded_books = {BookId(4)}};

  const Quote quote = PriceOf(basket, {campaign});

  std::vector<std::int64_t> totals;
  for (const QuotedLine& line : quote.lines) totals.push_back(line.total_minor);
  EXPECT_THAT(totals, ElementsAre(90, 90, 90, 100, 100));
}

TEST(EligibilityTest, SaysThatNoBookIsMeant) {
  const Quote quote = PriceOf(TestBasket({{1, 100}}), {TestCampaign(1, PercentOff{kTenPercent}, "categories/a")});

  EXPECT_EQ(ReasonOf(quote, 1), Reason::kNotEligibleItems);
  EXPECT_EQ(quote.outcomes[0].message, "No book in the basket belongs to Campaign 1.");
}

TEST(EligibilityTest, AThresholdCountsTheMeantItemsAtListPriceAndSaysWhatIsMissing) {
  const Basket basket = TestBasket({{3, 1'000, {"categories/a"}}, {1, 9'000}});
  Campaign campaign = TestCampaign(2, OrderAmountOff{500}, "categories/a");
  campaign.threshold_minor = 3'000;
  const Campaign half = TestCampaign(1, PercentOff{BasisPoints{5'000}});

  EXPECT_EQ(AmountOf(PriceOf(basket, {half, campaign}), 2), 500);
  campaign.threshold_minor = 3'001;
  const Quote short_of = PriceOf(basket, {half, campaign});
  EXPECT_EQ(ReasonOf(short_of, 2), Reason::kBelowThreshold);
  EXPECT_EQ(short_of.outcomes[1].message, "Add its books for 0.01 EUR to get Campaign 2.");
}

TEST(EligibilityTest, AThresholdOfAnyBooksSaysSo) {
  Campaign campaign = TestCampaign(1, FreeDelivery{});
  campaign.threshold_minor = 4'000;

  const Quote quote = PriceOf(TestBasket({{1, 1'699}}), {campaign});

  EXPECT_EQ(quote.outcomes[0].message, "Add books for 23.01 EUR to get Campaign 1.");
}

TEST(EligibilityTest, AFirstOrderIsOneWithoutEarlierOnes) {
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.first_order_only = true;
  const Basket basket = TestBasket({{1, 100}});

  EXPECT_EQ(ReasonOf(PriceOf(basket, {campaign}, {.previous_order_count = 0}), 1), Reason::kNone);
  EXPECT_EQ(ReasonOf(PriceOf(basket, {campaign}, {.previous_order_count = 1}), 1), Reason::kFirstOrderOnly);
}

// --- When

TEST(DatesTest, ACampaignRunsFromItsStartUntilBeforeItsEnd) {
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.start = kTestNoon;
  campaign.end = kTestNoon + 1h;
  campaign.codes = {"X"};
  Basket basket = TestBasket({{1, 100}});
  basket.codes = {"X"};
  const auto reason_at = [&](Timestamp time) { return ReasonOf(PriceOf(basket, {campaign}, {}, time), 1); };

  EXPECT_EQ(reason_at(kTestNoon - 1us), Reason::kNotStarted);
  EXPECT_EQ(reason_at(kTestNoon), Reason::kNone);
  EXPECT_EQ(reason_at(kTestNoon + 1h - 1us), Reason::kNone);
  EXPECT_EQ(reason_at(kTestNoon + 1h), Reason::kEnded);
}

TEST(DatesTest, AnAutomaticCampaignThatDoesNotRunIsNotTried) {
  Campaign ended = TestCampaign(1, PercentOff{kTenPercent});
  ended.end = kTestNoon;
  Campaign paused = TestCampaign(2, PercentOff{kTenPercent});
  paused.state = CampaignState::kPaused;
  Campaign draft = TestCampaign(3, PercentOff{kTenPercent});
  draft.state = CampaignState::kDraft;

  EXPECT_THAT(PriceOf(TestBasket({{1, 100}}), {ended, paused, draft}).outcomes, IsEmpty());
}

// --- Codes

class CodesTest : public testing::Test {
 protected:
  CodesTest() {
    campaign_.codes = {"X", "Y"};
    basket_.codes = {"X"};
  }
  Campaign campaign_ = TestCampaign(1, PercentOff{kTenPercent});
  Basket basket_ = TestBasket({{1, 1'000}});
};

TEST_F(CodesTest, OpenTheirCampaign) {
  const Quote quote = PriceOf(basket_, {campaign_});
  EXPECT_EQ(quote.total_minor, 900);
  EXPECT_EQ(quote.outcomes[0].code, "X");
  basket_.codes.clear();
  EXPECT_EQ(PriceOf(basket_, {campaign_}).total_minor, 1'000);
}

TEST_F(CodesTest, OfADraftAreUnknownAndOfAnArchivedCampaignEnded) {
  campaign_.state = CampaignState::kDraft;
  const Quote draft = PriceOf(basket_, {campaign_});
  ASSERT_EQ(draft.outcomes.size(), 1u);
  EXPECT_EQ(draft.outcomes[0].reason, Reason::kUnknownCode);
  EXPECT_FALSE(draft.outcomes[0].campaign.has_value());
  campaign_.state = CampaignState::kArchived;
  EXPECT_EQ(ReasonOf(PriceOf(basket_, {campaign_}), 1), Reason::kEnded);
  campaign_.state = CampaignState::kPaused;
  EXPECT_EQ(ReasonOf(PriceOf(basket_, {campaign_}), 1), Reason::kPaused);
}

TEST_F(CodesTest, TwoOfOneCampaignTakeOffOnce) {
  basket_.codes = {"Y", "X"};

  const Quote quote = PriceOf(basket_, {campaign_});

  EXPECT_EQ(quote.total_minor, 900);
  ASSERT_EQ(quote.outcomes.size(), 2u);
  EXPECT_EQ(quote.outcomes[1].code, "Y");
  EXPECT_EQ(quote.outcomes[1].reason, Reason::kNotStackable);
}

TEST_F(CodesTest, OneThatIsUsedUpLeavesTheOther) {
  campaign_.code_limit = 2;
  basket_.codes = {"X", "Y"};

  const Quote quote = PriceUsed(basket_, campaign_, {.code_redemption_count = {{"X", 2}, {"Y", 1}}});
  EXPECT_EQ(quote.outcomes[0].code, "Y");
  EXPECT_EQ(quote.total_minor, 900);
  EXPECT_EQ(ReasonOf(PriceUsed(basket_, campaign_, {.code_redemption_count = {{"X", 2}, {"Y", 2}}}), 1), Reason::kLimitReached);
}

// --- Limits and budgets

TEST(LimitsTest, AUsedUpCampaignSaysWhichLimit) {
  const Basket basket = TestBasket({{1, 1'000}});
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.total_limit = 5;
  campaign.customer_limit = 1;
  campaign.budget_minor = 1'000;

  EXPECT_EQ(ReasonOf(PriceUsed(basket, campaign, {.redemption_count = 4, .spent_minor = 900}), 1), Reason::kNone);
  EXPECT_EQ(ReasonOf(PriceUsed(basket, campaign, {.redemption_count = 5}), 1), Reason::kLimitReached);
  EXPECT_EQ(ReasonOf(PriceUsed(basket, campaign, {.customer_redemption_count = 1}), 1), Reason::kCustomerLimitReached);
  EXPECT_EQ(ReasonOf(PriceUsed(basket, campaign, {.spent_minor = 901}), 1), Reason::kBudgetSpent) << "100 would not fit whole";
}

TEST(LimitsTest, WhereABudgetDoesNotReachTheNextBestPromotionApplies) {
  const Basket basket = TestBasket({{1, 1'000}});
  Campaign rich = TestCampaign(1, PercentOff{BasisPoints{5'000}});
  rich.budget_minor = 499;

  const Quote quote = PriceOf(basket, {rich, TestCampaign(2, PercentOff{kTenPercent})});

  EXPECT_EQ(ReasonOf(quote, 1), Reason::kBudgetSpent);
  EXPECT_EQ(AmountOf(quote, 2), 100);
}

// --- Buy X get Y

TEST(BuyXGetYTest, AUnitServesOneCampaignAndTheBestGoesFirst) {
  const Basket basket = TestBasket({{1, 300}, {1, 200}, {1, 100}});
  const Campaign of_three = TestCampaign(1, BuyXGetY{.buy_quantity = 2, .get_quantity = 1});
  const Campaign of_two = TestCampaign(2, BuyXGetY{.buy_quantity = 1, .get_quantity = 1});

  const Quote quote = PriceOf(basket, {of_three, of_two});

  EXPECT_EQ(AmountOf(quote, 2), 200) << "300 paid, 200 free";
  EXPECT_EQ(ReasonOf(quote, 1), Reason::kBetterPromotion) << "one unit is left";
}

TEST(BuyXGetYTest, LooksAtWhatIsLeftOfThePrices) {
  const Basket basket = TestBasket({{1, 1'000, {"categories/half"}}, {1, 800}, {1, 700}});
  const Campaign half = TestCampaign(1, PercentOff{BasisPoints{5'000}}, "categories/half");

  const Quote quote = PriceOf(basket, {half, TestCampaign(2, BuyXGetY{.buy_quantity = 2, .get_quantity = 1})});

  EXPECT_EQ(AmountOf(quote, 2), 500) << "the dearest book has become the cheapest";
  EXPECT_EQ(quote.total_minor, 1'500);
}

TEST(BuyXGetYTest, AReducedUnitIsNotFree) {
  const Campaign half = TestCampaign(1, BuyXGetY{.buy_quantity = 1, .get_quantity = 1, .rate = BasisPoints{5'000}});

  const Quote quote = PriceOf(TestBasket({{2, 333}}), {half});

  EXPECT_EQ(AmountOf(quote, 1), 167);
  EXPECT_EQ(quote.lines[0].free_quantity, 0);
}

TEST(BuyXGetYTest, TenThousandUnitsAreCountedNotListed) {
  const Quote quote =
      PriceOf(TestBasket({{10'000, 999}, {10'000, 500}}), {TestCampaign(1, BuyXGetY{.buy_quantity = 2, .get_quantity = 1})});

  EXPECT_EQ(quote.outcomes[0].free_quantity, 6'666);
  EXPECT_THAT(quote.lines[0].units, ElementsAre(UnitShare{6'667, 999, 0, 999}, UnitShare{3'333, 0, 0, 0}));
}

// --- Order promotions and delivery

TEST(OrderPromotionTest, TakesOffWhatItemPromotionsLeft) {
  const Quote quote = PriceOf(TestBasket({{1, 1'000}}),
                              {TestCampaign(1, PercentOff{BasisPoints{5'000}}), TestCampaign(2, OrderPercentOff{kTenPercent})});

  EXPECT_EQ(AmountOf(quote, 2), 50);
  EXPECT_THAT(quote.lines[0].adjustments, ElementsAre(Adjustment{CampaignId(1), 500, 0}, Adjustment{CampaignId(2), 50, 0}));
}

TEST(OrderPromotionTest, OneAppliesUnlessTheyStack) {
  const Basket basket = TestBasket({{1, 1'000}});
  const Campaign percent = TestCampaign(1, OrderPercentOff{kTenPercent});
  const Campaign amount = TestCampaign(2, OrderAmountOff{150});

  EXPECT_EQ(PriceOf(basket, {percent, amount}).total_minor, 850);
  EXPECT_EQ(PriceOf(basket, {Stackable(percent), Stackable(amount)}).total_minor, 750);
}

TEST(DeliveryTest, IsFreeOnce) {
  Basket basket = TestBasket({{1, 1'000}});
  basket.delivery_minor = 390;

  const Quote quote = PriceOf(basket, {TestCampaign(1, FreeDelivery{}), TestCampaign(2, FreeDelivery{})});

  EXPECT_EQ(quote.total_minor, 1'000);
  EXPECT_EQ(quote.discount_minor, 0) << "what the goods cost is another matter";
  EXPECT_EQ(AmountOf(quote, 1), 390);
  EXPECT_EQ(ReasonOf(quote, 2), Reason::kBetterPromotion);
  basket.delivery_minor = 0;
  EXPECT_EQ(ReasonOf(PriceOf(basket, {TestCampaign(1, FreeDelivery{})}), 1), Reason::kNothingLeft);
}

// --- Fixed prices

class FixedPriceTest : public testing::Test {
 protected:
  static Basket FixedAndFree(std::int64_t discount_max) {
    Basket basket = TestBasket({{1, 1'010}, {1, 1'000}});
    basket.lines[0].fixed_price_discount_max = BasisPoints{discount_max};
    return basket;
  }
  static std::vector<std::int64_t> Discounts(const Quote& quote) {
    return {quote.lines[0].subtotal_minor - quote.lines[0].total_minor,
            quote.lines[1].subtotal_minor - quote.lines[1].total_minor};
  }
};

TEST_F(FixedPriceTest, RefusesOrCapsEveryDiscountRoundedDown) {
  const std::vector<Campaign> campaigns = {TestCampaign(1, PercentOff{kTenPercent})};

  EXPECT_THAT(Discounts(PriceOf(FixedAndFree(0), campaigns)), ElementsAre(0, 100));
  EXPECT_THAT(Discounts(PriceOf(FixedAndFree(500), campaigns)), ElementsAre(50, 100)) << "50.5 would be too much";
}

TEST_F(FixedPriceTest, SaysSoWhereNothingElseIsLeft) {
  Basket basket = FixedAndFree(0);
  basket.lines.pop_back();

  for (const Effect& effect :
       {Effect(PercentOff{kTenPercent}), Effect(OrderPercentOff{kTenPercent}), Effect(OrderAmountOff{100}), Effect(BuyXGetY{})}) {
    EXPECT_EQ(ReasonOf(PriceOf(basket, {TestCampaign(1, effect)}), 1), Reason::kFixedPrice);
  }
}

TEST_F(FixedPriceTest, AnAmountOffTheOrderFallsOnTheOthers) {
  EXPECT_THAT(Discounts(PriceOf(FixedAndFree(0), {TestCampaign(1, OrderAmountOff{600})})), ElementsAre(0, 600));
  EXPECT_THAT(Discounts(PriceOf(FixedAndFree(500), {TestCampaign(1, OrderAmountOff{600})})), ElementsAre(50, 550));
}

TEST_F(FixedPriceTest, APercentageOffTheOrderDoesNot) {
  EXPECT_THAT(Discounts(PriceOf(FixedAndFree(500), {TestCampaign(1, OrderPercentOff{kTenPercent})})), ElementsAre(50, 100));
}

TEST(FixedPriceLawTest, BindsWhatIsInNoUnboundCategoryAndLeavesWhatALineSaysItself) {
  const FixedPriceLaw law{.discount_max = BasisPoints{500}, .unbound_categories = {"categories/remainders", "categories/used"}};
  Line bound{.categories = {"categories/fiction"}};
  Line unbound{.categories = {"categories/fiction", "categories/used"}};
  Line told{.fixed_price_discount_max = BasisPoints{0}};

  for (Line* line : {&bound, &unbound, &told}) Bind(*line, law);

  EXPECT_EQ(bound.fixed_price_discount_max, BasisPoints{500});
  EXPECT_EQ(unbound.fixed_price_discount_max, std::nullopt);
  EXPECT_EQ(told.fixed_price_discount_max, BasisPoints{0});
}

TEST(FixedPriceLawTest, AllowsBetweenNothingAndEverythingOff) {
  for (const std::int64_t allowed : {0, 10'000}) EXPECT_TRUE(CheckLaw({.discount_max = BasisPoints{allowed}}).ok()) << allowed;
  for (const std::int64_t wrong : {-1, 10'001}) EXPECT_FALSE(CheckLaw({.discount_max = BasisPoints{wrong}}).ok()) << wrong;
  FixedPriceLaw law{.unbound_categories = std::vector<std::string>(kUnboundCategoriesMax)};
  EXPECT_TRUE(CheckLaw(law).ok());
  law.unbound_categories.emplace_back();
  EXPECT_FALSE(CheckLaw(law).ok());
}

TEST_F(FixedPriceTest, TakesNoPartInBuyXGetY) {
  const Quote quote = PriceOf(FixedAndFree(0), {TestCampaign(1, BuyXGetY{})});

  EXPECT_THAT(Discounts(quote), ElementsAre(0, 0));
}

// --- Banners

TEST(BannerTest, IsShownWhileTheCampaignRunsToThoseWhoCanStillUseIt) {
  Campaign campaign = TestCampaign(1, PercentOff{kTenPercent});
  campaign.customer_limit = 1;
  campaign.first_order_only = true;
  const auto shows = [&](const CampaignUse& use, const CustomerFacts& customer, Timestamp now) {
    return ShowsBanner({.campaign = &campaign, .use = use}, customer, now);
  };

  EXPECT_FALSE(shows({}, {}, kTestNoon)) << "it has no banner";
  campaign.banner = "Ten percent off";
  EXPECT_TRUE(shows({}, {}, kTestNoon));
  EXPECT_FALSE(shows({.customer_redemption_count = 1}, {}, kTestNoon));
  EXPECT_FALSE(shows({}, {.previous_order_count = 1}, kTestNoon));
  campaign.end = kTestNoon;
  EXPECT_FALSE(shows({}, {}, kTestNoon));
}

}  // namespace
}  // namespace octavo::promotions
