// The prices of an order over gRPC: what promotions are asked, and that what they answer adds up to what is paid.
#include "services/transactions/pricing_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "lib/base/clock.h"
#include "lib/testing/matchers.h"

namespace octavo::transactions {
namespace {

using testing::ElementsAre;
using testing::Pair;

// Books of 3.33 each: one of fiction, two among the remainders.
class FakeCatalog final : public catalog::v1::CatalogService::Service {
 public:
  grpc::Status BatchGetBooks(grpc::ServerContext*, const catalog::v1::BatchGetBooksRequest* request,
                             catalog::v1::BatchGetBooksResponse* response) override {
    for (const std::string& name : request->names()) {
      if (name == "books/9") {
        response->add_missing_names(name);
        continue;
      }
      auto* book = response->add_books();
      book->set_name(name);
      book->set_title("Title of " + name);
      if (name != unpriced) {
        book->mutable_price()->set_minor(name == gift ? 0 : 333);
        book->mutable_price()->set_currency_code(name == foreign ? "USD" : currency_code);
      }
      book->add_categories(name == "books/1" ? "categories/fiction" : "categories/remainders");
    }
    return grpc::Status::OK;
  }
  // Books that are told apart by their price.
  std::string currency_code = "EUR";
  std::string unpriced;
  std::string foreign;
  std::string gift;
};

// Takes a third off the first line and taxes everything by 7 %. A tax that is added stands on each line's first unit.
class FakePromotions final : public promotions::v1::PromotionsService::Service {
 public:
  grpc::Status BatchQuoteBaskets(grpc::ServerContext*, const promotions::v1::BatchQuoteBasketsRequest* request,
                                 promotions::v1::BatchQuoteBasketsResponse* response) override {
    if (forgets_baskets) return grpc::Status::OK;
    for (const promotions::v1::QuoteBasketRequest& basket : request->requests()) {
      asked = basket;
      *response->add_outcomes()->mutable_quote() = Quote(basket);
    }
    return grpc::Status::OK;
  }
  promotions::v1::QuoteBasketRequest asked;
  bool forgets_baskets = false;
  bool forgets_shares = false;

 private:
  promotions::v1::Quote Quote(const promotions::v1::QuoteBasketRequest& request) const {
    promotions::v1::Quote quote;
    std::int64_t subtotal = 0;
    std::int64_t total = 0;
    std::int64_t tax = 0;
    for (const auto& line : request.lines()) {
      auto* quoted = quote.add_lines();
      quoted->set_line_id(line.line_id());
      quoted->set_book(line.book());
      quoted->set_quantity(line.quantity());
      *quoted->mutable_unit_price() = line.unit_price();
      const std::int64_t list = line.unit_price().minor() * line.quantity();
      const std::int64_t off = quote.lines_size() == 1 ? line.unit_price().minor() : 0;
      quoted->mutable_subtotal()->set_minor(list);
      quoted->mutable_total()->set_minor(list - off);
      quoted->mutable_tax()->set_minor((list - off) * 7 / 100);
      const std::int64_t added_tax = request.tax_inclusive() ? 0 : quoted->tax().minor();
      quoted->mutable_gross_total()->set_minor(list - off + added_tax);
      for (std::int64_t unit = 0; unit < line.quantity(); ++unit) {
        const std::int64_t share = off > 0 && unit + 1 == line.quantity() ? 0 : line.unit_price().minor();
        if (!forgets_shares) quoted->add_unit_gross_minor(share + (unit == 0 ? added_tax : 0));
      }
      subtotal += list;
      total += list - off;
      tax += quoted->tax().minor();
    }
    const std::int64_t delivery = request.delivery_price().minor();
    const std::int64_t delivery_tax = delivery * request.delivery_tax_basis_points() / 10'000;
    quote.mutable_gross_delivery()->set_minor(delivery + (request.tax_inclusive() ? 0 : delivery_tax));
    tax += delivery_tax;
    quote.mutable_subtotal()->set_minor(subtotal);
    quote.mutable_discount()->set_minor(subtotal - total);
    quote.mutable_delivery()->set_minor(delivery);
    quote.mutable_tax()->set_minor(tax);
    quote.mutable_total()->set_minor(total + delivery + (request.tax_inclusive() ? 0 : tax));
    return quote;
  }
};

class GrpcPricingTest : public testing::Test {
 protected:
  GrpcPricingTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&catalog_);
    builder.RegisterService(&promotions_);
    server_ = builder.BuildAndStart();
  }
  ~GrpcPricingTest() override { server_->Shutdown(); }

