// Channels to several addresses: calls are spread, addresses that are not serving are left out, and only methods whose
// proto says that repeating is safe are retried.
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "lib/rpc/channel.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"

namespace octavo::rpc {
namespace {

// gRPC's own clock, so that no wall clock is read here.
gpr_timespec InTwentySeconds() {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(20, GPR_TIMESPAN));
}

// Counts its calls; fails the first `failures` of them.
class CountingCatalog final : public catalog::v1::CatalogService::Service {
 public:
  grpc::Status GetBook(grpc::ServerContext*, const catalog::v1::GetBookRequest*, catalog::v1::Book*) override {
    return Answer();
  }
  grpc::Status ImportBooks(grpc::ServerContext*, grpc::ServerReader<catalog::v1::ImportBooksRequest>*,
                           catalog::v1::Import*) override {
    return Answer();
  }

  std::atomic<int> calls = 0;
  std::atomic<int> failures = 0;

 private:
  grpc::Status Answer() {
    ++calls;
    if (failures.fetch_sub(1) > 0) return {grpc::StatusCode::UNAVAILABLE, "told to fail"};
    return grpc::Status::OK;
  }
};

class Instance {
 public:
  Instance() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&catalog);
    server_ = builder.BuildAndStart();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void SetServing(bool serving) { server_->GetHealthCheckService()->SetServingStatus("", serving); }

  CountingCatalog catalog;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class BalancingTest : public testing::Test {
 protected:
  std::unique_ptr<catalog::v1::CatalogService::Stub> ConnectTo(const std::string& target) {
    return catalog::v1::CatalogService::NewStub(
        Connect({.target = target, .services = {"octavo.catalog.v1.CatalogService"}}));
  }
  static grpc::Status GetBook(catalog::v1::CatalogService::Stub& stub) {
    grpc::ClientContext context;
    context.set_deadline(InTwentySeconds());
    context.set_wait_for_ready(true);
    catalog::v1::Book book;
    return stub.GetBook(&context, {}, &book);
  }

  Instance first_;
  Instance second_;
};

TEST_F(BalancingTest, SpreadsCallsOverAllAddresses) {
  const auto stub = ConnectTo("ipv4:" + first_.address() + "," + second_.address());

  // Both connections come up in their own time; round robin then uses both.
  while (first_.catalog.calls == 0 || second_.catalog.calls == 0) ASSERT_TRUE(GetBook(*stub).ok());
}

TEST_F(BalancingTest, LeavesOutAnAddressThatIsNotServing) {
  const auto stub = ConnectTo("ipv4:" + first_.address() + "," + second_.address());
  while (first_.catalog.calls == 0 || second_.catalog.calls == 0) ASSERT_TRUE(GetBook(*stub).ok());

  first_.SetServing(false);

  // The news travels by the health stream; once it has arrived, every call goes to the other.
  int in_a_row = 0;
  while (in_a_row < 20) {
    const int before = first_.catalog.calls;
    ASSERT_TRUE(GetBook(*stub).ok());
    in_a_row = first_.catalog.calls == before ? in_a_row + 1 : 0;
  }
}

TEST_F(BalancingTest, RetriesWhatIsIdempotent) {
  const auto stub = ConnectTo(first_.address());
  first_.catalog.failures = 2;

  EXPECT_TRUE(GetBook(*stub).ok());
  EXPECT_EQ(first_.catalog.calls, 3);
}

TEST_F(BalancingTest, NeverRetriesWhatIsNot) {
  const auto stub = ConnectTo(first_.address());
  first_.catalog.failures = 1;
  grpc::ClientContext context;
  context.set_deadline(InTwentySeconds());
  catalog::v1::Import import;
  const auto writer = stub->ImportBooks(&context, &import);
  writer->WritesDone();

  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(first_.catalog.calls, 1);
}

}  // namespace
}  // namespace octavo::rpc
