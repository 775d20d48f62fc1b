// A purchase changes what the shop suggests: an order placed over gRPC in the whole shop, with real stock, prices and payment,
// and the next answer of the recommendations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/uuid.h"
#include "lib/runtime/shop.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/wait_until.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"
#include "services/cart/module.h"
#include "services/catalog/module.h"
#include "services/inventory/module.h"
#include "services/payments/module.h"
#include "services/promotions/module.h"
#include "services/recommendations/module.h"
#include "services/transactions/module.h"

namespace octavo {
namespace {

using namespace std::chrono_literals;
using Catalog = catalog::v1::CatalogService;
using Inventory = inventory::v1::InventoryService;
using Recommendations = recommendations::v1::RecommendationsService;
using Transactions = transactions::v1::TransactionsService;
using testing::Contains;
using testing::Not;
using testing::SizeIs;

constexpr auto kPatience = 30s;  // Generous: a machine that tests run on may be busy. Nothing waits for it to pass.
constexpr int kBooks = 8;
constexpr int kShelf = 5;

class PurchaseTest : public testing::Test {
 protected:
  PurchaseTest() {
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<cart::Module>());
    modules.push_back(std::make_unique<octavo::catalog::Module>());
    modules.push_back(std::make_unique<octavo::inventory::Module>());
    modules.push_back(std::make_unique<payments::Module>());
    modules.push_back(std::make_unique<promotions::Module>());
    modules.push_back(std::make_unique<octavo::recommendations::Module>());
    modules.push_back(std::make_unique<octavo::transactions::Module>());
    shop_ = std::make_unique<runtime::Shop>(runtime::Shop::Options{.listen = ""}, environment_, std::move(modules));
  }

  void SetUp() override {
    ASSERT_THAT(shop_->Start(), IsOk());
    catalog_ = Catalog::NewStub(shop_->To("catalog"));
    inventory_ = Inventory::NewStub(shop_->To("inventory"));
    recommendations_ = Recommendations::NewStub(shop_->To("recommendations"));
    transactions_ = Transactions::NewStub(shop_->To("transactions"));
    for (int number = 0; number < kBooks; ++number) Stock(number);
    WaitUntil([this] { return Shelf("v-nobody", 100).size() == kBooks; });
  }

  // A book of the catalogue with three copies on the shelf.
  void Stock(int number) {
    catalog::v1::CreateBookRequest create;
    create.set_request_id(NewUuid(clock_, random_));
    create.mutable_book()->set_title("Book " + std::to_string(number));
    create.mutable_book()->add_categories("categories/fiction");
    create.mutable_book()->mutable_price()->set_currency_code("EUR");
    create.mutable_book()->mutable_price()->set_minor(1000);
    const auto book = Call(*catalog_, &Catalog::StubInterface::CreateBook, create);
    ASSERT_THAT(book, IsOk());
    inventory::v1::ReceiveStockRequest receive;
    receive.set_request_id(NewUuid(clock_, random_));
    receive.add_lines()->set_book(book->name());
    receive.mutable_lines(0)->set_quantity(3);
    ASSERT_THAT(Call(*inventory_, &Inventory::StubInterface::ReceiveStock, receive), IsOk());
  }

  std::vector<std::string> Shelf(const std::string& reader, int max_results = kShelf) {
    recommendations::v1::RecommendRequest request;
    request.set_reader("readers/" + reader);
    request.set_max_results(max_results);
    const auto response = Call(*recommendations_, &Recommendations::StubInterface::Recommend, request);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> books;
    for (const auto& recommendation : response->recommendations()) books.push_back(recommendation.book());
    return books;
  }

  // Buys one copy at the price that the shop says, to be collected and paid at the counter.
  Result<transactions::v1::Order> Buy(const std::string& book, const std::string& reader, const std::string& customer) {
    transactions::v1::PreviewOrderRequest preview;
    preview.add_items()->set_book(book);
    preview.mutable_items(0)->set_quantity(1);
    preview.set_delivery_method(transactions::v1::DELIVERY_METHOD_COLLECTION);
    transactions::v1::PlaceOrderRequest place;
    *place.mutable_expected_total() =
        TRY(Call(*transactions_, &Transactions::StubInterface::PreviewOrder, preview)).totals().total();
    place.set_idempotency_key(NewUuid(clock_, random_));
    *place.mutable_items() = preview.items();
    place.mutable_buyer()->set_email("reader@example.org");
    place.mutable_buyer()->set_customer(customer);
    place.set_delivery_method(transactions::v1::DELIVERY_METHOD_COLLECTION);
    place.set_payment_method(transactions::v1::PAYMENT_METHOD_ON_COLLECTION);
    place.set_reader(reader);
    return Call(*transactions_, &Transactions::StubInterface::PlaceOrder, place);
  }

  template <class Interface, class Request, class Response>
  Result<Response> Call(Interface& stub, grpc::Status (Interface::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) {
    return caller_.Invoke(stub, method, request, {.budget = kPatience});
  }
  // How long it took.
  std::chrono::nanoseconds WaitUntil(const std::function<bool()>& condition) {
    const auto begin = clock_.MonotonicNow();
    EXPECT_TRUE(octavo::WaitUntil(condition)) << "waited too long";
    return clock_.MonotonicNow() - begin;
  }

  TempDir dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  runtime::Environment environment_{dir_.path(), clock_, random_, *log_, metrics_, tracer_, TestPageTokens()};
  rpc::Caller caller_{environment_.telemetry()};
  std::unique_ptr<runtime::Shop> shop_;
  std::unique_ptr<Catalog::StubInterface> catalog_;
  std::unique_ptr<Inventory::StubInterface> inventory_;
  std::unique_ptr<Recommendations::StubInterface> recommendations_;
  std::unique_ptr<Transactions::StubInterface> transactions_;
};

TEST_F(PurchaseTest, TheNextAnswerAfterAnOrderIsAnotherOneWithinASecond) {
  const std::vector<std::string> before = Shelf("v-ann");
  ASSERT_THAT(before, SizeIs(kShelf));

  ASSERT_THAT(Buy(before[0], "readers/v-ann", ""), IsOk());
  const auto took = WaitUntil([&] { return Shelf("v-ann") != before; });

  EXPECT_LT(took, 1s);
  EXPECT_THAT(Shelf("v-ann", 100), Not(Contains(before[0]))) << "the reader owns it";
  EXPECT_THAT(Shelf("v-bob", 100), Contains(before[0])) << "nobody else does";
  RecordProperty("microseconds", static_cast<int>(took / 1us));
}

TEST_F(PurchaseTest, ACustomersOrderCountsForTheCustomerUntilItIsCancelled) {
  const std::vector<std::string> before = Shelf("c-7");

  const Result<transactions::v1::Order> order = Buy(before[0], "", "customers/7");
  ASSERT_THAT(order, IsOk());
  WaitUntil([&] { return Shelf("c-7", 100).size() == kBooks - 1; });
  EXPECT_THAT(Shelf("c-7", 100), Not(Contains(before[0])));

  transactions::v1::CancelOrderRequest cancel;
  cancel.set_name(order->name());
  cancel.set_customer("customers/7");
  ASSERT_THAT(Call(*transactions_, &Transactions::StubInterface::CancelOrder, cancel), IsOk());
  EXPECT_LT(WaitUntil([&] { return Shelf("c-7", 100).size() == kBooks; }), 1s);
}

}  // namespace
}  // namespace octavo
