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

  Answer<catalog::v1::BatchGetBooksResponse> GetBooks(const std::vector<std::string>& names) {
    catalog::v1::BatchGetBooksRequest request;
    for (const std::string& name : names) request.add_names(name);
    const Budget budget(clock_, milliseconds(0));
    return client_.BatchGetBooks(request, budget).Get(budget);
  }
  static std::vector<std::string> Titles(const Answer<catalog::v1::BatchGetBooksResponse>& answer) {
    std::vector<std::string> titles;
    for (const catalog::v1::Book& book : (*answer)->books()) titles.push_back(book.title());
    return titles;
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

TEST_F(CachingShopClientTest, AsksForBooksByNameOnlyWhereOneIsNotFresh) {
  shop_.Add({}).set_title("Persuasion");
  EXPECT_EQ(Titles(GetBooks({"books/1", "books/2"})), (std::vector<std::string>{"Emma", "Persuasion"}));
  EXPECT_EQ(Titles(GetBooks({"books/2", "books/1"})), (std::vector<std::string>{"Persuasion", "Emma"}));
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma"}));
  EXPECT_EQ(shop_.batch_count, 1);

  shop_.BookToChange(1).set_title("Emma, again");
  clock_.Advance(seconds(6));
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma, again"}));
  EXPECT_EQ(shop_.batch_count, 2);
}

TEST_F(CachingShopClientTest, BooksWithoutSomeOfTheirFieldsAreNotRemembered) {
  catalog::v1::BatchGetBooksRequest request;
  request.add_names("books/1");
  request.mutable_read_mask()->add_paths("name");
  const Budget budget(clock_, milliseconds(0));
  for (int i = 0; i < 2; ++i) EXPECT_THAT(client_.BatchGetBooks(request, budget).Get(budget), IsOk());
  EXPECT_EQ(shop_.batch_count, 2);
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma"}));
  EXPECT_EQ(shop_.batch_count, 3);
}

TEST_F(CachingShopClientTest, ShowsTheOldBooksWhileTheCatalogueIsAway) {
  ASSERT_THAT(GetBooks({"books/1"}), IsOk());
  shop_.catalog = Condition::kDown;
  clock_.Advance(seconds(60));
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma"}));
  EXPECT_FALSE(GetBooks({"books/1", "books/2"}).ok());
}

TEST_F(CachingShopClientTest, ABookThatIsGoneIsNotShownAgain) {
  ASSERT_THAT(GetBooks({"books/1"}), IsOk());
  shop_.BookToChange(1).set_name("books/7");  // Now there is no books/1.
  clock_.Advance(seconds(6));
  EXPECT_TRUE(Titles(GetBooks({"books/1"})).empty());
  EXPECT_TRUE(Titles(GetBooks({"books/1"})).empty());
}

TEST_F(CachingShopClientTest, RemembersTheNewestAndNoMoreThanItsBound) {
  AnswerCache<int> cache(clock_, 8);
  for (int i = 0; i < 20; ++i) EXPECT_THAT(cache.Remember(std::to_string(i), std::make_shared<const int>(i)), IsOk());
  int known = 0;
  for (int i = 0; i < 20; ++i) known += cache.Known(std::to_string(i)) != nullptr ? 1 : 0;
  EXPECT_GE(known, 4);
  EXPECT_LE(known, 8 + 1);
  EXPECT_NE(cache.Known("19"), nullptr);
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
