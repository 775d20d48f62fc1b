// Channels to several addresses: calls are spread, addresses that are not serving are left out, and only methods whose
// proto says that repeating is safe are retried.
#include <arpa/inet.h>
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <string_view>
#include <thread>

#include "lib/base/check.h"
#include "lib/rpc/channel.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"

namespace octavo::rpc {
namespace {

// gRPC's own clock, so that no wall clock is read here.
gpr_timespec InTwentySeconds() { return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(20, GPR_TIMESPAN)); }

// Counts its calls; fails the first `failures` of them.
class CountingCatalog final : public catalog::v1::CatalogService::Service {
 public:
  grpc::Status GetBook(grpc::ServerContext*, const catalog::v1::GetBookRequest*, catalog::v1::Book*) override { return Answer(); }
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
  explicit Instance(const std::string& address = "127.0.0.1:0") {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&catalog);
    server_ = builder.BuildAndStart();
  }

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void SetServing(bool serving) { server_->GetHealthCheckService()->SetServingStatus("", serving); }

  CountingCatalog catalog;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// A name server (RFC 1035) on a port of its own, where every name has the addresses 127.0.0.1 and 127.0.0.2.
class NameServer {
 public:
  NameServer() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    CHECK(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    CHECK(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~NameServer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  static std::string Answer(std::string_view query) {
    constexpr std::size_t kHeader = 12;
    std::size_t end = kHeader;  // Of the question: labels, type, class.
    while (query.at(end) != '\0') end += 1 + static_cast<unsigned char>(query.at(end));
    end += 5;
    const bool wants_ipv4 = query.substr(end - 4, 2) == std::string_view("\0\1", 2);
    const char count = wants_ipv4 ? 2 : 0;
    std::string answer(query.substr(0, 2));                                     // The query's number.
    answer += {'\x84', '\0', '\0', '\1', '\0', count, '\0', '\0', '\0', '\0'};  // An answer, with authority.
    answer += query.substr(kHeader, end - kHeader);
    for (char host = 1; host <= count; ++host) {
      // The name of the question; type A, class IN, good for 60 seconds; four bytes.
      answer += {'\xc0', '\x0c', '\0', '\1', '\0', '\1', '\0', '\0', '\0', '\x3c', '\0', '\4', '\x7f', '\0', '\0', host};
    }
    return answer;
  }
  void Serve() {
    while (true) {
      char query[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t count = recvfrom(socket_, query, sizeof query, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (count <= 0) return;
      const std::string answer = Answer({query, static_cast<std::size_t>(count)});
      (void)sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  const int socket_;
  int port_ = 0;
  std::thread thread_;
};

class BalancingTest : public testing::Test {
 protected:
  std::unique_ptr<catalog::v1::CatalogService::Stub> ConnectTo(const std::string& target) {
    return catalog::v1::CatalogService::NewStub(Connect({.target = target, .services = {"octavo.catalog.v1.CatalogService"}}));
  }
  static grpc::Status GetBook(catalog::v1::CatalogService::Stub& stub) {
    grpc::ClientContext context;
    context.set_deadline(InTwentySeconds());
    context.set_wait_for_ready(true);
    catalog::v1::Book book;
    return stub.GetBook(&context, {}, &book);
  }

  // The news travels by the health stream; once it has arrived, every call goes elsewhere.
  static void WaitUntilOnlyOthersAreCalled(catalog::v1::CatalogService::Stub& stub, const Instance& left_out) {
    int in_a_row = 0;
    while (in_a_row < 20) {
      const int before = left_out.catalog.calls;
      ASSERT_TRUE(GetBook(stub).ok());
      in_a_row = left_out.catalog.calls == before ? in_a_row + 1 : 0;
    }
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

  WaitUntilOnlyOthersAreCalled(*stub, first_);
}

TEST_F(BalancingTest, SpreadsCallsOverAllAddressesOfANameAndLeavesOutThoseThatAreNotServing) {
  // The same port on another address of this machine.
  std::optional<Instance> same_port;
  same_port.emplace("127.0.0.2:" + std::to_string(first_.port()));
  ASSERT_EQ(same_port->port(), first_.port());
  const NameServer names;
  const auto stub = ConnectTo("dns://" + names.address() + "/catalog.shop.test:" + std::to_string(first_.port()));

  while (first_.catalog.calls == 0 || same_port->catalog.calls == 0) ASSERT_TRUE(GetBook(*stub).ok());
  first_.SetServing(false);
  WaitUntilOnlyOthersAreCalled(*stub, first_);

  first_.SetServing(true);
  const int before = first_.catalog.calls;
  while (first_.catalog.calls == before) ASSERT_TRUE(GetBook(*stub).ok());
  same_port.reset();  // Its process dies: nobody hears of it but those whose call was under way.
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(GetBook(*stub).ok());
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