  Result<Order> Quote(const PriceRules& rules, const Basket& basket) {
    GrpcPricing pricing(caller_, rules);
    pricing.Connect(server_->InProcessChannel({}), server_->InProcessChannel({}));
    return pricing.Quote(basket, /*previous_order_count=*/2, {});
  }
  static Basket ThreeAndOne(DeliveryMethod delivery = DeliveryMethod::kShipping) {
    return {.items = {{BookId(1), 3}, {BookId(2), 1}},
            .buyer = {.customer = "customers/ada", .email = "ada@example.org"},
            .codes = {"TEN"},
            .delivery_method = delivery};
  }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  FakeCatalog catalog_;
  FakePromotions promotions_;
  std::unique_ptr<grpc::Server> server_;
  rpc::Caller caller_{{*log_, metrics_, tracer_, clock_}};
};

TEST_F(GrpcPricingTest, ABookWithoutAPriceIsNotForSaleAndIsNamed) {
  catalog_.unpriced = "books/2";

  const auto quote = Quote({}, ThreeAndOne());

  EXPECT_THAT(quote, HasReason("NOT_FOR_SALE"));
  EXPECT_EQ(quote.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(quote.error().metadata.at("book"), "books/2");
  EXPECT_THAT(quote.error().message, testing::HasSubstr("Title of books/2"));
}

TEST_F(GrpcPricingTest, ABookWithAPriceInAnotherCurrencyIsNotForSaleEvenAsTheFirstLine) {
  catalog_.foreign = "books/1";

  const auto quote = Quote({}, ThreeAndOne());

  EXPECT_THAT(quote, HasReason("NOT_FOR_SALE"));
  EXPECT_EQ(quote.error().metadata.at("book"), "books/1");
}

TEST_F(GrpcPricingTest, AShopSellsInItsOwnCurrency) {
  for (const char* const currency : {"JPY", "KWD"}) {
    catalog_.currency_code = currency;
    const auto order = Quote({.currency_code = currency}, ThreeAndOne());
    ASSERT_THAT(order, IsOk());
    EXPECT_EQ(promotions_.asked.delivery_price().currency_code(), currency);
    EXPECT_THAT(Quote({}, ThreeAndOne()), HasReason("NOT_FOR_SALE")) << "a shop that sells in euros";
  }
}

TEST_F(GrpcPricingTest, APriceOfNothingIsAPrice) {
  catalog_.gift = "books/2";

  EXPECT_EQ(Quote({}, ThreeAndOne()).value().lines[1].total_minor, 0);
}

TEST_F(GrpcPricingTest, AsksForTheBooksAtTheirPricesAndForWhoBuys) {
  ASSERT_THAT(Quote({}, ThreeAndOne()), IsOk());

  const auto& asked = promotions_.asked;
  ASSERT_EQ(asked.lines_size(), 2);
  EXPECT_EQ(asked.lines(0).book(), "books/1");
  EXPECT_EQ(asked.lines(0).quantity(), 3);
  EXPECT_EQ(asked.lines(0).unit_price().minor(), 333);
  EXPECT_THAT(asked.lines(0).categories(), ElementsAre("categories/fiction"));
  EXPECT_EQ(asked.lines(0).tax_basis_points(), 700);
  EXPECT_EQ(asked.delivery_tax_basis_points(), 700) << "the delivery is taxed as the goods are";
  EXPECT_FALSE(asked.has_fixed_price_law());
  EXPECT_EQ(asked.customer().customer(), "customers/ada");
  EXPECT_EQ(asked.customer().previous_order_count(), 2);
  EXPECT_THAT(asked.codes(), ElementsAre("TEN"));
  EXPECT_EQ(asked.delivery_price().minor(), 390);
  EXPECT_TRUE(asked.tax_inclusive());
}

TEST_F(GrpcPricingTest, WhoCollectsPaysNoDelivery) {
  const auto order = Quote({}, ThreeAndOne(DeliveryMethod::kCollection));

  ASSERT_THAT(order, IsOk());
  EXPECT_EQ(order->totals.delivery_minor, 0);
  EXPECT_EQ(order->totals.total_minor, 999);
}

// With taxes in the prices, and with taxes on top of them.
TEST_F(GrpcPricingTest, AnOrderHasTheGrossSharesThatPromotionsAnswer) {
  for (const bool inclusive : {true, false}) {
    SCOPED_TRACE(inclusive ? "inclusive" : "exclusive");
    const auto order = Quote({.tax_inclusive = inclusive}, ThreeAndOne());

    ASSERT_THAT(order, IsOk());
    CheckInvariants(*order);
    const OrderLine& line = order->lines[0];
    EXPECT_EQ(line.title, "Title of books/1");
    EXPECT_EQ(line.tax_minor, 46);
    EXPECT_EQ(line.tax_basis_points, 700);
    EXPECT_EQ(line.discount_minor, 333);
    EXPECT_EQ(line.total_minor, inclusive ? 666 : 712);
    EXPECT_THAT(line.unit_total_minor, inclusive ? ElementsAre(333, 333, 0) : ElementsAre(379, 333, 0));
    EXPECT_EQ(order->totals.tax_minor, 46 + 23 + 27);
    EXPECT_EQ(order->totals.total_minor, inclusive ? 999 + 390 : 999 + 390 + 46 + 23 + 27);
    EXPECT_EQ(order->totals.delivery_minor, inclusive ? 390 : 417) << "with the tax on it";
  }
}

TEST_F(GrpcPricingTest, PromotionsAreToldTheFixedPriceLaw) {
  promotions::v1::FixedPriceLaw law;
  law.set_discount_max_basis_points(500);
  law.add_unbound_categories("categories/remainders");

  ASSERT_THAT(Quote({.fixed_price_law = law}, ThreeAndOne()), IsOk());

  ASSERT_TRUE(promotions_.asked.has_fixed_price_law());
  EXPECT_EQ(promotions_.asked.fixed_price_law().discount_max_basis_points(), 500);
  EXPECT_THAT(promotions_.asked.fixed_price_law().unbound_categories(), ElementsAre("categories/remainders"));
  EXPECT_THAT(promotions_.asked.lines(1).categories(), ElementsAre("categories/remainders"));
}

TEST_F(GrpcPricingTest, AnAnswerThatLacksABasketIsAnError) {
  promotions_.forgets_baskets = true;

  EXPECT_THAT(Quote({}, ThreeAndOne()), HasReason("INTERNAL"));
}

TEST_F(GrpcPricingTest, AnAnswerThatLacksTheSharesOfUnitsIsAnError) {
  promotions_.forgets_shares = true;

  EXPECT_THAT(Quote({}, ThreeAndOne()), HasReason("INTERNAL"));
}

TEST_F(GrpcPricingTest, NamesABookThatIsNotThere) {
  const auto refused = Quote({}, {.items = {{BookId(1), 1}, {BookId(9), 1}}});

  ASSERT_THAT(refused, HasReason("UNKNOWN_BOOK"));
  EXPECT_THAT(refused.error().metadata, ElementsAre(Pair("book", "books/9")));
}

}  // namespace
}  // namespace octavo::transactions
