#include "services/promotions/domain/order_facts.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;

OrderFacts Order(std::int64_t quantity, std::int64_t price_minor) {
  return {.place_time = kTestNoon,
          .revenue_minor = quantity * price_minor,
          .lines = {{.book = BookId(1), .quantity = quantity, .unit_price_minor = price_minor}}};
}

std::int64_t AmountOf(const std::optional<CampaignEffect>& effect) { return effect ? effect->amount_minor : -1; }

TEST(PeriodTest, IsHalfOpen) {
  const Period period{.start = kTestNoon, .end = kTestNoon + 1h};

  EXPECT_FALSE(period.Contains(kTestNoon - 1us));
  EXPECT_TRUE(period.Contains(kTestNoon));
  EXPECT_TRUE(period.Contains(kTestNoon + 1h - 1us));
  EXPECT_FALSE(period.Contains(kTestNoon + 1h));
  EXPECT_TRUE((Period{.end = kTestNoon}.Contains(kTestNoon - 1h)));
  EXPECT_TRUE((Period{.start = kTestNoon}.Contains(kTestNoon + 1h)));
}

TEST(AddOrderTest, AddsToTheSumsAndToTheShopsDay) {
  const auto time_zone = TimeZone::Parse("UTC");
  ASSERT_THAT(time_zone, IsOk());
  Report report;
  OrderFacts first = Order(2, 1'000);
  first.first_order = true;
  OrderFacts next_day = Order(1, 700);
  next_day.place_time += 12h;
  const CampaignEffect effect{CampaignId(1), 300, 1};
  const CampaignEffect later{CampaignId(1), 70, 2};

  AddOrder(first, &effect, *time_zone, report);
  AddOrder(first, &effect, *time_zone, report);
  AddOrder(first, nullptr, *time_zone, report);
  AddOrder(next_day, &later, *time_zone, report);
  AddOrder(next_day, nullptr, *time_zone, report);
  AddOrder(next_day, nullptr, *time_zone, report);

  EXPECT_EQ(report.order_count_with, 3);
  EXPECT_EQ(report.order_count_without, 3);
  EXPECT_EQ(report.free_unit_count, 4);
  EXPECT_EQ(report.discount_minor, 670);
  EXPECT_EQ(report.revenue_with_minor, 4'700);
  EXPECT_EQ(report.revenue_without_minor, 3'400);
  EXPECT_EQ(report.new_customer_count, 2);
  const std::map<std::string, DayReport> days = {
      {"2026-01-05", {.order_count_with = 2, .order_count_without = 1, .discount_minor = 600, .revenue_with_minor = 4'000}},
      {"2026-01-06", {.order_count_with = 1, .order_count_without = 2, .discount_minor = 70, .revenue_with_minor = 700}}};
  EXPECT_EQ(report.days, days);
}

TEST(SimulationTest, CountsLimitsAndBudgetUp) {
  Campaign draft = TestCampaign(1, AmountOff{300});
  draft.state = CampaignState::kDraft;
  draft.codes = {"X"};
  draft.code_limit = 1;
  draft.end = kTestNoon - 1h;
  Campaign budget = draft, limit = draft;
  budget.budget_minor = 600;
  limit.total_limit = 2;
  for (const Campaign& campaign : {budget, limit}) {
    Simulation simulation(campaign, {}, Currency::Eur());
    EXPECT_EQ(AmountOf(simulation.Try(Order(1, 1'000))), 300) << "neither dates nor codes matter";
    EXPECT_EQ(AmountOf(simulation.Try(Order(1, 1'000))), 300) << "a budget may be spent to the last cent";
    EXPECT_EQ(AmountOf(simulation.Try(Order(1, 1'000))), -1);
  }
}

TEST(SimulationTest, KnowsPersonsAndFirstOrders) {
  Campaign draft = TestCampaign(1, AmountOff{300});
  draft.customer_limit = 1;
  Simulation simulation(draft, {}, Currency::Eur());
  OrderFacts of_ann = Order(1, 1'000);
  of_ann.person = PersonKey("ann");
  EXPECT_EQ(AmountOf(simulation.Try(of_ann)), 300);
  EXPECT_EQ(AmountOf(simulation.Try(of_ann)), -1);
  of_ann.person = PersonKey("bob");
  EXPECT_EQ(AmountOf(simulation.Try(of_ann)), 300);
  for (int nobody = 0; nobody < 2; ++nobody) EXPECT_EQ(AmountOf(simulation.Try(Order(1, 1'000))), 300);

  draft.customer_limit = 0;
  draft.first_order_only = true;
  Simulation first(draft, {}, Currency::Eur());
  EXPECT_EQ(AmountOf(first.Try(Order(1, 1'000))), -1);
  OrderFacts first_order = Order(1, 1'000);
  first_order.first_order = true;
  EXPECT_EQ(AmountOf(first.Try(first_order)), 300);
}

TEST(SimulationTest, KnowsWhatABookIsAbout) {
  const Campaign draft = TestCampaign(1, BuyXGetY{.buy_quantity = 1, .get_quantity = 1}, "categories/a");
  OrderFacts order = Order(2, 1'000);
  order.lines.push_back({.book = BookId(2), .quantity = 2, .unit_price_minor = 500});
  order.lines.push_back({.book = BookId(3), .quantity = 2, .unit_price_minor = 100});
  Simulation simulation(draft, {{BookId(1), {}}, {BookId(2), {.categories = {"categories/a"}}}}, Currency::Eur());

  const auto effect = simulation.Try(order);

  ASSERT_TRUE(effect.has_value());
  EXPECT_EQ(effect->amount_minor, 500);
  EXPECT_EQ(effect->free_quantity, 1);
}

TEST(SimulationTest, TakesOffTheDelivery) {
  OrderFacts order = Order(1, 1'000);
  order.delivery_minor = 390;
  Simulation simulation(TestCampaign(1, FreeDelivery{}), {}, Currency::Eur());

  EXPECT_EQ(AmountOf(simulation.Try(order)), 390);
}

}  // namespace
}  // namespace octavo::promotions
