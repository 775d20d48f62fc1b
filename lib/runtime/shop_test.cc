#include "lib/runtime/shop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <latch>

#include "grpc/health/v1/health.grpc.pb.h"
#include "lib/background/worker_state.h"
#include "lib/db/database.h"
#include "lib/obs/older_copy.h"
#include "lib/runtime/store_checks.h"
#include "lib/testing/flip_in_file.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "unary.grpc.pb.h"

namespace octavo::runtime {
namespace {

using namespace std::chrono_literals;

namespace health_v1 = grpc::health::v1;

// Says back what it is told; "wait" only when it is let go.
class EchoService final : public rpc::Service {
 public:
  EchoService(rpc::Pipeline& pipeline, std::latch& entered, std::latch& release)
      : rpc::Service("unary.Unary", pipeline, Contract::kForEverybody), entered_(entered), release_(release) {
    Unary("GetServerResponse", this, &EchoService::GetServerResponse);
  }

 private:
  Result<unary::MessageResponse> GetServerResponse(const rpc::Call&, const unary::Message& request) {
    if (request.message() == "wait") {
      entered_.count_down();
      release_.wait();
    }
    unary::MessageResponse response;
    response.set_message(request.message());
    return response;
  }

  std::latch& entered_;
  std::latch& release_;
};

// What health says of "unary.Unary" at the moment.
health_v1::HealthCheckResponse::ServingStatus HealthOf(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  health_v1::HealthCheckRequest request;
  request.set_service("unary.Unary");
  health_v1::HealthCheckResponse response;
  EXPECT_TRUE(health_v1::Health::NewStub(channel)->Check(&context, request, &response).ok());
  return response.status();
}

// Records what happens to it; fails where told.
class EchoModule final : public Module {
 public:
  EchoModule(std::string fail_at, std::vector<std::string>& events) : fail_at_(std::move(fail_at)), events_(events) {}

  std::latch entered{1};
  std::latch release{1};

  std::string name() const override { return "echo"; }
  Status Open(const Environment& environment) override {
    pipeline_ = std::make_unique<rpc::Pipeline>(environment.telemetry(), ThreadPool::Options{.threads = 2});
    service_ = std::make_unique<EchoService>(*pipeline_, entered, release);
    return Step("open");
  }
  std::vector<rpc::Service*> services() override { return {service_.get()}; }
  Status Start(const Peers& peers) override {
    EXPECT_EQ(HealthOf(peers.To("echo")), health_v1::HealthCheckResponse::NOT_SERVING);
    pipeline_->Open();
    return Step("start");
  }
  void Close() override {
    pipeline_->Close();
    (void)Step("close");
  }
  void Stop() override { (void)Step("stop"); }

 private:
  Status Step(const std::string& step) {
    events_.push_back(step);
    if (step == fail_at_) return Error{Code::kInternal, "TOLD_TO", "told to fail"};
    return Ok();
  }

  const std::string fail_at_;
  std::vector<std::string>& events_;
  std::unique_ptr<rpc::Pipeline> pipeline_;
  std::unique_ptr<EchoService> service_;
};

class ShopTest : public testing::Test {
 protected:
  std::unique_ptr<Shop> Make(const std::string& fail_at = "") {
    std::vector<std::unique_ptr<Module>> modules;
    modules.push_back(std::make_unique<EchoModule>(fail_at, events_));
    module_ = static_cast<EchoModule*>(modules.back().get());
    return std::make_unique<Shop>(Shop::Options{.listen = "127.0.0.1:0"}, environment_, std::move(modules));
  }

  Result<unary::MessageResponse> Say(const std::shared_ptr<grpc::Channel>& channel, const std::string& text = "hello") {
    const auto stub = unary::Unary::NewStub(channel);
    unary::Message message;
    message.set_message(text);
    return rpc::Caller(environment_.telemetry())
        .Invoke(*stub, &unary::Unary::StubInterface::GetServerResponse, message, {.budget = 20s, .wait_for_ready = true});
  }

