// Every case of the project's collection of promotion cases (what other shop engines' own tests assert, gathered as facts),
// as a request of ours with the value that our rules give. Where a case states another engine's policy, `ours` says how
// ours differs; the expected value is always our rule's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <set>
#include <thread>

#include "lib/testing/matchers.h"
#include "services/promotions/memory_store.h"
#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

using testing::ElementsAre;

constexpr BasisPoints Percent(std::int64_t percent) { return BasisPoints{percent * 100}; }

Campaign ItemPercent(std::int64_t id, std::int64_t percent) { return TestCampaign(id, PercentOff{Percent(percent)}); }
Campaign ItemAmount(std::int64_t id, std::int64_t minor) { return TestCampaign(id, AmountOff{minor}); }
Campaign OrderPercent(std::int64_t id, std::int64_t percent) { return TestCampaign(id, OrderPercentOff{Percent(percent)}); }
Campaign OrderAmount(std::int64_t id, std::int64_t minor) { return TestCampaign(id, OrderAmountOff{minor}); }
Campaign Groups(std::int64_t x, std::int64_t y, std::int64_t most = 0, std::int64_t id = 1) {
  return TestCampaign(id, BuyXGetY{.buy_quantity = x, .get_quantity = y, .group_max = most});
}
// Buy x of category `buy`, get y of category `get`.
Campaign GroupsOf(const std::string& buy, std::int64_t x, const std::string& get, std::int64_t y, std::int64_t most = 0) {
  return TestCampaign(
      1, BuyXGetY{.buy_quantity = x, .get_quantity = y, .get_items = Selection{.categories = {get}}, .group_max = most}, buy);
}
Campaign From(std::int64_t threshold_minor, Campaign campaign) {
  campaign.threshold_minor = threshold_minor;
  return campaign;
}
Campaign On(const std::string& category, Campaign campaign) {
  campaign.items.categories = {category};
  return campaign;
}

struct Expected {
  std::vector<std::int64_t> line_discounts = {};      // By line; empty: not looked at.
  std::vector<std::int64_t> campaign_discounts = {};  // By campaign; empty: not looked at.
  std::int64_t goods = -1;                            // What the lines cost together; -1: not looked at.
  std::int64_t tax = -1;
};

struct Case {
  const char* id;
  std::vector<TestLine> lines;
  std::vector<Campaign> campaigns;
  Expected expected;
  TaxMode tax_mode = TaxMode::kInclusive;
  const char* ours = "";  // How our rule differs from the one that the case states.
};

// Two tees in T at 500, two in T at 1000, two sweaters in S at 1000.
std::vector<TestLine> TeesAndSweaters() { return {{2, 500, {"T"}}, {2, 1'000, {"T"}}, {2, 1'000, {"S"}}}; }

std::vector<TestLine> SingleUnits(std::initializer_list<std::int64_t> prices) {
  std::vector<TestLine> lines;
  for (const std::int64_t price : prices) lines.push_back({1, price});
  return lines;
}

