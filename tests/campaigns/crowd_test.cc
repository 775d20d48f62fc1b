// Crowds at the checkout: whole orders, through all services, on both databases. Each ends with the audit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lib/testing/matchers.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {
namespace {

// What became of a crowd's purchases.
struct Outcome {
  std::vector<std::string> orders;               // Names, of those that were placed.
  std::map<std::string, std::int64_t> refusals;  // By reason.
};

// All buy at once; `purchase_of` says what the nth wants.
template <typename PurchaseOf>
Outcome BuyAtOnce(const Buyer& buyer, int count, const PurchaseOf& purchase_of) {
  Outcome outcome;
  std::mutex mutex;
  std::latch all_ready(count);
  std::vector<std::thread> crowd;
  crowd.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    crowd.emplace_back([&, i] {
      const Purchase purchase = purchase_of(i);
      all_ready.arrive_and_wait();
      const auto order = buyer.Buy(purchase);
      const std::lock_guard lock(mutex);
      if (order.ok()) {
        outcome.orders.push_back(order->name());
      } else {
        ++outcome.refusals[order.error().reason];
      }
    });
  }
  for (std::thread& thread : crowd) thread.join();
  return outcome;
}

promotions::v1::Campaign OneEuroOff() {
  promotions::v1::Campaign campaign;
  campaign.set_display_name("One euro off");
  campaign.mutable_amount_off()->mutable_amount()->set_minor(100);
  campaign.mutable_amount_off()->mutable_amount()->set_currency_code("EUR");
  return campaign;
}

std::string Email(int i) { return "reader" + std::to_string(i) + "@example.org"; }

class CrowdTest : public testing::TestWithParam<TestDatabaseKind> {
 protected:
  void ExpectClean(const Outcome& outcome) {
    shop_.WaitUntilQuiet();
    const audit::Ledger ledger = shop_.Audit(outcome.orders);
    EXPECT_TRUE(ledger.clean()) << ledger.Text();
    EXPECT_EQ(ledger.noted("transactions: orders"), static_cast<std::int64_t>(outcome.orders.size()));
    const std::set<std::string> names(outcome.orders.begin(), outcome.orders.end());
    distinct_ = static_cast<std::int64_t>(names.size());
  }

  SellingShop shop_{GetParam()};
  Buyer& buyer_ = shop_.buyer();
  std::int64_t distinct_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Every, CrowdTest, kEveryDatabase, testing::PrintToStringParamName());

TEST_P(CrowdTest, FiveHundredBuyersOfAHundredCopiesGetExactlyAHundred) {
  const std::string book = buyer_.AddBook(1000, 100);

  const Outcome outcome = BuyAtOnce(buyer_, 500, [&](int i) {
    return Purchase{
        .key = Key(i), .book = book, .expected_minor = 1000, .email = Email(i), .token = i % 2 == 0 ? "tok_approve" : ""};
  });

  EXPECT_EQ(outcome.orders.size(), 100U);
  EXPECT_THAT(outcome.refusals, testing::ElementsAre(testing::Pair("OUT_OF_STOCK", 400)));
  EXPECT_EQ(buyer_.Available(book), 0);
  ExpectClean(outcome);
  EXPECT_EQ(distinct_, 100);
}

TEST_P(CrowdTest, AThousandClaimsOfAHundredRedemptionsGetExactlyAHundred) {
  const std::string book = buyer_.AddBook(1000, 2000);
  promotions::v1::Campaign campaign = OneEuroOff();
  campaign.set_total_limit(100);
  buyer_.AddCampaign(campaign);

  // They saw the price with the campaign: whoever comes too late is told the other price, and nothing is ordered.
  const Outcome outcome = BuyAtOnce(
      buyer_, 1000, [&](int i) { return Purchase{.key = Key(i), .book = book, .expected_minor = 900, .email = Email(i)}; });

  EXPECT_EQ(outcome.orders.size(), 100U);
  EXPECT_THAT(outcome.refusals, testing::ElementsAre(testing::Pair("TOTAL_CHANGED", 900)));
  EXPECT_EQ(buyer_.Available(book), 1900);
  ExpectClean(outcome);
}

TEST_P(CrowdTest, OneReaderInFiftyTabsUsesAOncePerCustomerCampaignOnce) {
  const std::string book = buyer_.AddBook(1000, 2000);
  promotions::v1::Campaign campaign = OneEuroOff();
  campaign.set_customer_limit(1);
  buyer_.AddCampaign(campaign);

  const Outcome outcome = BuyAtOnce(
      buyer_, 50, [&](int i) { return Purchase{.key = Key(i), .book = book, .expected_minor = 900, .email = Email(1)}; });

  EXPECT_EQ(outcome.orders.size(), 1U);
  EXPECT_THAT(outcome.refusals, testing::ElementsAre(testing::Pair("TOTAL_CHANGED", 49)));
  EXPECT_EQ(buyer_.Available(book), 1999);
  ExpectClean(outcome);
}

// A double click, fifty times over.
TEST_P(CrowdTest, OneKeyFromFiftyTabsIsOneOrder) {
  const std::string book = buyer_.AddBook(1000, 100);

  Outcome outcome = BuyAtOnce(
      buyer_, 50, [&](int) { return Purchase{.key = Key(1), .book = book, .expected_minor = 1000, .token = "tok_approve"}; });

  EXPECT_EQ(outcome.orders.size(), 50U);
  EXPECT_EQ(std::set<std::string>(outcome.orders.begin(), outcome.orders.end()).size(), 1U);
  EXPECT_EQ(buyer_.Available(book), 99);
  outcome.orders.resize(1);
  ExpectClean(outcome);
}

}  // namespace
}  // namespace octavo::campaigns
