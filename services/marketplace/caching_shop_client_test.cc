#include "services/marketplace/caching_shop_client.h"

#include <gtest/gtest.h>

#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/marketplace/circuit_breaker.h"
#include "services/marketplace/testing/fake_shop_client.h"

namespace octavo::marketplace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CachingShopClientTest : public testing::Test {
 protected:
  CachingShopClientTest() { shop_.Add({}).set_title("Emma"); }

  Answer<catalog::v1::ListBooksResponse> List(const std::string& token = {}) {
    catalog::v1::ListBooksRequest request;
    request.set_page_token(token);
    const Budget budget(clock_, milliseconds(0));
    return client_.ListBooks(request, budget).Get(budget);
  }

  FakeClock clock_;
  FakeShopClient shop_;
  CachingShopClient client_{shop_, clock_};
};

TEST_F(CachingShopClientTest, AsksOnceAsLongAsTheAnswerIsFresh) {
  ASSERT_THAT(List(), IsOk());
  clock_.Advance(seconds(5));
  ASSERT_THAT(List(), IsOk());
  EXPECT_EQ(shop_.list_count, 1);

  clock_.Advance(seconds(1));
  ASSERT_THAT(List(), IsOk());
  EXPECT_EQ(shop_.list_count, 2);
}

TEST_F(CachingShopClientTest, ShowsTheOldShelfWhileTheCatalogueIsAway) {
  ASSERT_THAT(List(), IsOk());

  for (const Condition condition : {Condition::kDown, Condition::kHung}) {
    shop_.catalog = condition;
    clock_.Advance(seconds(60));
    const auto answer = List();
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ((*answer)->books(0).title(), "Emma");
  }

  clock_.Advance(std::chrono::minutes(10));
  EXPECT_FALSE(List().ok());
}

TEST_F(CachingShopClientTest, OnePageRefreshesWhileTheOthersSeeTheOldShelf) {
  ASSERT_THAT(List(), IsOk());
  clock_.Advance(seconds(10));
  catalog::v1::ListBooksRequest request;
  const Budget budget(clock_, milliseconds(0));

  auto refreshing = client_.ListBooks(request, budget);
  ASSERT_THAT(List(), IsOk());
  ASSERT_THAT(List(), IsOk());

  EXPECT_EQ(shop_.list_count, 2);
  EXPECT_THAT(refreshing.Get(budget), IsOk());
}

TEST_F(CachingShopClientTest, DoesNotRememberLaterPages) {
  ASSERT_THAT(List("0"), IsOk());
  ASSERT_THAT(List("0"), IsOk());
  EXPECT_EQ(shop_.list_count, 2);
}

TEST(CircuitBreakerTest, LeavesAHungServiceAloneAndTriesAgainLater) {
  FakeClock clock;
  CircuitBreaker breaker(clock);
  for (int i = 0; i < CircuitBreaker::kFailuresMax; ++i) {
    EXPECT_TRUE(breaker.Allows());
    breaker.Failed();
  }
  EXPECT_FALSE(breaker.Allows());

  clock.Advance(CircuitBreaker::kRest);
  EXPECT_TRUE(breaker.Allows());   // One tries …
  EXPECT_FALSE(breaker.Allows());  // … the others wait for what it finds.
  breaker.Succeeded();
  EXPECT_TRUE(breaker.Allows());
}

TEST(CircuitBreakerTest, OneSuccessForgivesEarlierFailures) {
  FakeClock clock;
  CircuitBreaker breaker(clock);
  for (int i = 0; i < 10; ++i) {
    breaker.Failed();
    breaker.Failed();
    breaker.Succeeded();
  }
  EXPECT_TRUE(breaker.Allows());
}

}  // namespace
}  // namespace octavo::marketplace