std::vector<Case> BuyXGetYCases() {
  return {
      {"bxgy-01",
       TeesAndSweaters(),
       {GroupsOf("S", 1, "T", 1, 1)},
       {.line_discounts = {500, 0, 0}},
       {},
       "of another selection the cheapest is free, not the dearest; one group at most, as the engine gives one"},
      {"bxgy-01c", TeesAndSweaters(), {GroupsOf("S", 1, "T", 1, 1)}, {.line_discounts = {500, 0, 0}}},
      {"bxgy-01c unbounded",
       TeesAndSweaters(),
       {GroupsOf("S", 1, "T", 1)},
       {.line_discounts = {1'000, 0, 0}},
       {},
       "two sweaters make two groups"},
      {"bxgy-03", TeesAndSweaters(), {GroupsOf("S", 1, "T", 4)}, {.line_discounts = {1'000, 2'000, 0}}},
      {"bxgy-04", TeesAndSweaters(), {GroupsOf("S", 1, "none", 4)}, {.line_discounts = {0, 0, 0}}},
      {"bxgy-06", SingleUnits({500, 500, 1'000, 1'000}), {Groups(2, 2)}, {.line_discounts = {500, 500, 0, 0}, .goods = 2'000}},
      {"bxgy-07", {{3, 333}}, {Groups(2, 2)}, {.line_discounts = {0}}, {}, "333 a unit: the case's 1000 is not divisible"},
      {"bxgy-09",
       {{1'080, 250}},
       {Groups(50, 1'000, 0, 1), Groups(10, 20, 0, 2)},
       {.campaign_discounts = {250'000, 5'000}},
       {},
       "in hundredths of the case's amounts: 2.5 a unit"},
      {"bxgy-10",
       {{540, 250}, {540, 250}},
       {Groups(50, 1'000, 0, 1), Groups(10, 20, 0, 2)},
       {.campaign_discounts = {250'000, 5'000}}},
      {"bxgy-12",
       {{1, 1'000, {"C"}}, {1, 1'000, {"C"}}, {1, 1'000, {"C"}}, {1, 1'000, {"C"}}, {1, 800, {"C", "T"}}},
       {GroupsOf("C", 4, "T", 1)},
       {.line_discounts = {0, 0, 0, 0, 800}}},
      {"bxgy-13", {{6, 1'000}}, {Groups(2, 1)}, {.line_discounts = {2'000}}, {}, "a group holds its free unit: 3, not 2"},
      {"bxgy-13 with a maximum", {{6, 1'000}}, {Groups(2, 1, 1)}, {.line_discounts = {1'000}}},
      {"bxgy-15",
       {{2, 100'000}},
       {TestCampaign(1, BuyXGetY{.buy_quantity = 1, .get_quantity = 1, .rate = Percent(50)})},
       {.line_discounts = {50'000}},
       {},
       "a reward is a percentage or the whole; 500.00 off 1000.00 is 50 %"},
      {"bxgy-16",
       SingleUnits({1'000, 900, 800, 700, 600, 500}),
       {Groups(2, 1)},
       {.line_discounts = {0, 0, 800, 0, 0, 500}, .goods = 3'200},
       {},
       "policy D: the last of each group"},
      {"group-01 x0-1",
       {{1, 1'000}},
       {Groups(1, 1)},
       {.line_discounts = {0}},
       {},
       "5.00 off each of a pair is the same as one of the pair free"},
      {"group-01 x2", {{2, 1'000}}, {Groups(1, 1)}, {.line_discounts = {1'000}}},
      {"group-01 x3", {{3, 1'000}}, {Groups(1, 1)}, {.line_discounts = {1'000}}},
      {"group-01 x4", {{4, 1'000}}, {Groups(1, 1)}, {.line_discounts = {2'000}}},
      {"group-02",
       {{2, 1'000}, {1, 1'000}, {1, 1'000}},
       {TestCampaign(1, BuyXGetY{.buy_quantity = 1, .get_quantity = 2, .rate = Percent(75)})},
       {.line_discounts = {750, 750, 0}, .campaign_discounts = {1'500}},
       {},
       "one group of three gives the case's 15.00, on the last two units of the group instead of on all three"},
  };
}

std::vector<Case> ItemCases() {
  return {
      {"fix-each-01",
       {{1, 100}, {5, 150}},
       {ItemAmount(1, 200)},
       {.line_discounts = {100, 750}},
       {},
       "off every unit: we have no bound on units a line; capped at the price alike"},
      {"fix-each-02",
       SingleUnits({50, 150}),
       {Stackable(ItemAmount(1, 30)), Stackable(ItemAmount(2, 50))},
       {.line_discounts = {50, 80}, .campaign_discounts = {60, 70}}},
      {"pct-each-02",
       {{3, 50}, {1, 150}},
       {Stackable(ItemPercent(1, 30)), Stackable(ItemPercent(2, 10))},
       {.line_discounts = {56, 56}, .campaign_discounts = {90, 22}},
       {},
       "off every unit: we have no bound on units a line; 10.5 is 11, half up"},
      {"pct-across-01", SingleUnits({200, 600}), {OrderPercent(1, 10)}, {.line_discounts = {20, 60}}},
      {"round-02", SingleUnits({2'900, 3'800}), {ItemPercent(1, 15)}, {.line_discounts = {435, 570}}},
      {"round-05", SingleUnits({104, 204, 304, 404}), {ItemPercent(1, 10)}, {.line_discounts = {10, 20, 30, 40}}},
      {"round-06", {{10, 1}}, {ItemPercent(1, 10)}, {.goods = 9}},
      {"stack-02",
       {{1, 3'000, {"shirt"}}, {1, 4'000}},
       {On("shirt", ItemPercent(1, 20)), From(6'000, OrderAmount(2, 1'000))},
       {.goods = 5'400}},
      {"stack-03",
       {{1, 3'000, {"shirt"}}, {1, 4'000}},
       {On("shirt", ItemPercent(1, 20)), From(6'800, OrderAmount(2, 1'000))},
       {.goods = 5'400},
       {},
       "a threshold counts list prices, so that it does not hang on other campaigns: 70.00 is enough for 68.00"},
      {"stack-05 x2",
       {{2, 800}},
       {From(2'400, ItemPercent(1, 50)), From(1'000, OrderPercent(2, 10))},
       {.campaign_discounts = {0, 160}, .goods = 1'440},
       {},
       "\"three units\" as a threshold of their price"},
      {"stack-05 x3",
       {{3, 800}},
       {From(2'400, ItemPercent(1, 50)), From(1'000, OrderPercent(2, 10))},
       {.campaign_discounts = {1'200, 120}, .goods = 1'080}},
      {"stack-06", {{1, 1'000}}, {Stackable(ItemPercent(1, 100)), Stackable(ItemPercent(2, 20))}, {.goods = 0}},
      {"stack-09", {{1, 1'000}}, {ItemAmount(1, 100), ItemAmount(2, 200)}, {.campaign_discounts = {0, 200}}},
      {"stack-09 tie", {{1, 1'000}}, {ItemAmount(2, 200), ItemAmount(1, 200)}, {.campaign_discounts = {0, 200}}},
      {"stack-11",
       {{1, 10'000}},
       {Stackable(ItemAmount(1, 500)), Stackable(ItemPercent(2, 10)), Stackable(ItemPercent(3, 30))},
       {.goods = 5'800},
       {},
       "percentages come first, which is never worse for the customer"},
      {"refund-03", {{3, 10'000}}, {ItemPercent(1, 10)}, {.goods = 27'000}},
  };
}

// `weights` as units of their own books, `amount` off the order.
Case Prorated(const char* id, std::initializer_list<std::int64_t> weights, std::int64_t amount, std::vector<std::int64_t> parts,
              const char* ours = "") {
  return {id, SingleUnits(weights), {OrderAmount(1, amount)}, {.line_discounts = std::move(parts)}, {}, ours};
}

std::vector<Case> OrderCases() {
  return {
      Prorated("fix-across-01", {200, 600}, 400, {100, 300}),
      {"fix-across-03",
       SingleUnits({50, 150}),
       {Stackable(OrderAmount(1, 1'000)), Stackable(OrderAmount(2, 50))},
       {.line_discounts = {50, 150}, .campaign_discounts = {200, 0}}},
      Prorated("prorate-01", {123}, 300, {123}, "a discount is capped at what is left; Money::Allocate gives 300"),
      Prorated("prorate-02", {4'000, 2'000, 2'000}, 300, {150, 75, 75}),
      Prorated("prorate-04", {4'300, 1'400, 2'300}, 299, {161, 52, 86}),
      Prorated("prorate-05", {1'000, 1'000, 1'000}, 299, {100, 100, 99}),
      Prorated("prorate-07", {10, 20, 10, 30, 50, 20, 10, 40}, 93, {5, 10, 5, 15, 24, 10, 5, 19}),
      Prorated("prorate-08", {10, 0}, 40, {10, 0}, "capped at what is left; Money::Allocate gives 40"),
      Prorated("prorate-10", {0, 0}, 1, {0, 0}, "an amount of 0 is no campaign; of nothing, nothing is taken"),
      {"prorate-s2", {{3, 5'000}, {1, 5'000}, {2, 5'000}}, {OrderAmount(1, 1'500)}, {.line_discounts = {750, 250, 500}}},
      {"prorate-s3",
       SingleUnits({12'000, 23'000, 30'000}),
       {OrderAmount(1, 5'000)},
       {.line_discounts = {923, 1'769, 2'308}},
       {},
       "largest remainder: the spare cent goes to the last line, not the first"},
      Prorated("prorate-s5", {2'000, 3'000, 10'000}, 1'500, {200, 300, 1'000}),
      {"prorate-s5 only first",
       {{1, 2'000, {"first"}}, {1, 3'000}, {1, 10'000}},
       {On("first", OrderAmount(1, 1'500))},
       {.line_discounts = {1'500, 0, 0}}},
      Prorated("prorate-sal", {1'000, 1'000, 1'000}, 1'000, {334, 333, 333},
               "largest remainder, ties to the first: the last line does not take what is left"),
      {"refund-05", {{1, 3'600}}, {OrderAmount(1, 300)}, {.goods = 3'300}},
      {"refund-06", {{6, 5'000}}, {From(30'000, OrderPercent(1, 10))}, {.goods = 27'000}},
  };
}

std::vector<Case> TaxCases() {
  constexpr TaxMode kNet = TaxMode::kExclusive;
  constexpr TaxMode kGross = TaxMode::kInclusive;
  const std::vector<TestLine> mixed = {{2, 1'000, {"off"}, 2'000}, {1, 3'499, {}, 1'000}, {4, 255, {}, 1'000}};
  const std::vector<Campaign> mixed_off = {On("off", ItemPercent(1, 15)), OrderAmount(2, 500)};
  return {
      {"tax-01", {{1, 123, {}, 2'000}}, {}, {.goods = 123, .tax = 25}, kNet},
      {"tax-02", {{3, 123, {}, 2'000}}, {}, {.goods = 369, .tax = 74}, kNet},
      {"tax-04",
       {{1, 8'333, {}, 2'000}},
       {ItemPercent(1, 50)},
       {.goods = 4'166, .tax = 833},
       kNet,
       "the discount is rounded half up, in the customer's favour; the engine rounds the price: 4167"},
      {"tax-05",
       {{1, 1'400, {}, 2'000}, {2, 650, {}, 1'000}},
       {ItemPercent(1, 50)},
       {.goods = 1'350, .tax = 1'350 - 1'174},
       kGross},
      {"tax-07", {{1, 500, {}, 2'000}, {1, 500}}, {OrderAmount(1, 500)}, {.line_discounts = {250, 250}, .goods = 500}, kGross},
      {"tax-08 item", {{1, 155'880, {}, 2'000}}, {ItemPercent(1, 10)}, {.goods = 140'292, .tax = 168'350 - 140'292}, kNet},
      {"tax-08 both",
       {{1, 155'880, {}, 2'000}},
       {ItemPercent(1, 10), OrderPercent(2, 10)},
       {.goods = 126'263, .tax = 151'516 - 126'263},
       kNet},
      {"tax-10",
       mixed,
       mixed_off,
       {.goods = 5'719, .tax = 6'448 - 5'719},
       kNet,
       "an amount off the order is weighed by the prices as they are stated, here net; the engine weighs by gross: 6446"},
      {"tax-11",
       mixed,
       mixed_off,
       {.goods = 5'719, .tax = 5'719 - 5'080},
       kGross,
       "the tax is rounded half up per line and net is what is left: 5080"},
      {"tax-13", {{1, 6'000, {}, 500}}, {}, {.goods = 6'000, .tax = 286}, kGross},
      {"tax-14", {{10, 3'823, {}, 2'000}}, {}, {.goods = 38'230, .tax = 38'230 - 31'858}, kGross},
  };
}

void ExpectCase(const Case& each) {
  SCOPED_TRACE(std::string(each.id) + " " + each.ours);
  Basket basket = TestBasket(each.lines);
  basket.tax_mode = each.tax_mode;

  const Quote quote = PriceOf(basket, each.campaigns);

  std::vector<std::int64_t> line_discounts;
  for (const QuotedLine& line : quote.lines) line_discounts.push_back(line.subtotal_minor - line.total_minor);
  if (!each.expected.line_discounts.empty()) {
    EXPECT_EQ(line_discounts, each.expected.line_discounts);
  }
  std::vector<std::int64_t> campaign_discounts;
  for (const Campaign& campaign : each.campaigns) campaign_discounts.push_back(AmountOf(quote, campaign.id.value()));
  if (!each.expected.campaign_discounts.empty()) {
    EXPECT_EQ(campaign_discounts, each.expected.campaign_discounts);
  }
  if (each.expected.goods >= 0) {
    EXPECT_EQ(quote.subtotal_minor - quote.discount_minor, each.expected.goods);
  }
  if (each.expected.tax >= 0) {
    EXPECT_EQ(quote.tax_minor, each.expected.tax);
  }
}

TEST(PromotionCases, BuyXGetY) {
  for (const Case& each : BuyXGetYCases()) ExpectCase(each);
}
TEST(PromotionCases, ItemsRoundingAndStacking) {
  for (const Case& each : ItemCases()) ExpectCase(each);
}
TEST(PromotionCases, OrdersAndShares) {
  for (const Case& each : OrderCases()) ExpectCase(each);
}
TEST(PromotionCases, Taxes) {
  for (const Case& each : TaxCases()) ExpectCase(each);
}

// --- Cases that are not one basket

std::vector<std::int64_t> Parts(std::int64_t amount, const std::vector<std::int64_t>& weights) {
  std::vector<std::int64_t> parts;
  for (const Money part : Money(amount, Currency::Eur()).Allocate(weights)) parts.push_back(part.minor());
  return parts;
}

TEST(PromotionCases, SharesOfAmountsThatNoDiscountCanHave) {
  EXPECT_THAT(Parts(300, {123}), ElementsAre(300)) << "prorate-01";
  EXPECT_THAT(Parts(40, {10, 0}), ElementsAre(40, 0)) << "prorate-08";
  EXPECT_THAT(Parts(-20, {100, 100}), ElementsAre(-10, -10)) << "prorate-11";
}

TEST(PromotionCases, Round03JapaneseYenHaveNoMinorUnit) {
  Basket basket = TestBasket({{1, 15}});
  basket.currency = *Currency::Parse("JPY");

  EXPECT_EQ(PriceOf(basket, {ItemPercent(1, 10)}).discount_minor, 2);
}

TEST(PromotionCases, Stack08AVoucherLargerThanTheGoodsDoesNotEatTheDelivery) {
  Basket basket = TestBasket({{1, 1'000}});
  basket.delivery_minor = 390;

  EXPECT_EQ(PriceOf(basket, {OrderAmount(1, 5'000)}).total_minor, 390)
      << "there is no manual discount of the staff's, which in the case takes the delivery too";
}

TEST(PromotionCases, Refund02FreeUnitsRefundNothingAndDeliveryDoesNotTouchTheUnits) {
  Basket basket = TestBasket({{3, 1'000}});
  basket.delivery_minor = 390;

  const Quote quote = PriceOf(basket, {Groups(2, 1), TestCampaign(2, FreeDelivery{})});

  EXPECT_EQ(quote.delivery_minor, 0);
  EXPECT_THAT(UnitTotals(quote.lines[0]), ElementsAre(1'000, 1'000, 0));
}

std::int64_t RefundOf(const QuotedLine& line, std::size_t units) {
  const std::vector<std::int64_t> totals = UnitTotals(line);
  return std::accumulate(totals.begin(), totals.begin() + static_cast<std::ptrdiff_t>(units), std::int64_t{0});
}

TEST(PromotionCases, RefundsReturnTheFrozenShare) {
  const Quote three = PriceOf(TestBasket({{3, 10'000}}), {ItemPercent(1, 10)});
  EXPECT_EQ(RefundOf(three.lines[0], 2), 18'000) << "refund-03";
  const Quote six = PriceOf(TestBasket({{6, 5'000}}), {From(30'000, OrderPercent(1, 10))});
  EXPECT_EQ(RefundOf(six.lines[0], 5), 22'500) << "refund-06: keep the share, never claw back";
  const Quote odd = PriceOf(TestBasket({{7, 514}}), {OrderAmount(1, 298)});
  for (std::size_t units = 0; units <= 7; ++units) {
    const std::int64_t kept = odd.lines[0].total_minor - RefundOf(odd.lines[0], units);
    EXPECT_GE(kept, 0);
    EXPECT_EQ(RefundOf(odd.lines[0], 7), odd.total_minor) << "refund-05: paid = kept + refunded";
  }
}

// --- Cases about limits, claimed from a store

class LimitCases : public testing::Test {
 protected:
  CampaignId Add(std::int64_t Campaign::*limit, std::int64_t value) {
    Campaign campaign = TestCampaign(0, FreeDelivery{});
    campaign.*limit = value;
    return store_.Create(campaign, std::to_string(++requests_), 1, kTestNoon)->campaign.id;
  }
  bool Take(CampaignId campaign, std::int64_t amount_minor, const PersonKey& person = PersonKey("ann")) {
    return store_
        .ClaimRedemptions(
            {.order = OrderKey(std::to_string(++requests_)), .persons = {person}, .redemptions = {{campaign, "", amount_minor}}},
            kTestNoon)
        .ok();
  }
  std::int64_t Spent(CampaignId campaign) { return store_.Find(campaign)->spent_minor; }

  MemoryStore store_;
  int requests_ = 0;
};

TEST_F(LimitCases, Budget01TwoUsesWithinTheBudgetAddUp) {
  const CampaignId campaign = Add(&Campaign::budget_minor, 1'000);
  EXPECT_TRUE(Take(campaign, 200));
  EXPECT_TRUE(Take(campaign, 500));
  EXPECT_EQ(Spent(campaign), 700);
}

TEST_F(LimitCases, Budget03ASpentBudgetBooksNothingMore) {
  const CampaignId campaign = Add(&Campaign::budget_minor, 1'000);
  EXPECT_TRUE(Take(campaign, 900));
  EXPECT_TRUE(Take(campaign, 100));
  EXPECT_FALSE(Take(campaign, 100));
  EXPECT_EQ(Spent(campaign), 1'000);
}

TEST_F(LimitCases, Budget04AUsedUpLimitBooksNothingMore) {
  const CampaignId campaign = Add(&Campaign::total_limit, 1'000);
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(Take(campaign, 1));
  EXPECT_FALSE(Take(campaign, 1));
  EXPECT_EQ(store_.Find(campaign)->redemption_count, 1'000);
}

TEST_F(LimitCases, Limit01AGuestCountsByMailAndACancelledOrderDoesNotCount) {
  const CampaignId campaign = Add(&Campaign::customer_limit, 1);
  const PersonKey mail("mail of ann");
  ASSERT_TRUE(Take(campaign, 1, mail));
  EXPECT_FALSE(Take(campaign, 1, mail));
  store_.ReleaseRedemptions(OrderKey("2"), kTestNoon);
  EXPECT_TRUE(Take(campaign, 1, mail));
}

TEST_F(LimitCases, Limit02OfFiftyAtOnceExactlyOneGetsTheLast) {
  const CampaignId campaign = Add(&Campaign::total_limit, 1);
  std::vector<std::thread> crowd;
  std::atomic<int> redeemed = 0;
  for (int i = 0; i < 50; ++i) {
    crowd.emplace_back([&, i] {
      const Claim claim{.order = OrderKey("crowd " + std::to_string(i)), .redemptions = {{campaign, "", 1}}};
      if (store_.ClaimRedemptions(claim, kTestNoon).ok()) ++redeemed;
    });
  }
  for (std::thread& thread : crowd) thread.join();
  EXPECT_EQ(redeemed, 1);
}

// The ids of the collection, so that none is left out in silence.
TEST(PromotionCases, EveryCaseOfTheCollectionIsHere) {
  const std::set<std::string> collection = {
      "bxgy-01",     "bxgy-01c",      "bxgy-03",       "bxgy-04",       "bxgy-06",    "bxgy-07",    "bxgy-09",     "bxgy-10",
      "bxgy-12",     "bxgy-13",       "bxgy-15",       "bxgy-16",       "group-01",   "group-02",   "fix-each-01", "fix-each-02",
      "pct-each-02", "fix-across-01", "fix-across-03", "pct-across-01", "prorate-01", "prorate-02", "prorate-04",  "prorate-05",
      "prorate-07",  "prorate-08",    "prorate-10",    "prorate-11",    "prorate-s2", "prorate-s3", "prorate-s5",  "prorate-sal",
      "round-02",    "round-03",      "round-05",      "round-06",      "tax-01",     "tax-02",     "tax-04",      "tax-05",
      "tax-07",      "tax-08",        "tax-10",        "tax-11",        "tax-13",     "tax-14",     "stack-02",    "stack-03",
      "stack-05",    "stack-06",      "stack-08",      "stack-09",      "stack-11",   "budget-01",  "budget-03",   "budget-04",
      "limit-01",    "limit-02",      "refund-02",     "refund-03",     "refund-05",  "refund-06"};
  // Those that have a test of their own above.
  std::set<std::string> covered = {"prorate-11", "round-03", "stack-08", "budget-01", "budget-03",
                                   "budget-04",  "limit-01", "limit-02", "refund-02"};
  for (const auto& table : {BuyXGetYCases(), ItemCases(), OrderCases(), TaxCases()}) {
    for (const Case& each : table) covered.insert(std::string(each.id).substr(0, std::string(each.id).find(' ')));
  }
  EXPECT_EQ(covered, collection);
}

}  // namespace
}  // namespace octavo::promotions
