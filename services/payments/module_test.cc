// octavo.payments.v1 as a shop meets it: the module in a real server, with a fake of transactions that is
// notified.
#include "services/payments/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "lib/runtime/shop.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/wait_until.h"
#include "octavo/payments/v1/sandbox.grpc.pb.h"
#include "octavo/transactions/v1/transactions.grpc.pb.h"

namespace octavo::payments {
namespace {

using namespace std::chrono_literals;
using Stub = v1::SandboxService::StubInterface;

// Generous: a machine that tests run on may be busy. Nothing waits for it to pass.
constexpr auto kPatience = 30s;

class FakeTransactions final : public transactions::v1::TransactionsService::Service {
 public:
  FakeTransactions() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  grpc::Status NotifyPayment(grpc::ServerContext*, const transactions::v1::NotifyPaymentRequest* request,
                             transactions::v1::NotifyPaymentResponse*) override {
    const std::lock_guard lock(mutex_);
    notices_.push_back(*request);
    changed_.notify_all();
    return grpc::Status::OK;
  }
  std::vector<transactions::v1::NotifyPaymentRequest> WaitForNotices(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return notices_.size() >= count; });
    return notices_;
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<transactions::v1::NotifyPaymentRequest> notices_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class PaymentsModuleTest : public testing::Test {
 protected:
  ~PaymentsModuleTest() override { Stop(); }

  void Start(Configuration configuration = {.service = {.threads = 4}}) {
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<Module>(std::move(configuration)));
    shop_ = std::make_unique<runtime::Shop>(
        runtime::Shop::Options{.listen = "", .peer_addresses = {{"transactions", transactions_.address()}}}, environment_,
        std::move(modules));
    ASSERT_THAT(shop_->Start(), IsOk());
    stub_ = v1::SandboxService::NewStub(shop_->To("payments"));
  }
  void Stop() {
    stub_.reset();
    shop_.reset();
  }

  template <class Request, class Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) {
    return caller_.Invoke(*stub_, method, request, {.budget = kPatience});
  }
  Result<v1::Charge> Authorize(const std::string& key, std::int64_t minor, const std::string& token = "tok_approve",
                               const std::string& currency = "EUR") {
    v1::AuthorizeRequest request;
    request.set_key(key);
    request.mutable_amount()->set_minor(minor);
    request.mutable_amount()->set_currency_code(currency);
    request.set_token(token);
    return Call(&Stub::Authorize, request);
  }
  Result<v1::Charge> Capture(const std::string& key) {
    v1::CaptureRequest request;
    request.set_key(key);
    return Call(&Stub::Capture, request);
  }
  Result<v1::Charge> Void(const std::string& key) {
    v1::VoidRequest request;
    request.set_key(key);
    return Call(&Stub::Void, request);
  }
  Result<v1::Charge> Refund(const std::string& key, const std::string& refund_key, std::int64_t minor) {
    v1::RefundRequest request;
    request.set_key(key);
    request.set_refund_key(refund_key);
    request.mutable_amount()->set_minor(minor);
    request.mutable_amount()->set_currency_code("EUR");
    return Call(&Stub::Refund, request);
  }
  Result<v1::Charge> GetCharge(const std::string& key) {
    v1::GetChargeRequest request;
    request.set_key(key);
    return Call(&Stub::GetCharge, request);
  }

