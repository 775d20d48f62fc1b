// What the shop remembers of the services' answers, and which calls share a breaker.
#include "services/marketplace/shop.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/testing/leaping_clock.h"
#include "lib/testing/matchers.h"
#include "services/marketplace/testing/fake_shop.h"

namespace octavo::marketplace {
namespace {

using namespace std::chrono_literals;

const rpc::Limits kPatient{.budget = 20s};  // Nothing waits for it to pass.
const rpc::Limits kAtOnce{.budget = 50ms};  // For a service that hangs.

class ShopTest : public testing::Test {
 protected:
  ShopTest() { fakes_.catalog.Add({}).set_title("Emma"); }

  static catalog::v1::ListBooksRequest ListRequest(const std::string& token = {}) {
    catalog::v1::ListBooksRequest request;
    request.set_page_token(token);
    return request;
  }
  Shared<catalog::v1::ListBooksResponse> List(const std::string& token = {}, const rpc::Limits& limits = kPatient) {
    return shop_.ListBooks(ListRequest(token), limits).Get();
  }

  Shared<catalog::v1::BatchGetBooksResponse> GetBooks(const std::vector<std::string>& names) {
    catalog::v1::BatchGetBooksRequest request;
    for (const std::string& name : names) request.add_names(name);
    return shop_.BatchGetBooks(request, kPatient).Get();
  }
  static std::vector<std::string> Titles(const Shared<catalog::v1::BatchGetBooksResponse>& answer) {
    std::vector<std::string> titles;
    for (const catalog::v1::Book& book : (*answer)->books()) titles.push_back(book.title());
    return titles;
  }

  int BannersShown(const promotions::v1::ListBannersRequest& request) {
    const auto banners = shop_.ListBanners(request, kPatient).Get();
    EXPECT_THAT(banners, IsOk());
    return (*banners)->banners_size();
  }

  LeapingClock clock_;
  FakeShop fakes_;
  Shop shop_{fakes_.channels(), WithClock(fakes_.server.telemetry(), clock_)};

