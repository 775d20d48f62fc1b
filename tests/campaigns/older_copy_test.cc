// An older copy of one service's store is put back: what holds afterwards. Each time the shop sells, is
// copied, sells on and takes back what it sold before, and then goes on with the copy of one store beside the
// others as they were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <system_error>

#include "lib/rpc/credentials.h"
#include "lib/testing/matchers.h"
#include "octavo/accounts/v1/accounts.grpc.pb.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string Gauge(const std::string& store, int value) { return "older_copy{store=\"" + store + "\"} " + std::to_string(value); }

class OlderCopyTest : public testing::Test {
 protected:
  OlderCopyTest() {
    book_ = shop_.buyer().AddBook(1000, 100);
    promotions::v1::Campaign campaign;
    campaign.set_display_name("Ten percent");
    campaign.mutable_percent_off()->set_basis_points(1000);
    campaign.add_codes("TEN");
    campaign.set_total_limit(10);
    shop_.buyer().AddCampaign(campaign);
    for (int i = 0; i < 3; ++i) early_.push_back(Buy());
    shop_.WaitUntilQuiet();
  }

  transactions::v1::Order Buy() {
    const auto order = shop_.buyer().Buy(
        {.key = Key(++purchases_), .book = book_, .expected_minor = 900, .token = "tok_approve", .code = "TEN"});
    EXPECT_THAT(order, IsOk());
    return order.ok() ? *order : transactions::v1::Order();
  }
  transactions::v1::Order BuyOnCollection() {
    const auto order = shop_.buyer().Buy({.key = Key(++purchases_), .book = book_, .expected_minor = 1000});
    EXPECT_THAT(order, IsOk());
    return order.ok() ? *order : transactions::v1::Order();
  }
  // Sells on behind the copy, takes back one order of before it and one of after it, and puts the copy back.
  void PutOlderCopyBack(const std::string& service) {
    PutOlderCopyBack(service, [this] {
      for (int i = 0; i < 3; ++i) late_.push_back(Buy());
      EXPECT_THAT(shop_.buyer().Cancel(early_[0].name()), IsOk());
      EXPECT_THAT(shop_.buyer().Cancel(late_[0].name()), IsOk());
      shop_.WaitUntilQuiet();
    });
  }
  void PutOlderCopyBack(const std::string& service, const std::function<void()>& meanwhile) {
    const fs::path folder = shop_.data_dir() / service;
    const fs::path copy = shop_.data_dir() / "copy";
    shop_.Stop();
    fs::copy(folder, copy, fs::copy_options::recursive);
    shop_.Start();
    meanwhile();
    shop_.Stop();
    fs::remove_all(folder);
    fs::copy(copy, folder, fs::copy_options::recursive);
    shop_.Start();
  }
  // Waits for a line of the metrics.
  void WaitForMetric(const std::string& line) {
    while (shop_.metrics().Text().find(line + "\n") == std::string::npos) Pause(std::chrono::milliseconds(10));
  }
  std::set<std::string> Violated() {
    std::set<std::string> equations;
    const audit::Ledger ledger = shop_.Audit();
    for (const Violation& violation : ledger.violations()) equations.insert(violation.equation);
    return equations;
  }

  SellingShop shop_{TestDatabaseKind::kSqlite};
  std::string book_;
  std::vector<transactions::v1::Order> early_;
  std::vector<transactions::v1::Order> late_;
  int purchases_ = 0;
};