  TempDir folder_;
  SystemClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  runtime::Environment environment_{folder_.path(), clock_, random_, *log_, metrics_, tracer_, TestPageTokens()};
  FakeTransactions transactions_;
  rpc::Caller caller_{environment_.telemetry()};
  std::unique_ptr<runtime::Shop> shop_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(PaymentsModuleTest, APaymentIsHeldTakenAndPartlyGivenBack) {
  Start();

  EXPECT_EQ(Authorize("order-1", 1000)->state(), v1::Charge::STATE_AUTHORIZED);
  EXPECT_EQ(Capture("order-1")->captured().minor(), 1000);
  EXPECT_EQ(Refund("order-1", "return-1", 300)->refunded().minor(), 300);

  const Result<v1::Charge> charge = GetCharge("order-1");
  ASSERT_THAT(charge, IsOk());
  EXPECT_EQ(charge->key(), "order-1");
  EXPECT_EQ(charge->amount().currency_code(), "EUR");
  EXPECT_EQ(charge->state(), v1::Charge::STATE_CAPTURED);
  EXPECT_THAT(Void("order-1"), HasReason("CAPTURED"));
  EXPECT_THAT(Refund("order-1", "return-2", 701), HasReason("ABOVE_CAPTURED"));
}

TEST_F(PaymentsModuleTest, RefusesWhatItCannotRead) {
  Start();

  EXPECT_THAT(Authorize("order-1", 1000, "tok_magic"), HasReason("UNKNOWN_TOKEN"));
  EXPECT_THAT(Authorize("order-1", 1000, "tok_approve", "ABC"), HasReason("UNKNOWN_CURRENCY"));
  EXPECT_THAT(Authorize("order-1", 0), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Authorize("order 1", 1000), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Authorize("", 1000), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Refund("order-1", "", 1000), HasReason("INVALID_FIELD"));
  EXPECT_THAT(GetCharge("order-1"), HasReason("UNKNOWN_CHARGE"));
}

TEST_F(PaymentsModuleTest, AnUnansweredPaymentIsAnUnknownOutcomeThatAskingResolves) {
  Start();

  const Result<v1::Charge> lost = Authorize("order-1", 1000, "tok_timeout");
  const Result<v1::Charge> charged = Authorize("order-2", 1000, "tok_timeout_charged");

  ASSERT_THAT(lost, HasReason("NO_ANSWER"));
  EXPECT_EQ(lost.error().code, Code::kDeadlineExceeded);
  ASSERT_THAT(charged, HasReason("NO_ANSWER"));
  EXPECT_THAT(GetCharge("order-1"), HasReason("UNKNOWN_CHARGE"));
  EXPECT_EQ(GetCharge("order-2")->state(), v1::Charge::STATE_AUTHORIZED);
}

TEST_F(PaymentsModuleTest, AKeyVoidedBeforeItsAuthorisationArrivesHoldsNothing) {
  Start();

  EXPECT_EQ(Void("order-1")->state(), v1::Charge::STATE_VOIDED);

  EXPECT_THAT(Authorize("order-1", 1000), HasReason("DECLINED"));
  EXPECT_EQ(GetCharge("order-1")->amount().minor(), 0);
}

TEST_F(PaymentsModuleTest, TheLedgerSurvivesARestartAndIsListedByPages) {
  Start();
  for (const char* key : {"order-1", "order-2", "order-3"}) ASSERT_THAT(Authorize(key, 1000), IsOk());
  Stop();
  Start();

  v1::ListChargesRequest request;
  request.set_page_size(2);
  const Result<v1::ListChargesResponse> first = Call(&Stub::ListCharges, request);
  ASSERT_THAT(first, IsOk());
  request.set_page_token(first->next_page_token());
  const Result<v1::ListChargesResponse> second = Call(&Stub::ListCharges, request);
  ASSERT_THAT(second, IsOk());

  EXPECT_EQ(first->charges_size(), 2);
  ASSERT_EQ(second->charges_size(), 1);
  EXPECT_EQ(second->charges(0).key(), "order-3");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(PaymentsModuleTest, TellsTransactionsOfEachChangeSigned) {
  Start({.service = {.threads = 4}, .notice_key = Secret("shared")});

  ASSERT_THAT(Authorize("order-1", 1000, "tok_twice"), IsOk());

  const auto notices = transactions_.WaitForNotices(2);
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(notices[0].body(), notices[1].body());
  const Charge charge{.key = ChargeKey("order-1"), .currency_code = "EUR", .amount_minor = 1000, .entry_count = 1};
  EXPECT_EQ(notices[0].body(), MakeNotice(charge, Secret("shared")).body);
  EXPECT_EQ(notices[0].signature(), MakeNotice(charge, Secret("shared")).signature);
}

TEST_F(PaymentsModuleTest, StoppingLetsGoOfALateAnswer) {
  Start({.service = {.threads = 4}, .late_after = 1h});
  v1::AuthorizeRequest request;
  request.set_key("order-1");
  request.mutable_amount()->set_minor(1000);
  request.mutable_amount()->set_currency_code("EUR");
  request.set_token("tok_late");
  const auto stub = v1::SandboxService::NewStub(shop_->To("payments"));
  auto late = caller_.Start(*stub->async(), &v1::SandboxService::Stub::async::Authorize, request, {.budget = kPatience});
  EXPECT_TRUE(WaitUntil([&] { return GetCharge("order-1").ok(); }));

  Stop();

  EXPECT_THAT(late.Get(), IsOk());
}

}  // namespace
}  // namespace octavo::payments
