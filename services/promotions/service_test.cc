// octavo.promotions.v1 through a real in-process server: what the service adds to the domain and the store.
#include "services/promotions/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/status.pb.h"
#include "lib/rpc/status.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "octavo/promotions/v1/promotions.grpc.pb.h"
#include "services/promotions/memory_store.h"

namespace octavo::promotions {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

type::v1::Money Eur(std::int64_t minor) {
  type::v1::Money money;
  money.set_currency_code("EUR");
  money.set_minor(minor);
  return money;
}

// Serves the books that it was given; everything else as the real one would.
class FakeCatalog final : public catalog::v1::CatalogService::Service {
 public:
  std::map<std::string, catalog::v1::Book> books;

  grpc::Status BatchGetBooks(grpc::ServerContext*, const catalog::v1::BatchGetBooksRequest* request,
                             catalog::v1::BatchGetBooksResponse* response) override {
    for (const std::string& name : request->names()) {
      const auto book = books.find(name);
      book == books.end() ? response->add_missing_names(name) : void(*response->add_books() = book->second);
    }
    return grpc::Status::OK;
  }
};

class PromotionsServiceTest : public testing::Test {
 protected:
  PromotionsServiceTest() {
    pipeline_.Open();
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    builder.RegisterService(&catalog_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
    service_.Connect(channel_);
    stub_ = v1::PromotionsService::NewStub(channel_);
  }
  ~PromotionsServiceTest() override {
    pipeline_.Close();
    server_->Shutdown();
  }

  template <typename Request, typename Response>
  Result<Response> Call(grpc::Status (v1::PromotionsService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const Request& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return rpc::ToError(status);
    return response;
  }

  static v1::Campaign Draft(const std::string& display_name = "Spring") {
    v1::Campaign campaign;
    campaign.set_display_name(display_name);
    campaign.set_state(v1::Campaign::STATE_ACTIVE);
    campaign.mutable_percent_off()->set_basis_points(1'000);
    return campaign;
  }
  Result<v1::Campaign> Create(const v1::Campaign& campaign) {
    v1::CreateCampaignRequest request;
    *request.mutable_campaign() = campaign;
    request.set_request_id("request " + std::to_string(++requests_));
    return Call(&v1::PromotionsService::Stub::CreateCampaign, request);
  }
  static v1::QuoteBasketRequest Basket(std::int64_t quantity, std::int64_t price_minor) {
    v1::QuoteBasketRequest request;
    v1::BasketLine& line = *request.add_lines();
    line.set_line_id("1");
    line.set_book("books/1");
    line.set_quantity(quantity);
    *line.mutable_unit_price() = Eur(price_minor);
    line.add_categories("categories/fiction");
    line.set_tax_basis_points(700);
    request.set_tax_inclusive(true);
    return request;
  }
  Result<v1::Quote> Quote(const v1::QuoteBasketRequest& request) {
    return Call(&v1::PromotionsService::Stub::QuoteBasket, request);
  }
  Status Claim(const std::string& order, const std::string& campaign, std::int64_t minor, const std::string& email) {
    v1::ClaimRedemptionsRequest request;
    request.set_order_key(order);
    request.mutable_customer()->set_email(email);
    v1::Redemption& redemption = *request.add_redemptions();
    redemption.set_campaign(campaign);
    *redemption.mutable_amount() = Eur(minor);
    const auto answer = Call(&v1::PromotionsService::Stub::ClaimRedemptions, request);
    return answer.ok() ? Ok() : Status(answer.error());
  }

  FakeClock clock_;         // Of campaigns …
  SystemClock real_clock_;  // … and of deadlines, which gRPC measures itself.
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  rpc::Telemetry telemetry_{*log_, metrics_, tracer_, real_clock_};
  MemoryStore store_;
  Identity identity_{Secret(std::string(Identity::kKeyBytes, 'k'))};
  Shop shop_{.time_zone = *TimeZone::Parse("Europe/Berlin")};
  rpc::Pipeline pipeline_{telemetry_, {.threads = 2}};
  PromotionsService service_{store_, identity_, shop_, clock_, TestPageTokens(), telemetry_, pipeline_};
  FakeCatalog catalog_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::PromotionsService::Stub> stub_;
  int requests_ = 0;
};

TEST_F(PromotionsServiceTest, SeveralBasketsInOneCallAreQuotedEachByItself) {
  ASSERT_THAT(Create(Draft()), IsOk());
  v1::BatchQuoteBasketsRequest request;
  *request.add_requests() = Basket(1, 1'000);
  *request.add_requests() = Basket(-1, 1'000);
  *request.add_requests() = Basket(3, 500);

  const auto response = Call(&v1::PromotionsService::Stub::BatchQuoteBaskets, request);

  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->outcomes_size(), 3);
  EXPECT_EQ(response->outcomes(0).quote().total().minor(), 900);
  EXPECT_EQ(rpc::ToError(response->outcomes(1).error()).reason, "INVALID_FIELD");
  EXPECT_EQ(response->outcomes(2).quote().total().minor(), 1'350);
}

TEST_F(PromotionsServiceTest, SaysWhatIsPaidForLinesUnitsAndDeliveryWithATaxThatIsAdded) {
  v1::QuoteBasketRequest request = Basket(3, 333);
  request.set_tax_inclusive(false);
  *request.mutable_delivery_price() = Eur(390);
  request.set_delivery_tax_basis_points(1'900);

  const auto quote = Quote(request);

  ASSERT_THAT(quote, IsOk());
  EXPECT_EQ(quote->lines(0).gross_total().minor(), 999 + 70);
  EXPECT_EQ(quote->lines(0).gross_total().currency_code(), "EUR");
  EXPECT_THAT(quote->lines(0).unit_gross_minor(), ElementsAre(357, 356, 356));
  EXPECT_EQ(quote->gross_delivery().minor(), 390 + 74);
  EXPECT_EQ(quote->total().minor(), 999 + 70 + 390 + 74);
}

TEST_F(PromotionsServiceTest, AFixedPriceLawBindsTheBooksThatAreInNoUnboundCategory) {
  ASSERT_THAT(Create(Draft()), IsOk());
  v1::QuoteBasketRequest request = Basket(1, 1'000);
  request.mutable_fixed_price_law()->set_discount_max_basis_points(500);

  EXPECT_EQ(Quote(request)->total().minor(), 950);
  request.mutable_fixed_price_law()->add_unbound_categories("categories/fiction");
  EXPECT_EQ(Quote(request)->total().minor(), 900);
  request.mutable_fixed_price_law()->set_discount_max_basis_points(10'001);
  EXPECT_THAT(Quote(request), HasReason("INVALID_FIELD"));
}

TEST_F(PromotionsServiceTest, QuotesWithEveryShareAndTheCampaignThatTouchedIt) {
  ASSERT_THAT(Create(Draft()), IsOk());
  v1::QuoteBasketRequest request = Basket(3, 333);
  *request.mutable_delivery_price() = Eur(390);
  request.set_delivery_tax_basis_points(1'900);

  const auto quote = Quote(request);

  ASSERT_THAT(quote, IsOk());
  EXPECT_EQ(quote->subtotal().minor(), 999);
  EXPECT_EQ(quote->discount().minor(), 100);
  EXPECT_EQ(quote->total().minor(), 899 + 390);
  EXPECT_EQ(quote->total().currency_code(), "EUR");
  EXPECT_EQ(quote->delivery_tax().minor(), 62);
  ASSERT_THAT(quote->lines(), SizeIs(1));
  const v1::QuotedLine& line = quote->lines(0);
  EXPECT_THAT(line.unit_total_minor(), ElementsAre(300, 300, 299));
  EXPECT_EQ(line.tax().minor(), 59);
  EXPECT_THAT(line.unit_tax_minor(), ElementsAre(20, 20, 19));
  EXPECT_EQ(line.adjustments(0).campaign(), "campaigns/1");
  EXPECT_EQ(line.adjustments(0).display_name(), "Spring");
  EXPECT_EQ(line.adjustments(0).amount().minor(), 100);
  EXPECT_TRUE(quote->outcomes(0).applied());
  EXPECT_EQ(quote->quote_time().seconds(), ToMicros(FakeClock::kNoon) / 1'000'000);
}

TEST_F(PromotionsServiceTest, SaysWhatIsMissingForTheFreeBook) {
  v1::Campaign campaign = Draft("Buy two romances, get one");
  campaign.mutable_buy_x_get_y()->set_buy_quantity(2);
  campaign.mutable_buy_x_get_y()->set_get_quantity(1);
  ASSERT_THAT(Create(campaign), IsOk());

  const auto quote = Quote(Basket(2, 1'000));

  ASSERT_THAT(quote, IsOk());
  EXPECT_EQ(quote->outcomes(0).reason(), "NOT_ENOUGH_UNITS");
  EXPECT_EQ(quote->outcomes(0).message(), "Add 1 more of Buy two romances, get one to get 1 book free.");
}

TEST_F(PromotionsServiceTest, TakesACodeHoweverItIsTyped) {
  v1::Campaign campaign = Draft();
  campaign.add_codes(" spring26 ");
  ASSERT_THAT(Create(campaign), IsOk());
  v1::QuoteBasketRequest request = Basket(1, 1'000);
  request.add_codes("\u3000Ｓpring２６");
  request.add_codes("nonsense");

  const auto quote = Quote(request);

  ASSERT_THAT(quote, IsOk());
  EXPECT_EQ(quote->total().minor(), 900);
  ASSERT_THAT(quote->outcomes(), SizeIs(2));
  EXPECT_EQ(quote->outcomes(0).code(), "SPRING26");
  EXPECT_EQ(quote->outcomes(1).reason(), "UNKNOWN_CODE");
  EXPECT_EQ(quote->outcomes(1).code(), "NONSENSE");
}

TEST_F(PromotionsServiceTest, ALineWithoutAPriceIsNotForSaleAndAPriceOfNothingIs) {
  v1::QuoteBasketRequest basket = Basket(1, 0);
  EXPECT_EQ(Quote(basket).value().total().minor(), 0);

  basket.mutable_lines(0)->clear_unit_price();
  const auto quote = Quote(basket);
  EXPECT_THAT(quote, HasReason("NOT_FOR_SALE"));
  EXPECT_EQ(quote.error().metadata.at("book"), basket.lines(0).book());
}

TEST_F(PromotionsServiceTest, NamesTheFieldThatIsWrong) {
  v1::QuoteBasketRequest dollars = Basket(1, 100);
  dollars.mutable_lines(0)->mutable_unit_price()->set_currency_code("USD");
  EXPECT_THAT(Quote(dollars), HasReason("MIXED_CURRENCIES"));
  EXPECT_EQ(Quote(Basket(0, 100)).error().violations.front().field, "lines[0].quantity");
  EXPECT_EQ(Quote(Basket(10'001, 100)).error().violations.front().field, "lines[0].quantity");
  EXPECT_EQ(Quote(Basket(1, -1)).error().violations.front().field, "lines[0].unit_price");
  v1::QuoteBasketRequest no_book = Basket(1, 100);
  no_book.mutable_lines(0)->set_book("books/0");
  EXPECT_EQ(Quote(no_book).error().violations.front().field, "lines[0].book");
  v1::Campaign empty = Draft();
  empty.clear_percent_off();
  EXPECT_EQ(Create(empty).error().violations.front().field, "effect");
  v1::Campaign backwards = Draft();
  backwards.mutable_start_time()->set_seconds(10);
  backwards.mutable_end_time()->set_seconds(10);
  EXPECT_EQ(Create(backwards).error().violations.front().field, "end_time");
}

TEST_F(PromotionsServiceTest, ChangesOnlyTheFieldsOfTheMask) {
  v1::Campaign draft = Draft();
  draft.set_banner("Spring is here");
  const v1::Campaign created = *Create(draft);
  v1::UpdateCampaignRequest request;
  request.mutable_campaign()->set_name(created.name());
  request.mutable_campaign()->set_etag(created.etag());
  request.mutable_campaign()->set_display_name("Early spring");
  request.mutable_campaign()->set_state(v1::Campaign::STATE_PAUSED);
  request.mutable_update_mask()->add_paths("state");

  const auto updated = Call(&v1::PromotionsService::Stub::UpdateCampaign, request);

  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->state(), v1::Campaign::STATE_PAUSED);
  EXPECT_EQ(updated->display_name(), "Spring");
  EXPECT_EQ(updated->banner(), "Spring is here");
  EXPECT_EQ(updated->percent_off().basis_points(), 1'000);
  EXPECT_NE(updated->etag(), created.etag());
  EXPECT_THAT(Call(&v1::PromotionsService::Stub::UpdateCampaign, request), IsOk()) << "a repetition";
  request.mutable_campaign()->set_state(v1::Campaign::STATE_ACTIVE);
  EXPECT_THAT(Call(&v1::PromotionsService::Stub::UpdateCampaign, request), HasReason("ETAG_MISMATCH"));
  request.mutable_update_mask()->set_paths(0, "spent");
  EXPECT_THAT(Call(&v1::PromotionsService::Stub::UpdateCampaign, request), HasReason("INVALID_FIELD"));
}

TEST_F(PromotionsServiceTest, ListsPageByPage) {
  for (int i = 0; i < 3; ++i) ASSERT_THAT(Create(Draft()), IsOk());
  v1::ListCampaignsRequest request;
  request.set_page_size(2);

  const auto first = Call(&v1::PromotionsService::Stub::ListCampaigns, request);
  request.set_page_token(first->next_page_token());
  const auto second = Call(&v1::PromotionsService::Stub::ListCampaigns, request);
  request.set_page_token("x");

  EXPECT_THAT(first->campaigns(), SizeIs(2));
  ASSERT_THAT(second->campaigns(), SizeIs(1));
  EXPECT_EQ(second->campaigns(0).name(), "campaigns/1");
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(Call(&v1::PromotionsService::Stub::ListCampaigns, request), HasReason("BAD_PAGE_TOKEN"));
}

TEST_F(PromotionsServiceTest, ABannerIsShownOnlyToThoseWhoCanStillUseIt) {
  v1::Campaign campaign = Draft();
  campaign.set_banner("Ten percent off, once");
  campaign.set_customer_limit(1);
  campaign.mutable_end_time()->set_seconds(ToMicros(FakeClock::kNoon) / 1'000'000 + 3600);
  const std::string name = Create(campaign)->name();
  const auto banners = [&](const std::string& email) {
    v1::ListBannersRequest request;
    request.mutable_customer()->set_email(email);
    return Call(&v1::PromotionsService::Stub::ListBanners, request)->banners_size();
  };
  ASSERT_EQ(banners(""), 1);

  ASSERT_THAT(Claim("1", name, 100, "ann@example.org"), IsOk());

  EXPECT_EQ(banners(" Ann@Example.ORG "), 0);
  EXPECT_EQ(banners("bob@example.org"), 1);
  clock_.Advance(1h);
  EXPECT_EQ(banners("bob@example.org"), 0);
}

TEST_F(PromotionsServiceTest, ABannerSaysWhatItsCampaignIsAbout) {
  v1::Campaign campaign = Draft();
  campaign.set_display_name("Two romances and a poem");
  campaign.set_banner("Buy two romances, get a poem");
  campaign.clear_percent_off();
  campaign.mutable_buy_x_get_y()->set_buy_quantity(2);
  campaign.mutable_buy_x_get_y()->set_get_quantity(1);
  campaign.mutable_buy_x_get_y()->mutable_get_items()->add_authors("authors/sappho");
  campaign.mutable_items()->add_categories("categories/romance");
  campaign.mutable_items()->add_excluded_books("books/7");
  const std::string name = Create(campaign)->name();

  const auto banners = Call(&v1::PromotionsService::Stub::ListBanners, v1::ListBannersRequest());

  ASSERT_THAT(banners->banners(), SizeIs(1));
  const v1::Banner& banner = banners->banners(0);
  EXPECT_EQ(banner.campaign(), name);
  EXPECT_EQ(banner.display_name(), "Two romances and a poem");
  EXPECT_THAT(banner.items().categories(), ElementsAre("categories/romance"));
  EXPECT_THAT(banner.items().excluded_books(), ElementsAre("books/7"));
  EXPECT_THAT(banner.get_items().authors(), ElementsAre("authors/sappho"));
}

TEST_F(PromotionsServiceTest, ALimitPerCustomerShowsInTheQuoteAndHoldsAtTheClaim) {
  v1::Campaign campaign = Draft();
  campaign.set_customer_limit(1);
  const std::string name = Create(campaign)->name();
  ASSERT_THAT(Claim("1", name, 100, "ann@example.org"), IsOk());
  v1::QuoteBasketRequest request = Basket(1, 1'000);
  request.mutable_customer()->set_email("ANN@example.org");

  EXPECT_EQ(Quote(request)->outcomes(0).reason(), "CUSTOMER_LIMIT_REACHED");
  const Status second = Claim("2", name, 100, "Ann@example.org");
  EXPECT_THAT(second, HasReason("LIMIT_REACHED"));
  EXPECT_EQ(second.error().metadata.at("campaign"), name);
  v1::ReleaseRedemptionsRequest release;
  release.set_order_key("1");
  EXPECT_EQ(Call(&v1::PromotionsService::Stub::ReleaseRedemptions, release)->released_count(), 1);
  EXPECT_THAT(Claim("2", name, 100, "Ann@example.org"), IsOk());
}

// --- Reports

TEST_F(PromotionsServiceTest, ReportsWhatACampaignDidByTheShopsDays) {
  v1::Campaign campaign = Draft();
  *campaign.mutable_budget() = Eur(10'000);
  const std::string name = Create(campaign)->name();
  ASSERT_THAT(Claim("1", name, 250, "ann@example.org"), IsOk());
  const auto order = [&](std::int64_t position, const char* person, std::chrono::microseconds later, bool with) {
    OrderFacts facts{.order = "orders/" + std::to_string(position),
                     .place_time = FakeClock::kNoon + later,
                     .person = PersonKey(person),
                     .revenue_minor = 1'000};
    if (with) facts.campaigns = {{CampaignId(1), 250, 1}};
    ASSERT_THAT(store_.ApplyOrders({{position, facts}}), IsOk());
  };
  order(1, "ann", 0h, true);
  order(2, "ann", 10h + 59min, true);
  order(3, "bob", 11h, true);  // Midnight in Berlin.
  order(4, "bob", 12h, false);
  v1::GetCampaignReportRequest request;
  request.set_name(name);

  const auto report = Call(&v1::PromotionsService::Stub::GetCampaignReport, request);

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->order_count_with(), 3);
  EXPECT_EQ(report->order_count_without(), 1);
  EXPECT_EQ(report->free_unit_count(), 3);
  EXPECT_EQ(report->discount().minor(), 750);
  EXPECT_EQ(report->revenue_with().minor(), 3'000);
  EXPECT_EQ(report->revenue_without().minor(), 1'000);
  EXPECT_EQ(report->new_customer_count(), 2);
  EXPECT_EQ(report->budget_left().minor(), 9'750);
  ASSERT_THAT(report->days(), SizeIs(2));
  EXPECT_EQ(report->days(0).date(), "2026-01-05");
  EXPECT_EQ(report->days(0).order_count_with(), 2);
  EXPECT_EQ(report->days(1).date(), "2026-01-06");
  EXPECT_EQ(report->days(1).order_count_without(), 1);
}

TEST_F(PromotionsServiceTest, SimulatesADraftOverPastOrders) {
  const auto order = [&](std::int64_t position, std::vector<OrderedLine> lines) {
    ASSERT_THAT(store_.ApplyOrders({{position, OrderFacts{.order = "orders/" + std::to_string(position),
                                                          .place_time = FakeClock::kNoon,
                                                          .person = PersonKey("ann"),
                                                          .revenue_minor = 1'000,
                                                          .lines = std::move(lines)}}}),
                IsOk());
  };
  order(1, {{BookId(1), 3, 1'000}, {BookId(2), 1, 100}});
  order(2, {{BookId(2), 3, 1'000}});
  order(3, {{BookId(1), 3, 900}});
  order(4, {{BookId(1), 3, 900}});
  catalog::v1::Book romance;
  romance.set_name("books/1");
  romance.add_categories("categories/romance");
  catalog_.books["books/1"] = romance;
  v1::SimulateCampaignRequest request;
  v1::Campaign& draft = *request.mutable_campaign();
  draft.set_display_name("Buy two romances, get one");
  draft.add_codes("ROMANCE");
  draft.mutable_buy_x_get_y()->set_buy_quantity(2);
  draft.mutable_buy_x_get_y()->set_get_quantity(1);
  draft.mutable_items()->add_categories("categories/romance");
  draft.set_customer_limit(2);
  *draft.mutable_budget() = Eur(5'000);

  const auto report = Call(&v1::PromotionsService::Stub::SimulateCampaign, request);

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->order_count_with(), 2) << "the second has no romance, the fourth is one too many for Ann";
  EXPECT_EQ(report->order_count_without(), 2);
  EXPECT_EQ(report->free_unit_count(), 2);
  EXPECT_EQ(report->discount().minor(), 1'900);
  EXPECT_EQ(report->budget_left().minor(), 3'100);
  EXPECT_THAT(store_.List(CampaignId(INT64_MAX), 10), IsEmpty()) << "nothing is stored";
}

TEST_F(PromotionsServiceTest, ACodeThatNobodyCanTypeIsRefused) {
  v1::CreateCampaignRequest request;
  v1::Campaign& campaign = *request.mutable_campaign();
  campaign.set_display_name("Spring");
  campaign.add_codes("SPRING\t26");
  campaign.mutable_percent_off()->set_basis_points(1'000);
  request.set_request_id("spring");

  const auto refused = Call(&v1::PromotionsService::Stub::CreateCampaign, request);

  ASSERT_THAT(refused, HasReason("INVALID_FIELD"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("has control characters"));
}

}  // namespace
}  // namespace octavo::promotions
