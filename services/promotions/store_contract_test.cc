// What every Store promises: MemoryStore and SqlStore on SQLite and on PostgreSQL.
#include "services/promotions/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/promotions/test_baskets.h"
#include "services/promotions/test_store.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

const PersonKey kAnn("ann");
const PersonKey kAnnsAccount("account-1");
const PersonKey kBob("bob");

class StoreTest : public testing::TestWithParam<StoreKind> {
 protected:
  StoredCampaign Add(Campaign campaign) {
    Normalise(campaign);
    const std::string request = "request " + std::to_string(++requests_);
    auto stored = store_->Create(campaign, request, 1, kTestNoon);
    EXPECT_THAT(stored, IsOk());
    return *stored;
  }
  Status Take(const std::string& order, CampaignId campaign, std::vector<PersonKey> persons = {kAnn},
              std::int64_t amount_minor = 100, const std::string& code = "") {
    return store_->ClaimRedemptions(
        {.order = OrderKey(order), .persons = std::move(persons), .redemptions = {{campaign, code, amount_minor}}}, kTestNoon);
  }
  StoredCampaign Get(CampaignId id) { return *store_->Find(id); }

  TestStore store_{GetParam()};
  int requests_ = 0;
};

Campaign Full() {
  Campaign campaign = TestCampaign(0, BuyXGetY{.buy_quantity = 2,
                                               .get_quantity = 1,
                                               .get_items = Selection{.categories = {"categories/romance"}},
                                               .group_max = 3,
                                               .rate = BasisPoints{5'000}});
  campaign.banner = "Zwei kaufen, eins umsonst";
  campaign.start = kTestNoon;
  campaign.end = kTestNoon + 24h;
  campaign.codes = {"SPRING", "AUTUMN"};
  campaign.items = {.books = {BookId(7), BookId(3)},
                    .categories = {"categories/fiction"},
                    .authors = {"authors/a", "authors/b"},
                    .excluded_books = {BookId(9)}};
  campaign.threshold_minor = 1'000;
  campaign.first_order_only = true;
  campaign.stackable = true;
  campaign.total_limit = 100;
  campaign.customer_limit = 1;
  campaign.code_limit = 50;
  campaign.budget_minor = 10'000;
  return campaign;
}

// --- Campaigns

TEST_P(StoreTest, GivesBackEveryFieldOfACampaign) {
  Campaign expected = Full();
  Normalise(expected);
  expected.id = CampaignId(1);

  const StoredCampaign created = Add(Full());
  store_.Reopen();

  EXPECT_EQ(created.campaign, expected);
  EXPECT_EQ(created.version, 1);
  EXPECT_EQ(Get(CampaignId(1)).campaign, expected);
  EXPECT_EQ(Get(CampaignId(1)).create_time, kTestNoon);
}

TEST_P(StoreTest, GivesBackEveryEffect) {
  const std::vector<Effect> effects = {PercentOff{BasisPoints{1'500}},  AmountOff{200},    BuyXGetY{},
                                       OrderPercentOff{BasisPoints{5}}, OrderAmountOff{7}, FreeDelivery{}};
  for (const Effect& effect : effects) {
    const StoredCampaign stored = Add(TestCampaign(0, effect));
    EXPECT_EQ(Get(stored.campaign.id).campaign.effect, effect);
  }
}

TEST_P(StoreTest, CreatingTwiceWithOneRequestIdAddsOne) {
  const Campaign campaign = TestCampaign(0, FreeDelivery{});

  const auto first = store_->Create(campaign, "r", 1, kTestNoon);
  const auto again = store_->Create(campaign, "r", 1, kTestNoon + 1h);

  EXPECT_EQ(first->campaign.id, again->campaign.id);
  EXPECT_THAT(store_->Create(campaign, "r", 2, kTestNoon), HasReason("REQUEST_ID_REUSED"));
  EXPECT_EQ(store_->List(CampaignId(INT64_MAX), 10).size(), 1u);
}

TEST_P(StoreTest, ACodeOpensOneCampaignOnly) {
  const StoredCampaign first = Add(Full());

  EXPECT_THAT(store_->Create(first.campaign, "another", 1, kTestNoon), HasReason("CODE_TAKEN"));
  Campaign free = TestCampaign(0, FreeDelivery{});
  free.codes = {"FREE"};
  Campaign second = Add(free).campaign;
  second.codes = {"FREE", "SPRING"};
  EXPECT_THAT(store_->Update(second, 1), HasReason("CODE_TAKEN"));
  EXPECT_THAT(Get(second.id).campaign.codes, ElementsAre("FREE"));
}

TEST_P(StoreTest, AChangeNeedsTheVersionItWasMadeFrom) {
  Campaign campaign = Add(Full()).campaign;
  campaign.state = CampaignState::kPaused;
  campaign.items.categories.clear();

  const auto changed = store_->Update(campaign, 1);

  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(Get(campaign.id).campaign, campaign);
  EXPECT_THAT(store_->Update(campaign, 1), IsOk()) << "repeating a change that is made changes nothing";
  EXPECT_EQ(Get(campaign.id).version, 2);
  campaign.display_name = "Other";
  EXPECT_THAT(store_->Update(campaign, 1), HasReason("ETAG_MISMATCH"));
  campaign.id = CampaignId(77);
  EXPECT_THAT(store_->Update(campaign, 1), HasReason("UNKNOWN_CAMPAIGN"));
}

TEST_P(StoreTest, ALimitIsNotLoweredBelowWhatIsUsed) {
  Campaign campaign = Add(TestCampaign(0, FreeDelivery{})).campaign;
  ASSERT_THAT(Take("a", campaign.id), IsOk());
  ASSERT_THAT(Take("b", campaign.id), IsOk());

  const auto with = [&](std::int64_t Campaign::*limit, std::int64_t value) {
    Campaign changed = campaign;
    changed.*limit = value;
    return store_->Update(changed, 1);
  };

  EXPECT_THAT(with(&Campaign::total_limit, 1), HasReason("INVALID_FIELD"));
  EXPECT_THAT(with(&Campaign::customer_limit, 1), HasReason("INVALID_FIELD"));
  EXPECT_THAT(with(&Campaign::budget_minor, 199), HasReason("INVALID_FIELD"));
  EXPECT_THAT(with(&Campaign::total_limit, 2), IsOk());
}

TEST_P(StoreTest, ListsTheNewestFirstPageByPage) {
  for (int i = 0; i < 5; ++i) Add(TestCampaign(0, FreeDelivery{}));

  const auto first = store_->List(CampaignId(INT64_MAX), 2);
  const auto second = store_->List(first.back().campaign.id, 2);

  EXPECT_EQ(first.front().campaign.id, CampaignId(5));
  EXPECT_EQ(second.front().campaign.id, CampaignId(3));
  EXPECT_THAT(store_->List(CampaignId(1), 2), IsEmpty());
}

TEST_P(StoreTest, OffersAreAllButDraftsAndWhatIsArchivedWithoutCodes) {
  const auto add = [&](CampaignState state, std::vector<std::string> codes) {
    Campaign campaign = TestCampaign(0, FreeDelivery{});
    campaign.state = state;
    campaign.codes = std::move(codes);
    return Add(campaign).campaign.id.value();
  };
  add(CampaignState::kDraft, {});
  const auto active = add(CampaignState::kActive, {});
  const auto paused = add(CampaignState::kPaused, {});
  add(CampaignState::kArchived, {});
  const auto archived_with_code = add(CampaignState::kArchived, {"OLD"});

  const OfferList offers = store_->ReadOffers({}, {});

  std::vector<std::int64_t> ids;
  for (const Campaign& campaign : *offers.campaigns) ids.push_back(campaign.id.value());
  EXPECT_THAT(ids, ElementsAre(active, paused, archived_with_code));
  EXPECT_EQ(offers.uses.size(), 3u);
}

TEST_P(StoreTest, OffersFollowEveryChangeAndSayHowFarEachIsUsed) {
  Campaign campaign = Full();
  campaign.first_order_only = false;
  campaign = Add(campaign).campaign;
  ASSERT_EQ(store_->ReadOffers({}, {}).campaigns->front(), campaign);
  ASSERT_THAT(Take("a", campaign.id, {kAnnsAccount, kAnn}, 250, "SPRING"), IsOk());

  const std::vector<std::string> codes = {"SPRING", "UNKNOWN"};
  const OfferList anns = store_->ReadOffers(std::vector{kAnn}, codes);
  const OfferList bobs = store_->ReadOffers(std::vector{kBob}, {});
  campaign.display_name = "Renamed";
  ASSERT_THAT(store_->Update(campaign, 1), IsOk());

  EXPECT_EQ(anns.uses.front().redemption_count, 1);
  EXPECT_EQ(anns.uses.front().spent_minor, 250);
  EXPECT_EQ(anns.uses.front().customer_redemption_count, 1);
  EXPECT_THAT(anns.uses.front().code_redemption_count, ElementsAre(std::pair<const std::string, std::int64_t>("SPRING", 1)));
  EXPECT_EQ(bobs.uses.front().customer_redemption_count, 0);
  EXPECT_EQ(store_->ReadOffers({}, {}).campaigns->front().display_name, "Renamed");
}

// --- Claims

TEST_P(StoreTest, ClaimingCountsOnceHoweverOftenItIsRepeated) {
  const CampaignId id = Add(TestCampaign(0, FreeDelivery{})).campaign.id;

  for (int i = 0; i < 3; ++i) EXPECT_THAT(Take("a", id, {kAnn}, 120), IsOk());

  EXPECT_EQ(Get(id).redemption_count, 1);
  EXPECT_EQ(Get(id).spent_minor, 120);
  EXPECT_EQ(Get(id).version, 1) << "the etag is about the campaign, not its use";
  EXPECT_THAT(Take("a", id, {kAnn}, 121), HasReason("REQUEST_ID_REUSED"));
}

TEST_P(StoreTest, TellsWhatBecameOfAClaim) {
  const CampaignId campaign = Add(TestCampaign(0, FreeDelivery{})).campaign.id;
  EXPECT_EQ(store_->FindClaim(OrderKey("order")), std::nullopt);
  ASSERT_THAT(Take("order", campaign), IsOk());

  EXPECT_EQ(store_->FindClaim(OrderKey("order")), Store::ClaimState::kHeld);
  store_->ReleaseRedemptions(OrderKey("order"), kTestNoon);
  EXPECT_EQ(store_->FindClaim(OrderKey("order")), Store::ClaimState::kReleased);
}

TEST_P(StoreTest, TellsTheLastBookThatACampaignNames) {
  EXPECT_EQ(store_->LastBook(BookId(100)), BookId(0));
  Campaign campaign =
      TestCampaign(0, BuyXGetY{.buy_quantity = 1, .get_quantity = 1, .get_items = Selection{.books = {BookId(11)}}});
  campaign.items = {.books = {BookId(3)}, .categories = {"categories/2000"}, .excluded_books = {BookId(9)}};
  Add(campaign);

  EXPECT_EQ(store_->LastBook(BookId(100)), BookId(11));
  EXPECT_EQ(store_->LastBook(BookId(10)), BookId(9));
  EXPECT_EQ(store_->LastBook(BookId(8)), BookId(3));
}

TEST_P(StoreTest, AllOfAClaimOrNothing) {
  Campaign limited = TestCampaign(0, FreeDelivery{});
  limited.total_limit = 1;
  const CampaignId open = Add(TestCampaign(0, FreeDelivery{})).campaign.id;
  const CampaignId full = Add(limited).campaign.id;
  ASSERT_THAT(Take("first", full), IsOk());

  const Status refused = store_->ClaimRedemptions(
      {.order = OrderKey("second"), .persons = {kBob}, .redemptions = {{open, "", 10}, {full, "", 10}}}, kTestNoon);

  EXPECT_THAT(refused, HasReason("LIMIT_REACHED"));
  EXPECT_EQ(refused.error().metadata.at("campaign"), CampaignName(full));
  EXPECT_EQ(Get(open).redemption_count, 0);
  EXPECT_THAT(store_->ReadOffers(std::vector{kBob}, {}).uses.front().customer_redemption_count, 0);
  ASSERT_THAT(Take("second", open), IsOk()) << "a claim that was refused leaves no trace of its key";
}

TEST_P(StoreTest, NoLimitIsEverExceeded) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.total_limit = 3;
  campaign.customer_limit = 2;
  campaign.budget_minor = 1'000;
  campaign.codes = {"X", "Y"};
  campaign.code_limit = 2;
  const CampaignId id = Add(campaign).campaign.id;

  EXPECT_THAT(Take("1", id, {kAnn}, 100, "X"), IsOk());
  EXPECT_THAT(Take("2", id, {kAnn}, 901, "X"), HasReason("LIMIT_REACHED")) << "the budget";
  EXPECT_THAT(Take("2", id, {kAnn}, 100, "X"), IsOk());
  EXPECT_THAT(Take("3", id, {kBob}, 100, "X"), HasReason("LIMIT_REACHED")) << "the code";
  EXPECT_THAT(Take("3", id, {kAnn}, 100, "Y"), HasReason("LIMIT_REACHED")) << "the customer";
  EXPECT_THAT(Take("3", id, {kBob}, 100, "Y"), IsOk());
  EXPECT_THAT(Take("4", id, {kBob}, 100, "Y"), HasReason("LIMIT_REACHED")) << "the total";
  EXPECT_EQ(Get(id).redemption_count, 3);
  EXPECT_EQ(Get(id).spent_minor, 300);
}

TEST_P(StoreTest, ABudgetIsSpentToTheLastCent) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.budget_minor = 1'000;
  const CampaignId id = Add(campaign).campaign.id;

  EXPECT_THAT(Take("1", id, {kAnn}, 900), IsOk());
  EXPECT_THAT(Take("2", id, {kAnn}, 100), IsOk());
  EXPECT_THAT(Take("3", id, {kAnn}, 1), HasReason("LIMIT_REACHED"));
  EXPECT_EQ(Get(id).spent_minor, 1'000);
}

TEST_P(StoreTest, AGuestWithTheMailOfAnAccountIsTheSamePerson) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.customer_limit = 1;
  const CampaignId id = Add(campaign).campaign.id;

  EXPECT_THAT(Take("1", id, {kAnn}), IsOk());
  EXPECT_THAT(Take("2", id, {kAnnsAccount, kAnn}), HasReason("LIMIT_REACHED"));
  EXPECT_THAT(Take("3", id, {}), HasReason("INVALID_FIELD")) << "nobody cannot be counted";
  EXPECT_THAT(Take("4", id, {kAnnsAccount}), IsOk());
}

TEST_P(StoreTest, OnlyARunningCampaignIsClaimed) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.start = kTestNoon;
  campaign.end = kTestNoon + 1h;
  const CampaignId id = Add(campaign).campaign.id;
  const auto at = [&](const char* order, Timestamp time) {
    return store_->ClaimRedemptions({.order = OrderKey(order), .redemptions = {{id, "", 1}}}, time);
  };

  EXPECT_THAT(at("1", kTestNoon - 1us), HasReason("CAMPAIGN_ENDED"));
  EXPECT_THAT(at("2", kTestNoon), IsOk());
  EXPECT_THAT(at("3", kTestNoon + 1h - 1us), IsOk());
  EXPECT_THAT(at("4", kTestNoon + 1h), HasReason("CAMPAIGN_ENDED"));
  EXPECT_THAT(Take("5", CampaignId(99)), HasReason("UNKNOWN_CAMPAIGN"));
}

TEST_P(StoreTest, ACodeMustBelongToTheCampaign) {
  Campaign coded = TestCampaign(0, FreeDelivery{});
  coded.codes = {"X"};
  const CampaignId with = Add(coded).campaign.id;
  const CampaignId without = Add(TestCampaign(0, FreeDelivery{})).campaign.id;

  EXPECT_THAT(Take("1", with, {kAnn}, 1, ""), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Take("2", with, {kAnn}, 1, "Z"), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Take("3", without, {kAnn}, 1, "X"), HasReason("INVALID_FIELD"));
}

TEST_P(StoreTest, ACodeThatComesBackCountsWhatItWasUsedBefore) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.codes = {"X"};
  campaign.code_limit = 1;
  campaign = Add(campaign).campaign;
  ASSERT_THAT(Take("1", campaign.id, {kAnn}, 1, "X"), IsOk());

  campaign.codes = {"Y"};
  ASSERT_THAT(store_->Update(campaign, 1), IsOk());
  campaign.codes = {"X", "Y"};
  ASSERT_THAT(store_->Update(campaign, 2), IsOk());

  EXPECT_THAT(Take("2", campaign.id, {kBob}, 1, "X"), HasReason("LIMIT_REACHED"));
}

TEST_P(StoreTest, ReleasingGivesEveryCountBackOnce) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.total_limit = 1;
  campaign.customer_limit = 1;
  campaign.codes = {"X"};
  campaign.code_limit = 1;
  campaign.budget_minor = 100;
  const CampaignId id = Add(campaign).campaign.id;
  ASSERT_THAT(Take("1", id, {kAnn}, 100, "X"), IsOk());

  EXPECT_EQ(store_->ReleaseRedemptions(OrderKey("1"), kTestNoon), 1);
  EXPECT_EQ(store_->ReleaseRedemptions(OrderKey("1"), kTestNoon), 1);

  EXPECT_EQ(Get(id).redemption_count, 0);
  EXPECT_EQ(Get(id).spent_minor, 0);
  EXPECT_THAT(Take("2", id, {kAnn}, 100, "X"), IsOk());
}