  TempDir dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  StoreChecks store_checks_{*log_, metrics_};
  Environment environment_{.data_dir = dir_.path(),
                           .clock = clock_,
                           .random = random_,
                           .log = *log_,
                           .metrics = metrics_,
                           .tracer = tracer_,
                           .page_tokens = TestPageTokens(),
                           .store_checks = &store_checks_};
  std::vector<std::string> events_;
  EchoModule* module_ = nullptr;  // Of the shop that was made last.
};

// Follows what health says of one service.
class HealthWatch {
 public:
  HealthWatch(const std::shared_ptr<grpc::Channel>& channel, const std::string& service)
      : stub_(health_v1::Health::NewStub(channel)) {
    health_v1::HealthCheckRequest request;
    request.set_service(service);
    reader_ = stub_->Watch(&context_, request);
  }
  ~HealthWatch() {
    context_.TryCancel();
    (void)reader_->Finish();
  }

  // What it says next; UNKNOWN where the stream has ended.
  health_v1::HealthCheckResponse::ServingStatus Next() {
    health_v1::HealthCheckResponse response;
    return reader_->Read(&response) ? response.status() : health_v1::HealthCheckResponse::UNKNOWN;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<health_v1::Health::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<health_v1::HealthCheckResponse>> reader_;
};

TEST_F(ShopTest, ServesInProcessAndOnItsPort) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  const auto outside = grpc::CreateChannel("127.0.0.1:" + std::to_string(shop->port()), grpc::InsecureChannelCredentials());

  EXPECT_EQ(Say(shop->To("echo"))->message(), "hello");
  EXPECT_EQ(Say(outside)->message(), "hello");
}

TEST_F(ShopTest, ReflectionCanDescribeWhatIsServed) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());

  // What reflection answers from. gRPC's health service is listed too, and a client stops at a name without
  // description.
  const auto* described = google::protobuf::DescriptorPool::generated_pool();
  EXPECT_NE(described->FindServiceByName("grpc.health.v1.Health"), nullptr);
  EXPECT_NE(described->FindServiceByName("grpc.reflection.v1alpha.ServerReflection"), nullptr);
}