 private:
  static rpc::Telemetry WithClock(const rpc::Telemetry& telemetry, const Clock& clock) {
    return {telemetry.log, telemetry.metrics, telemetry.tracer, clock};
  }
};

TEST_F(ShopTest, AsksOnceAsLongAsTheAnswerIsFresh) {
  ASSERT_THAT(List(), IsOk());
  clock_.Leap(5s);
  ASSERT_THAT(List(), IsOk());
  EXPECT_EQ(fakes_.catalog.list_count, 1);

  clock_.Leap(1s);
  ASSERT_THAT(List(), IsOk());
  EXPECT_EQ(fakes_.catalog.list_count, 2);
}

TEST_F(ShopTest, ShowsTheOldShelfWhileTheCatalogueIsAway) {
  ASSERT_THAT(List(), IsOk());

  for (const Condition condition : {Condition::kDown, Condition::kHung}) {
    fakes_.catalog.condition = condition;
    clock_.Leap(60s);
    const auto answer = List("", kAtOnce);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ((*answer)->books(0).title(), "Emma");
  }

  clock_.Leap(10min);
  EXPECT_FALSE(List("", kAtOnce).ok());
}

TEST_F(ShopTest, WhoHasNoTimeGetsWhatIsRememberedAndAsksNobody) {
  EXPECT_FALSE(List("", {.budget = 0ms}).ok());
  ASSERT_THAT(List(), IsOk());
  clock_.Leap(60s);
  EXPECT_THAT(List("", {.budget = 0ms}), IsOk());
  EXPECT_EQ(fakes_.catalog.list_count, 1);
}

TEST_F(ShopTest, OnePageRefreshesWhileTheOthersSeeTheOldShelf) {
  ASSERT_THAT(List(), IsOk());
  clock_.Leap(10s);

  auto refreshing = shop_.ListBooks(ListRequest(), kPatient);
  ASSERT_THAT(List(), IsOk());
  ASSERT_THAT(List(), IsOk());

  EXPECT_THAT(refreshing.Get(), IsOk());
  EXPECT_EQ(fakes_.catalog.list_count, 2);
}

TEST_F(ShopTest, DoesNotRememberLaterPages) {
  ASSERT_THAT(List("0"), IsOk());
  ASSERT_THAT(List("0"), IsOk());
  EXPECT_EQ(fakes_.catalog.list_count, 2);
}

TEST_F(ShopTest, RemembersTheCategories) {
  fakes_.catalog.BookToChange(1).add_categories("categories/fiction");
  ASSERT_EQ((*shop_.ListCategories(kPatient).Get())->categories_size(), 1);
  fakes_.catalog.condition = Condition::kDown;
  EXPECT_EQ((*shop_.ListCategories(kPatient).Get())->categories_size(), 1);
  clock_.Leap(10min + 1s);
  EXPECT_FALSE(shop_.ListCategories(kPatient).Get().ok());
}

TEST_F(ShopTest, RemembersCampaignsForGuestsAndAsksForEachCustomer) {
  promotions::v1::ListBannersRequest of_customer;
  of_customer.mutable_customer()->set_customer("customers/1");
  EXPECT_EQ(BannersShown({}), 0);
  EXPECT_EQ(BannersShown(of_customer), 0);

  fakes_.promotions.AddBanner("Ten percent off");
  EXPECT_EQ(BannersShown({}), 0);
  EXPECT_EQ(BannersShown(of_customer), 1);
  clock_.Leap(6s);
  EXPECT_EQ(BannersShown({}), 1);
}

TEST_F(ShopTest, AsksForBooksByNameOnlyWhereOneIsNotFresh) {
  fakes_.catalog.Add({}).set_title("Persuasion");
  EXPECT_EQ(Titles(GetBooks({"books/1", "books/2"})), (std::vector<std::string>{"Emma", "Persuasion"}));
  EXPECT_EQ(Titles(GetBooks({"books/2", "books/1"})), (std::vector<std::string>{"Persuasion", "Emma"}));
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma"}));
  EXPECT_EQ(fakes_.catalog.batch_count, 1);

  fakes_.catalog.BookToChange(1).set_title("Emma, again");
  clock_.Leap(6s);
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma, again"}));
  EXPECT_EQ(fakes_.catalog.batch_count, 2);
}

TEST_F(ShopTest, BooksWithoutSomeOfTheirFieldsAreNotRemembered) {
  catalog::v1::BatchGetBooksRequest request;
  request.add_names("books/1");
  request.mutable_read_mask()->add_paths("name");
  for (int i = 0; i < 2; ++i) EXPECT_THAT(shop_.BatchGetBooks(request, kPatient).Get(), IsOk());
  EXPECT_EQ(fakes_.catalog.batch_count, 2);
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma"}));
  EXPECT_EQ(fakes_.catalog.batch_count, 3);
}

TEST_F(ShopTest, ShowsTheOldBooksWhileTheCatalogueIsAway) {
  ASSERT_THAT(GetBooks({"books/1"}), IsOk());
  fakes_.catalog.condition = Condition::kDown;
  clock_.Leap(60s);
  EXPECT_EQ(Titles(GetBooks({"books/1"})), (std::vector<std::string>{"Emma"}));
  EXPECT_FALSE(GetBooks({"books/1", "books/2"}).ok());
}

TEST_F(ShopTest, ABookThatIsGoneIsNotShownAgain) {
  ASSERT_THAT(GetBooks({"books/1"}), IsOk());
  fakes_.catalog.BookToChange(1).set_name("books/7");  // Now there is no books/1.
  clock_.Leap(6s);
  EXPECT_TRUE(Titles(GetBooks({"books/1"})).empty());
  EXPECT_TRUE(Titles(GetBooks({"books/1"})).empty());
}

TEST(AnswerCacheTest, RemembersTheNewestAndNoMoreThanItsBound) {
  LeapingClock clock;
  AnswerCache<int> cache(clock, 8);
  for (int i = 0; i < 20; ++i) EXPECT_THAT(cache.Remember(std::to_string(i), i), IsOk());
  int known = 0;
  for (int i = 0; i < 20; ++i) known += cache.Known(std::to_string(i)) != nullptr ? 1 : 0;
  EXPECT_GE(known, 4);
  EXPECT_LE(known, 8 + 1);
  EXPECT_NE(cache.Known("19"), nullptr);
}

// Makes as many calls in a row fail as open a breaker.
template <typename Service, typename Request, typename Response>
void FailOften(rpc::Peer<Service>& peer,
               void (rpc::Peer<Service>::Async::*method)(grpc::ClientContext*, const Request*, Response*,
                                                         std::function<void(grpc::Status)>),
               const std::type_identity_t<Request>& request = {}) {
  for (int i = 0; i < rpc::CircuitBreaker::kFailuresMax; ++i) {
    const CallFaults down({{0, {.condition = Condition::kDown}}});
    EXPECT_FALSE(peer.Ask(method, request, kPatient).Get().ok());
  }
}

TEST_F(ShopTest, SlowSignInsDoNotKeepSessionsFromBeingChecked) {
  FailOften(shop_.accounts, &AccountsService::Stub::async::SignIn);
  EXPECT_THAT(shop_.accounts.Ask(&AccountsService::Stub::async::SignIn, {}, kPatient).Get(), HasReason("RESTING"));

  EXPECT_THAT(shop_.sessions.Ask(&AccountsService::Stub::async::VerifySession, {}, kPatient).Get(), HasReason("NO_SESSION"));
}

TEST_F(ShopTest, SlowPreviewsAndChangesDoNotKeepOrdersFromBeingRead) {
  FailOften(shop_.order_previews, &TransactionsService::Stub::async::PreviewOrder);
  EXPECT_THAT(shop_.order_previews.Ask(&TransactionsService::Stub::async::PreviewOrder, {}, kPatient).Get(),
              HasReason("RESTING"));
  FailOften(shop_.order_changes, &TransactionsService::Stub::async::CancelOrder);

  EXPECT_THAT(shop_.orders.Ask(&TransactionsService::Stub::async::GetOrder, {}, kPatient).Get(), HasReason("WHO_ASKS"));
}

TEST_F(ShopTest, TheCatalogueAndTheCheckoutAreAlwaysAsked) {
  FailOften(shop_.catalog, &CatalogService::Stub::async::GetBook);
  FailOften(shop_.checkout, &TransactionsService::Stub::async::GetPlacedOrder);
  catalog::v1::GetBookRequest emma;
  emma.set_name("books/1");
  EXPECT_THAT(shop_.catalog.Ask(&CatalogService::Stub::async::GetBook, emma, kPatient).Get(), IsOk());
  EXPECT_THAT(shop_.checkout.Ask(&TransactionsService::Stub::async::GetPlacedOrder, {}, kPatient).Get(),
              HasReason("UNKNOWN_KEY"));
}

}  // namespace
}  // namespace octavo::marketplace