TEST_P(StoreTest, AReleaseThatComesFirstWins) {
  const CampaignId id = Add(TestCampaign(0, FreeDelivery{})).campaign.id;

  EXPECT_EQ(store_->ReleaseRedemptions(OrderKey("1"), kTestNoon), 0);

  EXPECT_THAT(Take("1", id), HasReason("CLAIM_RELEASED"));
  EXPECT_EQ(store_->ReleaseRedemptions(OrderKey("1"), kTestNoon), 0);
  EXPECT_EQ(Get(id).redemption_count, 0);
}

TEST_P(StoreTest, AReleasedClaimIsNotTakenAgain) {
  const CampaignId id = Add(TestCampaign(0, FreeDelivery{})).campaign.id;
  ASSERT_THAT(Take("1", id), IsOk());
  store_->ReleaseRedemptions(OrderKey("1"), kTestNoon);

  EXPECT_THAT(Take("1", id), HasReason("CLAIM_RELEASED"));
}

TEST_P(StoreTest, ClaimsSurviveARestart) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.total_limit = 1;
  const CampaignId id = Add(campaign).campaign.id;
  ASSERT_THAT(Take("1", id), IsOk());

  store_.Reopen();

  EXPECT_THAT(Take("1", id), IsOk());
  EXPECT_THAT(Take("2", id), HasReason("LIMIT_REACHED"));
}