TEST_F(ShopTest, HealthIsWatchedForEachServiceAndForTheWhole) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  const auto outside = grpc::CreateChannel("127.0.0.1:" + std::to_string(shop->port()), grpc::InsecureChannelCredentials());
  HealthWatch one(outside, "unary.Unary");
  HealthWatch whole(outside, "");
  HealthWatch other(outside, "octavo.nobody.v1.NobodyService");
  EXPECT_EQ(one.Next(), health_v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(whole.Next(), health_v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(other.Next(), health_v1::HealthCheckResponse::SERVICE_UNKNOWN);
  const auto before = clock_.MonotonicNow();

  shop->Stop();

  EXPECT_LT(clock_.MonotonicNow() - before, 4s);  // Watchers, who would stay for ever, do not hold it up.
  EXPECT_EQ(one.Next(), health_v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(whole.Next(), health_v1::HealthCheckResponse::NOT_SERVING);
}

TEST_F(ShopTest, AFileThatIsFoundDamagedTakesItsModuleOutOfHealth) {
  const std::string file = dir_.path() / "echo.db";
  db::Open({.url = file}, random_)->Write([](db::Transaction& transaction) {
    transaction.Script(
        "CREATE TABLE some (id BIGINT PRIMARY KEY, name TEXT NOT NULL); CREATE UNIQUE INDEX some_name ON "
        "some (name);"
        "INSERT INTO some VALUES (1, 'Elizabeth');");
  });
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  HealthWatch watch(shop->To("echo"), "unary.Unary");
  ASSERT_EQ(watch.Next(), health_v1::HealthCheckResponse::SERVING);

  const std::string whole = dir_.path() / "whole.db";
  std::filesystem::copy_file(file, whole);
  FlipInFile(file, "Elizabeth");
  store_checks_.Add("other", whole);
  store_checks_.Add("echo", file);  // One after the other: once this is found, the other has been looked at.

  EXPECT_EQ(watch.Next(), health_v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_THAT(metrics_.Text(), testing::HasSubstr("store_damaged{service=\"echo\"} 1"));
  EXPECT_THAT(metrics_.Text(), testing::HasSubstr("store_damaged{service=\"other\"} 0"));
  EXPECT_TRUE(store_checks_.IsSound("other"));
}

TEST_F(ShopTest, AnOlderCopyThatWasFoundIsSeenInHealthUntilItIsRepaired) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  HealthWatch watch(shop->To("echo"), "octavo.no_older_copy");
  HealthWatch whole(shop->To("echo"), "");
  ASSERT_EQ(watch.Next(), health_v1::HealthCheckResponse::SERVING);

  obs::OlderCopy(metrics_, "payments").Set(1);

  EXPECT_EQ(watch.Next(), health_v1::HealthCheckResponse::NOT_SERVING);
  obs::OlderCopy(metrics_, "payments").Set(0);
  EXPECT_EQ(watch.Next(), health_v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(whole.Next(), health_v1::HealthCheckResponse::SERVING) << "and the shop sells all the while";
}

TEST_F(ShopTest, AnswersWhileItServes) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());

  EXPECT_TRUE(shop->Answers(10s));
  EXPECT_EQ(shop->health().at(""), true);
  EXPECT_FALSE(shop->Answers(-1s)) << "nothing answers in no time";
}

TEST_F(ShopTest, BackgroundWorkThatFailsIsSeenInHealthUntilItGoesWellAgain) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  HealthWatch watch(shop->To("echo"), "octavo.background_work");
  ASSERT_EQ(watch.Next(), health_v1::HealthCheckResponse::SERVING);

  background::WorkerState sweep("sweep", metrics_);
  background::WorkerState courier("courier", metrics_);
  EXPECT_TRUE(sweep.Failed());
  EXPECT_TRUE(courier.Failed());
  EXPECT_EQ(watch.Next(), health_v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(sweep.Failed()) << "it is told once";
  sweep.Succeeded();
  EXPECT_TRUE(background::AnyWorkerFailing(metrics_)) << "the other one fails still";
  courier.Succeeded();
  EXPECT_EQ(watch.Next(), health_v1::HealthCheckResponse::SERVING);
}

TEST_F(ShopTest, ARunningCallIsAnsweredWhileTheShopCloses) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  const auto outside = grpc::CreateChannel("127.0.0.1:" + std::to_string(shop->port()), grpc::InsecureChannelCredentials());
  HealthWatch watch(outside, "unary.Unary");
  ASSERT_EQ(watch.Next(), health_v1::HealthCheckResponse::SERVING);
  auto running = std::async(std::launch::async, [&] { return Say(outside, "wait"); });
  module_->entered.wait();

  auto stopping = std::async(std::launch::async, [&] { shop->Stop(); });
  ASSERT_EQ(watch.Next(), health_v1::HealthCheckResponse::NOT_SERVING);
  Result<unary::MessageResponse> late = Say(outside);
  while (late.ok()) late = Say(outside);  // Health says it before the module closes, so that callers can turn away.
  EXPECT_EQ(late.error().code, Code::kUnavailable);
  EXPECT_EQ(events_, (std::vector<std::string>{"open", "start"}));
  module_->release.count_down();
  stopping.get();

  EXPECT_THAT(running.get(), IsOk());
  EXPECT_EQ(events_, (std::vector<std::string>{"open", "start", "close", "stop"}));
}

TEST_F(ShopTest, ClosesInOrderAndOnce) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());

  shop->Stop();
  shop->Stop();

  EXPECT_EQ(events_, (std::vector<std::string>{"open", "start", "close", "stop"}));
}

TEST_F(ShopTest, AModuleThatCannotStartStopsTheShopAndSaysWhy) {
  EXPECT_THAT(Make("start")->Start(), HasReason("TOLD_TO"));
  EXPECT_EQ(events_, (std::vector<std::string>{"open", "start", "close", "stop"}));

  events_.clear();
  EXPECT_THAT(Make("open")->Start(), HasReason("TOLD_TO"));
  EXPECT_EQ(events_, (std::vector<std::string>{"open", "stop"}));
}

TEST_F(ShopTest, TwoShopsCannotShareAPort) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  std::vector<std::unique_ptr<Module>> modules;
  modules.push_back(std::make_unique<EchoModule>("", events_));
  Shop second({.listen = "127.0.0.1:" + std::to_string(shop->port())}, environment_, std::move(modules));

  EXPECT_THAT(second.Start(), HasReason("CANNOT_LISTEN"));
}

TEST_F(ShopTest, APeerThatIsNowhereIsUnavailable) {
  const auto shop = Make();
  ASSERT_THAT(shop->Start(), IsOk());
  const auto stub = catalog::v1::CatalogService::NewStub(shop->To("catalog"));

  const auto result = rpc::Caller(environment_.telemetry())
                          .Invoke(*stub, &catalog::v1::CatalogService::StubInterface::GetBook, {}, {.budget = 20s});

  EXPECT_EQ(result.error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace octavo::runtime
