// Calls within one process: what is repeated, and what waits for what.
#include "lib/rpc/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "lib/testing/matchers.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "unary.grpc.pb.h"

namespace octavo::rpc {
namespace {

using namespace std::chrono_literals;
using catalog::v1::CatalogService;

// Fails as often as it is told to, with UNAVAILABLE.
class FlakyCatalog final : public CatalogService::Service {
 public:
  std::atomic<int> calls = 0;
  std::atomic<int> failures = 0;
  std::atomic<bool> forbids_repeats = false;

 private:
  grpc::Status GetBook(grpc::ServerContext* context, const catalog::v1::GetBookRequest* request,
                       catalog::v1::Book* book) override {
    ++calls;
    if (forbids_repeats) context->AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
    if (failures-- > 0) return {grpc::StatusCode::UNAVAILABLE, "away for a moment"};
    book->set_name(request->name());
    return grpc::Status::OK;
  }
};

// Its proto does not say that repeating it is safe.
class FlakyUnary final : public unary::Unary::Service {
 public:
  std::atomic<int> calls = 0;

 private:
  grpc::Status GetServerResponse(grpc::ServerContext*, const unary::Message*, unary::MessageResponse*) override {
    ++calls;
    return {grpc::StatusCode::UNAVAILABLE, "away"};
  }
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&catalog_);
    builder.RegisterService(&unary_);
    server_ = builder.BuildAndStart();
    const auto channel = server_->InProcessChannel({});
    catalog_stub_ = CatalogService::NewStub(channel);
    unary_stub_ = unary::Unary::NewStub(channel);
    caller_ = std::make_unique<Caller>(Telemetry{*log_, metrics_, tracer_, clock_});
    request_.set_name("books/12");
  }

  Result<catalog::v1::Book> Invoke(const Limits& limits) {
    return caller_->Invoke(*catalog_stub_, &CatalogService::StubInterface::GetBook, request_, limits);
  }
  Pending<catalog::v1::Book> Start(const Limits& limits) {
    return caller_->Start(*catalog_stub_->async(), &CatalogService::Stub::async::GetBook, request_, limits);
  }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  FlakyCatalog catalog_;
  FlakyUnary unary_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<CatalogService::Stub> catalog_stub_;
  std::unique_ptr<unary::Unary::Stub> unary_stub_;
  std::unique_ptr<Caller> caller_;
  catalog::v1::GetBookRequest request_;
};

TEST_F(ClientTest, ACallThatWaitsIsRepeatedWhenItsProtoCallsItIdempotent) {
  catalog_.failures = 2;
  const auto book = Invoke({.budget = 20s});
  ASSERT_THAT(book, IsOk());
  EXPECT_EQ(book->name(), "books/12");
  EXPECT_EQ(catalog_.calls, 3);
}

TEST_F(ClientTest, ACallThatGoesOnIsRepeatedLikeOneThatWaits) {
  catalog_.failures = 2;
  const auto book = Start({.budget = 20s}).Get();
  ASSERT_THAT(book, IsOk());
  EXPECT_EQ(book->name(), "books/12");
  EXPECT_EQ(catalog_.calls, 3);
}

TEST_F(ClientTest, TheThirdFailureIsTheAnswer) {
  catalog_.failures = 100;
  EXPECT_EQ(Invoke({.budget = 20s}).error().code, Code::kUnavailable);
  EXPECT_EQ(catalog_.calls, 3);
  EXPECT_EQ(Start({.budget = 20s}).Get().error().code, Code::kUnavailable);
  EXPECT_EQ(catalog_.calls, 6);
}

TEST_F(ClientTest, WhatMayNotBeRepeatedIsNot) {
  const auto waited = caller_->Invoke(*unary_stub_, &unary::Unary::StubInterface::GetServerResponse, {}, {.budget = 20s});
  EXPECT_EQ(waited.error().code, Code::kUnavailable);
  EXPECT_EQ(unary_.calls, 1);
  auto pending = caller_->Start(*unary_stub_->async(), &unary::Unary::Stub::async::GetServerResponse, {}, {.budget = 20s});
  EXPECT_EQ(pending.Get().error().code, Code::kUnavailable);
  EXPECT_EQ(unary_.calls, 2);
}

TEST_F(ClientTest, NothingIsRepeatedWhereTheServerForbidsIt) {
  catalog_.failures = 100;
  catalog_.forbids_repeats = true;
  EXPECT_FALSE(Invoke({.budget = 20s}).ok());
  EXPECT_FALSE(Start({.budget = 20s}).Get().ok());
  EXPECT_EQ(catalog_.calls, 2);
}

TEST_F(ClientTest, NothingIsRepeatedThatCouldNotEndInTime) {
  catalog_.failures = 100;
  EXPECT_FALSE(Start({.budget = 15ms}).Get().ok());  // The first pause alone takes 20 ms.
  EXPECT_LE(catalog_.calls, 1);
}

TEST_F(ClientTest, ACallerWaitsForTheCallsThatNobodyWaitsFor) {
  catalog_.failures = 2;
  std::atomic<bool> answered = false;
  caller_->Send(*catalog_stub_->async(), &CatalogService::Stub::async::GetBook, request_, {.budget = 20s},
                [&](const Result<catalog::v1::Book>& book) { answered = book.ok(); });
  caller_.reset();
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace octavo::rpc
