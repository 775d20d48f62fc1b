// Crowds: many at once want the last redemptions. The same crowd is let loose on every store, where limits must hold
// exactly, and on deliberately broken ones, which it must catch: otherwise it would prove nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "lib/db/errors.h"
#include "services/promotions/test_baskets.h"
#include "services/promotions/test_store.h"

namespace octavo::promotions {
namespace {

constexpr int kThreads = 50;

// Claims until the store says yes or no. A database that says "too many at once" is asked again, as a caller would.
bool Insist(Store& store, const Claim& claim) {
  while (true) {
    try {
      const Status status = store.ClaimRedemptions(claim, kTestNoon);
      EXPECT_TRUE(status.ok() || status.error().reason == "LIMIT_REACHED") << ToString(status.error());
      return status.ok();
    } catch (const db::Contention&) {
    } catch (const db::Overloaded&) {
    }
  }
}

struct Crowd {
  int claims = 0;  // In all, shared out over the threads.
  bool one_person = false;
  std::int64_t amount_minor = 1;
};

// How many of the crowd were told yes.
int LetLoose(Store& store, CampaignId campaign, const Crowd& crowd) {
  std::atomic<int> next = 0;
  std::atomic<int> redeemed = 0;
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int i = next++; i < crowd.claims; i = next++) {
        const PersonKey person(crowd.one_person ? "ann" : "person " + std::to_string(i));
        const Claim claim{.order = OrderKey("order " + std::to_string(i)),
                          .persons = {person},
                          .redemptions = {{campaign, "", crowd.amount_minor}}};
        if (Insist(store, claim)) ++redeemed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return redeemed;
}

CampaignId AddLimited(Store& store, std::int64_t Campaign::*limit, std::int64_t value) {
  Campaign campaign = TestCampaign(0, FreeDelivery{});
  campaign.*limit = value;
  return store.Create(campaign, "request", 1, kTestNoon)->campaign.id;
}

class CrowdTest : public testing::TestWithParam<StoreKind> {
 protected:
  TestStore store_{GetParam()};
};

TEST_P(CrowdTest, AThousandClaimsOfAHundredRedemptionsGiveExactlyAHundred) {
  const CampaignId campaign = AddLimited(*store_, &Campaign::total_limit, 100);

  EXPECT_EQ(LetLoose(*store_, campaign, {.claims = 1'000}), 100);

  EXPECT_EQ(store_->Find(campaign)->redemption_count, 100);
  const CampaignFacts facts = store_->ReadFacts(CampaignId(0), 1).front();
  EXPECT_EQ(facts.claim_count, 100);
  EXPECT_EQ(facts.persons_miscounted, 0);
}

TEST_P(CrowdTest, OneCustomerInFiftyTabsUsesAOncePerCustomerCampaignOnce) {
  const CampaignId campaign = AddLimited(*store_, &Campaign::customer_limit, 1);

  EXPECT_EQ(LetLoose(*store_, campaign, {.claims = kThreads, .one_person = true}), 1);

  EXPECT_EQ(store_->Find(campaign)->redemption_count, 1);
}

TEST_P(CrowdTest, ABudgetIsNeverOverspent) {
  const CampaignId campaign = AddLimited(*store_, &Campaign::budget_minor, 1'000);

  EXPECT_EQ(LetLoose(*store_, campaign, {.claims = 200, .amount_minor = 30}), 33);

  EXPECT_EQ(store_->Find(campaign)->spent_minor, 990);
}

TEST_P(CrowdTest, ClaimsAndReleasesOfOneOrderAtOnceLeaveNothingCounted) {
  const CampaignId campaign = AddLimited(*store_, &Campaign::total_limit, 3);
  std::vector<std::thread> threads;
  std::barrier start(10);
  for (int t = 0; t < 10; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      const Claim claim{.order = OrderKey("order"), .persons = {PersonKey("ann")}, .redemptions = {{campaign, "", 5}}};
      while (true) {
        try {
          t % 2 == 0 ? void(store_->ClaimRedemptions(claim, kTestNoon).ok())
                     : void(store_->ReleaseRedemptions(claim.order, kTestNoon));
          return;
        } catch (const db::Contention&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(store_->Find(campaign)->redemption_count, 0);
  EXPECT_EQ(store_->Find(campaign)->spent_minor, 0);
}

INSTANTIATE_TEST_SUITE_P(Every, CrowdTest, kEveryStore, testing::PrintToStringParamName());

// --- Broken on purpose

// A store that does everything as `store` does; the broken ones below claim in a way of their own.
class Forwarding : public Store {
 public:
  explicit Forwarding(Store& store) : store_(store) {}

  Status ClaimRedemptions(const Claim& claim, Timestamp now) override { return store_.ClaimRedemptions(claim, now); }
  Result<StoredCampaign> Create(const Campaign& campaign, const std::string& request_id, std::int64_t fingerprint,
                                Timestamp now) override {
    return store_.Create(campaign, request_id, fingerprint, now);
  }
  Result<StoredCampaign> Update(const Campaign& campaign, std::int64_t version) override {
    return store_.Update(campaign, version);
  }
  std::optional<StoredCampaign> Find(CampaignId id) override { return store_.Find(id); }
  std::vector<StoredCampaign> List(CampaignId before, int count_max) override { return store_.List(before, count_max); }
  OfferList ReadOffers(std::span<const PersonKey> persons, std::span<const std::string> codes) override {
    return store_.ReadOffers(persons, codes);
  }
  std::optional<ClaimState> FindClaim(const OrderKey& order) override { return store_.FindClaim(order); }
  BookId LastBook(BookId most) override { return store_.LastBook(most); }
  std::int64_t ReleaseRedemptions(const OrderKey& order, Timestamp now) override { return store_.ReleaseRedemptions(order, now); }
  std::int64_t OrderPosition() override { return store_.OrderPosition(); }
  Status ApplyOrders(const std::vector<OrderUpdate>& updates) override { return store_.ApplyOrders(updates); }
  void FollowAnew() override { store_.FollowAnew(); }
  std::vector<OrderFacts> ListOrders(const Period& period, const OrderFacts* after, int count_max) override {
    return store_.ListOrders(period, after, count_max);
  }
  std::vector<CampaignFacts> ReadFacts(CampaignId after, int count_max) override { return store_.ReadFacts(after, count_max); }

 private:
  Store& store_;
};

// Reads how far a limit is used in one transaction and counts in the next, without a condition: what a service does that
// asks first and writes later. The crowd looks before the first of it writes, as it may.
class ReadsBeforeItWrites final : public Forwarding {
 public:
  explicit ReadsBeforeItWrites(TestStore& store) : Forwarding(*store), database_(store.database()) {}

  Status ClaimRedemptions(const Claim& claim, Timestamp) override {
    const std::int64_t campaign = claim.redemptions.front().campaign.value();
    const std::string& person = claim.persons.front().value();
    const bool open = database_.Read([&](db::Transaction& transaction) {
      return !transaction.QueryOne(kIsFull, campaign) && !transaction.QueryOne(kHasUsed, campaign, person);
    });
    if (arrived_++ < kThreads) looked_.arrive_and_wait();
    if (!open) return LimitReached(claim.redemptions.front().campaign, "limit");
    database_.Write([&](db::Transaction& transaction) {
      transaction.Execute(kCount, campaign);
      transaction.Execute(kCountPerson, campaign, person);
    });
    return Ok();
  }

 private:
  static constexpr std::string_view kIsFull =
      "SELECT 1 FROM campaigns WHERE campaign_id = $1 AND total_limit > 0 AND redemption_count >= total_limit";
  static constexpr std::string_view kHasUsed =
      "SELECT 1 FROM campaign_persons p JOIN campaigns c ON c.campaign_id = p.campaign_id WHERE p.campaign_id = $1 AND "
      "p.person = $2 AND c.customer_limit > 0 AND p.redemption_count >= c.customer_limit";
  static constexpr std::string_view kCount =
      "UPDATE campaigns SET redemption_count = redemption_count + 1 WHERE campaign_id = $1";
  static constexpr std::string_view kCountPerson =
      "INSERT INTO campaign_persons (campaign_id, person, redemption_count) VALUES ($1, $2, 1) ON CONFLICT (campaign_id, "
      "person) DO UPDATE SET redemption_count = campaign_persons.redemption_count + 1";

  db::Database& database_;
  std::atomic<int> arrived_ = 0;
  std::barrier<> looked_{kThreads};
};

// Says yes and forgets it.
class NeverCounts final : public Forwarding {
 public:
  using Forwarding::Forwarding;
  Status ClaimRedemptions(const Claim&, Timestamp) override { return Ok(); }
};

class BrokenCrowdTest : public testing::TestWithParam<StoreKind> {
 protected:
  TestStore store_{GetParam()};
};

TEST_P(BrokenCrowdTest, ATotalLimitThatIsReadBeforeItIsWrittenIsOverrun) {
  ReadsBeforeItWrites broken(store_);
  const CampaignId campaign = AddLimited(broken, &Campaign::total_limit, 10);

  EXPECT_GT(LetLoose(broken, campaign, {.claims = 100}), 10);

  EXPECT_GT(store_->Find(campaign)->redemption_count, 10);
}

TEST_P(BrokenCrowdTest, ACustomersLimitThatIsReadBeforeItIsWrittenIsOverrun) {
  ReadsBeforeItWrites broken(store_);
  const CampaignId campaign = AddLimited(broken, &Campaign::customer_limit, 1);

  EXPECT_GT(LetLoose(broken, campaign, {.claims = kThreads, .one_person = true}), 1);
}

TEST_P(BrokenCrowdTest, AStoreThatForgetsToCountIsOverrun) {
  NeverCounts broken(*store_);
  const CampaignId campaign = AddLimited(broken, &Campaign::total_limit, 100);

  EXPECT_GT(LetLoose(broken, campaign, {.claims = 1'000}), 100);
}

INSTANTIATE_TEST_SUITE_P(Every, BrokenCrowdTest, testing::Values(StoreKind::kSqlite, StoreKind::kPostgres),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace octavo::promotions
