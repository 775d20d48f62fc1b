// The clients over gRPC, against services that are too slow for some calls.
#include "services/marketplace/grpc_selling_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/obs/trace.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"

namespace octavo::marketplace {
namespace {

using namespace std::chrono_literals;

const grpc::Status kTooSlow(grpc::StatusCode::DEADLINE_EXCEEDED, "too slow");

// Hashing takes too long; sessions are found.
class BusyAccounts final : public accounts::v1::AccountsService::Service {
 public:
  grpc::Status SignIn(grpc::ServerContext*, const accounts::v1::SignInRequest*, accounts::v1::SignInResponse*) override {
    return kTooSlow;
  }
  grpc::Status ExportCustomer(grpc::ServerContext*, const accounts::v1::ExportCustomerRequest*,
                              accounts::v1::ExportCustomerResponse*) override {
    return kTooSlow;
  }
  grpc::Status VerifySession(grpc::ServerContext*, const accounts::v1::VerifySessionRequest*, accounts::v1::Session*) override {
    return grpc::Status::OK;
  }
};

// Previews and changes wait for others in vain; orders are read.
class BusyOrders final : public transactions::v1::TransactionsService::Service {
 public:
  grpc::Status PreviewOrder(grpc::ServerContext*, const transactions::v1::PreviewOrderRequest*,
                            transactions::v1::OrderPreview*) override {
    return kTooSlow;
  }
  grpc::Status CancelOrder(grpc::ServerContext*, const transactions::v1::CancelOrderRequest*, transactions::v1::Order*) override {
    return kTooSlow;
  }
  grpc::Status RequestReturn(grpc::ServerContext*, const transactions::v1::RequestReturnRequest*,
                             transactions::v1::Order*) override {
    return grpc::Status::OK;
  }
  grpc::Status GetOrder(grpc::ServerContext*, const transactions::v1::GetOrderRequest*, transactions::v1::Order*) override {
    return grpc::Status::OK;
  }
};

class SellingClientTest : public testing::Test {
 protected:
  SellingClientTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&busy_accounts_);
    builder.RegisterService(&busy_orders_);
    server_ = builder.BuildAndStart();
    const auto channel = server_->InProcessChannel({});
    accounts_ = std::make_unique<GrpcAccountsClient>(calls_, channel, clock_);
    orders_ = std::make_unique<GrpcOrdersClient>(calls_, channel, clock_);
  }
  ~SellingClientTest() override {
    calls_.WaitForNone();
    server_->Shutdown();
  }

  // Of the breakers: it stands still, so one that opens stays open.
  FakeClock clock_;
  SystemClock time_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(time_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  GrpcCalls calls_{rpc::Telemetry{*log_, metrics_, tracer_, time_}};
  const Budget budget_{time_, 30s};
  BusyAccounts busy_accounts_;
  BusyOrders busy_orders_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcAccountsClient> accounts_;
  std::unique_ptr<GrpcOrdersClient> orders_;
};

TEST_F(SellingClientTest, SlowSignInsDoNotKeepSessionsFromBeingChecked) {
  for (int i = 0; i < CircuitBreaker::kFailuresMax; ++i) {
    EXPECT_FALSE(accounts_->SignIn({}, budget_).Get(budget_).ok());
    EXPECT_FALSE(accounts_->ExportCustomer({}, budget_).Get(budget_).ok());
  }
  EXPECT_EQ(accounts_->SignIn({}, budget_).Get(budget_).error().reason, "RESTING") << "its own breaker is open";

  EXPECT_TRUE(accounts_->VerifySession({}, budget_).Get(budget_).ok());
}

TEST_F(SellingClientTest, SlowPreviewsAndChangesDoNotKeepOrdersFromBeingRead) {
  for (int i = 0; i < CircuitBreaker::kFailuresMax; ++i) EXPECT_FALSE(orders_->PreviewOrder({}, budget_).Get(budget_).ok());
  EXPECT_EQ(orders_->PreviewOrder({}, budget_).Get(budget_).error().reason, "RESTING");
  EXPECT_TRUE(orders_->RequestReturn({}, budget_).Get(budget_).ok()) << "that other services are slow says nothing of this";

  for (int i = 0; i < CircuitBreaker::kFailuresMax; ++i) EXPECT_FALSE(orders_->CancelOrder({}, budget_).Get(budget_).ok());

  EXPECT_TRUE(orders_->GetOrder({}, budget_).Get(budget_).ok());
}

}  // namespace
}  // namespace octavo::marketplace