// A late order may be cancelled there, what was cancelled stays so, and all stores tell one story again.
class RepairsItself : public OlderCopyTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, RepairsItself, testing::Values("cart", "inventory", "promotions"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST_P(RepairsItself, FromWhatTheOrdersKnow) {
  PutOlderCopyBack(GetParam());
  EXPECT_THAT(shop_.buyer().Cancel(late_[1].name()), IsOk());
  EXPECT_GT(Buy().number(), late_[2].number());

  shop_.WaitUntilQuiet();  // Until the audit is clean.
  if (GetParam() != std::string("cart")) {
    EXPECT_THAT(shop_.metrics().Text(), HasSubstr(Gauge(GetParam(), 0)));
  }

  EXPECT_EQ(shop_.buyer().Available(book_), 100 - 4);
}

// What a provider has forgotten cannot be charged again; it is named, the order can be cancelled, and the
// shop goes on.
TEST_F(OlderCopyTest, LostChargesAreNamedAndNobodyIsChargedTwice) {
  PutOlderCopyBack("payments");

  EXPECT_THAT(shop_.buyer().Cancel(late_[1].name()), IsOk());
  EXPECT_GT(Buy().number(), late_[2].number());

  EXPECT_THAT(Violated(), testing::Contains("shop.charges_match_orders"));
  EXPECT_EQ(shop_.buyer().Available(book_), 100 - 4);
}

TEST_F(OlderCopyTest, LostOrdersAreNamedAndNoNumberIsGivenTwice) {
  PutOlderCopyBack("transactions");

  EXPECT_GT(Buy().number(), late_[2].number()) << "from the first order on";
  WaitForMetric(Gauge("transactions", 1));

  const std::set<std::string> violated = Violated();
  EXPECT_THAT(violated, testing::Contains("shop.sales_have_orders"));
  EXPECT_THAT(violated, testing::Contains("shop.charges_have_orders"));
}

// A claim that is made again would be news to nobody: it is asked for first.
TEST_F(OlderCopyTest, ClaimsThatAreMadeAgainAreSaid) {
  PutOlderCopyBack("promotions");

  WaitForMetric("orders_mended_total 3");
  shop_.WaitUntilQuiet();
  EXPECT_THAT(shop_.metrics().Text(), HasSubstr(Gauge("promotions", 0)));
}

// Without a single order behind the copy, and more of them than are looked at where nothing is amiss.
TEST_F(OlderCopyTest, AllCancellationsAreMadeAgain) {
  for (int i = 0; i < 70; ++i) early_.push_back(BuyOnCollection());
  shop_.WaitUntilQuiet();

  PutOlderCopyBack("inventory", [this] {
    for (const auto& order : early_) EXPECT_THAT(shop_.buyer().Cancel(order.name()), IsOk());
    shop_.WaitUntilQuiet();
  });

  shop_.WaitUntilQuiet();
  EXPECT_EQ(shop_.buyer().Available(book_), 100);
}

// Books that are lost are still named by stocks and carts, which must not come to mean others.
TEST_F(OlderCopyTest, NumbersOfLostBooksAreNeverGivenAgain) {
  std::string stocked;
  std::string carted;
  PutOlderCopyBack("catalog", [&] {
    stocked = shop_.buyer().AddBook(1000, 1);
    carted = shop_.buyer().AddBook(1000, 0);
    shop_.buyer().AddToCart("carts/v-guest", carted, 1);
  });

  const std::string added = shop_.buyer().AddBook(1000, 1);

  EXPECT_GT(std::stoi(added.substr(6)), std::stoi(carted.substr(6)));
  WaitForMetric(Gauge("catalog", 1));
  const std::set<std::string> violated = Violated();
  EXPECT_THAT(violated, testing::IsSupersetOf({"shop.stocks_have_books", "shop.carts_have_books"}));
}

// Somebody who has ordered and looked at books.
class CustomerTest : public OlderCopyTest {
 protected:
  static constexpr char kPassword[] = "eleven lazy dromedaries";

  template <class Stub, class Interface, class Request, class Response>
  Result<Response> Ask(Stub& stub, grpc::Status (Interface::*method)(grpc::ClientContext*, const Request&, Response*),
                       const std::type_identity_t<Request>& request) {
    const rpc::Caller caller(shop_.telemetry());
    return caller.Invoke(stub, method, request, {.budget = std::chrono::seconds(60), .wait_for_ready = true});
  }
  auto Accounts() { return accounts::v1::AccountsService::NewStub(shop_.peers().To("accounts")); }
  auto Readers() { return recommendations::v1::RecommendationsService::NewStub(shop_.peers().To("recommendations")); }
  auto Orders() { return transactions::v1::TransactionsService::NewStub(shop_.peers().To("transactions")); }

  // The token in the last message.
  std::string Token() {
    const std::regex token("token=([A-Za-z0-9_-]+)");
    while (true) {
      std::error_code missing;  // The folder comes with the first message.
      for (const auto& entry : fs::directory_iterator(shop_.data_dir() / "accounts" / "mail", missing)) {
        std::ifstream file(entry.path());
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        std::smatch found;
        if (std::regex_search(text, found, token)) return found[1];
      }
      Pause(std::chrono::milliseconds(10));
    }
  }
  void OpenAccount() {
    using Stub = accounts::v1::AccountsService::StubInterface;
    accounts::v1::RegisterRequest opening;
    opening.set_email("ada@example.org");
    opening.set_password(kPassword);
    opening.set_full_name("Ada Lovelace");
    opening.set_base_uri("http://127.0.0.1:8080");
    ASSERT_THAT(Ask(*Accounts(), &Stub::Register, opening), IsOk());
    accounts::v1::VerifyEmailRequest verify;
    verify.set_token(Token());
    verify.set_password(kPassword);
    const auto verified = Ask(*Accounts(), &Stub::VerifyEmail, verify);
    ASSERT_THAT(verified, IsOk());
    customer_ = verified->customer().name();
  }
  std::string Reader() const { return "readers/c-" + customer_.substr(std::string("customers/").size()); }
  void Look() {
    grpc::ClientContext context;
    rpc::AddCredentials(context, shop_.telemetry().workload, nullptr);
    recommendations::v1::RecordEventsResponse response;
    const auto readers = Readers();
    const auto writer = readers->RecordEvents(&context, &response);
    recommendations::v1::RecordEventsRequest request;
    request.mutable_event()->set_reader(Reader());
    request.mutable_event()->set_book(book_);
    request.mutable_event()->set_type(recommendations::v1::EVENT_TYPE_VIEW);
    writer->Write(request);
    writer->WritesDone();
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_EQ(response.recorded_count(), 1);
  }
  void Order() {
    const auto order = shop_.buyer().Buy({.key = Key(500),
                                          .book = book_,
                                          .expected_minor = 1000,
                                          .customer = customer_,
                                          .email = "ada@example.org",
                                          .token = "tok_approve"});
    ASSERT_THAT(order, IsOk());
    ASSERT_THAT(shop_.buyer().Cancel(order->name()), IsOk());
    order_ = order->name();
  }
  void EraseAccount() {
    using Stub = accounts::v1::AccountsService::StubInterface;
    accounts::v1::SignInRequest enter;
    enter.set_email("ada@example.org");
    enter.set_password(kPassword);
    enter.set_client("192.0.2.7");
    const auto entered = Ask(*Accounts(), &Stub::SignIn, enter);
    ASSERT_THAT(entered, IsOk());
    accounts::v1::EraseCustomerRequest erase;
    erase.set_session_token(entered->session_token());
    erase.set_password(kPassword);
    ASSERT_THAT(Ask(*Accounts(), &Stub::EraseCustomer, erase), IsOk());
    while (Traces() != "") Pause(std::chrono::milliseconds(10));
  }
  // Where something tells who they were.
  std::string Traces() {
    std::string traces;
    accounts::v1::GetCustomerRequest account;
    account.set_name(customer_);
    if (Ask(*Accounts(), &accounts::v1::AccountsService::StubInterface::GetCustomer, account).ok()) traces += "accounts ";
    transactions::v1::GetOrderRequest order;
    order.set_name(order_);
    order.set_as_staff(true);
    const auto found = Ask(*Orders(), &transactions::v1::TransactionsService::StubInterface::GetOrder, order);
    if (!found.ok() || found->buyer().full_name() != "") traces += "transactions ";
    recommendations::v1::ListReaderEventsRequest events;
    events.set_reader(Reader());
    const auto read = Ask(*Readers(), &recommendations::v1::RecommendationsService::StubInterface::ListReaderEvents, events);
    if (!read.ok() || read->events_size() > 0) traces += "recommendations ";
    return traces;
  }

  std::string customer_;
  std::string order_;
};

class ErasedCustomerTest : public CustomerTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Each, ErasedCustomerTest, testing::Values("accounts", "transactions", "recommendations"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST_P(ErasedCustomerTest, StaysErased) {
  OpenAccount();
  Order();
  Look();
  shop_.WaitUntilQuiet();

  PutOlderCopyBack(GetParam(), [this] { EraseAccount(); });

  while (Traces() != "") Pause(std::chrono::milliseconds(10));
}

// Whoever opened their account behind the copy has none any more, and their orders say so.
TEST_F(CustomerTest, WhoIsLostIsNamed) {
  PutOlderCopyBack("accounts", [this] {
    OpenAccount();
    Order();
    shop_.WaitUntilQuiet();
  });

  WaitForMetric(Gauge("accounts", 1));
  EXPECT_THAT(Violated(), testing::Contains("shop.orders_have_customers"));
}

}  // namespace
}  // namespace octavo::campaigns