// --- Orders

OrderFacts FactsOf(const std::string& order, Timestamp placed, std::optional<PersonKey> person = kAnn) {
  return {.order = order,
          .place_time = placed,
          .person = std::move(person),
          .revenue_minor = 1'500,
          .delivery_minor = 300,
          .lines = {{BookId(3), 2, 500}, {BookId(4), 1, 400}},
          .campaigns = {{CampaignId(1), 200, 1}, {CampaignId(2), 5, 0}}};
}

TEST_P(StoreTest, AnEventIsAppliedOnceAndInOrder) {
  EXPECT_THAT(store_->ApplyOrders({{2, FactsOf("orders/a", kTestNoon)}}), HasReason("EVENT_GAP"));
  ASSERT_THAT(store_->ApplyOrders({{1, FactsOf("orders/a", kTestNoon)}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{2, std::nullopt}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{1, FactsOf("orders/b", kTestNoon)}}), IsOk()) << "a repetition";
  store_.Reopen();

  EXPECT_EQ(store_->OrderPosition(), 2);
  OrderFacts expected = FactsOf("orders/a", kTestNoon);
  expected.first_order = true;
  EXPECT_THAT(store_->ListOrders({}, nullptr, 10), ElementsAre(expected));
}

TEST_P(StoreTest, EventsAreReadAnewOverWhatIsKnown) {
  const OrderUpdate first{1, FactsOf("orders/a", kTestNoon, kAnn)};
  ASSERT_THAT(store_->ApplyOrders({first, {2, FactsOf("orders/b", kTestNoon, kAnn)}}), IsOk());

  store_->FollowAnew();

  EXPECT_EQ(store_->OrderPosition(), 0);
  ASSERT_THAT(store_->ApplyOrders({first}), IsOk());
  store_.Reopen();
  EXPECT_EQ(store_->OrderPosition(), 1);
  const std::vector<OrderFacts> orders = store_->ListOrders({}, nullptr, 10);
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_TRUE(orders[0].first_order);
  EXPECT_FALSE(orders[1].first_order);
}

TEST_P(StoreTest, EventsThatComeTogetherAreAppliedTogetherOrNotAtAll) {
  const auto at = [](std::int64_t position, const std::string& order) {
    return OrderUpdate{position, FactsOf(order, kTestNoon + std::chrono::seconds(position))};
  };
  ASSERT_THAT(store_->ApplyOrders({at(1, "orders/a")}), IsOk());

  EXPECT_THAT(store_->ApplyOrders({at(2, "orders/b"), at(4, "orders/d")}), HasReason("EVENT_GAP"));
  EXPECT_EQ(store_->OrderPosition(), 1);
  ASSERT_THAT(store_->ApplyOrders({at(1, "orders/a"), at(2, "orders/b"), {3, std::nullopt}, at(4, "orders/d")}), IsOk());

  EXPECT_EQ(store_->OrderPosition(), 4);
  std::vector<std::string> known;
  for (const OrderFacts& facts : store_->ListOrders({}, nullptr, 10)) known.push_back(facts.order);
  EXPECT_THAT(known, ElementsAre("orders/a", "orders/b", "orders/d"));
}

TEST_P(StoreTest, ALaterEventChangesMoneyAndStateButBringsNobodyBack) {
  ASSERT_THAT(store_->ApplyOrders({{1, FactsOf("orders/a", kTestNoon)}}), IsOk());
  OrderFacts erased = FactsOf("orders/a", kTestNoon, std::nullopt);
  erased.revenue_minor = 700;
  ASSERT_THAT(store_->ApplyOrders({{2, erased}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{3, FactsOf("orders/a", kTestNoon)}}), IsOk());

  const auto orders = store_->ListOrders({}, nullptr, 10);

  ASSERT_EQ(orders.size(), 1u);
  EXPECT_FALSE(orders[0].person.has_value());
  EXPECT_TRUE(orders[0].first_order);
  EXPECT_EQ(orders[0].revenue_minor, 1'500);
  OrderFacts cancelled = FactsOf("orders/a", kTestNoon);
  cancelled.cancelled = true;
  ASSERT_THAT(store_->ApplyOrders({{4, cancelled}}), IsOk());
  EXPECT_THAT(store_->ListOrders({}, nullptr, 10), IsEmpty());
}

TEST_P(StoreTest, KnowsAPersonsFirstOrder) {
  ASSERT_THAT(store_->ApplyOrders({{1, FactsOf("orders/c", kTestNoon, kAnn)}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{2, FactsOf("orders/b", kTestNoon + 1h, kAnn)}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{3, FactsOf("orders/a", kTestNoon + 2h, kBob)}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{4, FactsOf("orders/d", kTestNoon + 3h, std::nullopt)}}), IsOk());

  std::vector<bool> first;
  for (const OrderFacts& facts : store_->ListOrders({}, nullptr, 10)) first.push_back(facts.first_order);

  EXPECT_THAT(first, ElementsAre(true, false, true, false));
}

TEST_P(StoreTest, ListsThePeriodPageByPage) {
  std::int64_t position = 0;
  for (const char* name : {"orders/b", "orders/a", "orders/c"}) {
    ASSERT_THAT(store_->ApplyOrders({{++position, FactsOf(name, kTestNoon)}}), IsOk());
  }
  ASSERT_THAT(store_->ApplyOrders({{++position, FactsOf("orders/0", kTestNoon + 1h)}}), IsOk());
  ASSERT_THAT(store_->ApplyOrders({{++position, FactsOf("orders/z", kTestNoon - 1us)}}), IsOk());

  const Period period{.start = kTestNoon, .end = kTestNoon + 1h};
  const auto first = store_->ListOrders(period, nullptr, 2);
  const auto second = store_->ListOrders(period, &first.back(), 2);

  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].order, "orders/a");
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].order, "orders/c");
}

INSTANTIATE_TEST_SUITE_P(Every, StoreTest, kEveryStore, testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::promotions
