// Who gets in with which certificate, over real sockets; certificates made by openssl in a folder of the test.
#include "lib/rpc/tls.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "lib/base/check.h"
#include "lib/rpc/channel.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "unary.grpc.pb.h"

namespace octavo::rpc {
namespace {

class EchoService final : public unary::Unary::Service {
  grpc::Status GetServerResponse(grpc::ServerContext*, const unary::Message* request, unary::MessageResponse* response) override {
    response->set_message(request->message());
    return grpc::Status::OK;
  }
};

class TlsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    for (const std::string shop : {"ours", "theirs"}) {
      const std::string base = (*dir_ / shop).string();
      Run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" + shop + " -keyout " +
          base + "-authority.key -out " + base + "-authority.pem");
      Run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=catalog -keyout " + base + ".key -out " +
          base + ".csr");
      std::ofstream(base + ".ext") << "subjectAltName=IP:127.0.0.1\n";
      Run("openssl x509 -req -days 2 -in " + base + ".csr -CA " + base + "-authority.pem -CAkey " + base +
          "-authority.key -CAcreateserial -extfile " + base + ".ext -out " + base + ".pem");
    }
  }
  static void TearDownTestSuite() { delete dir_; }

  static void Run(const std::string& command) { CHECK(std::system((command + " 2>/dev/null").c_str()) == 0); }

  static std::string Path(const std::string& name) { return (*dir_ / name).string(); }
  static TlsFiles Files(const std::string& shop) {
    return {.certificate = Path(shop + ".pem"), .key = Path(shop + ".key"), .authority = Path(shop + "-authority.pem")};
  }

  // What a client with `files` hears from a server of our shop.
  static grpc::StatusCode Ask(const TlsFiles& files) {
    EchoService service;
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", MakeServerCredentials(Files("ours")).value(), &port);
    builder.RegisterService(&service);
    const auto server = builder.BuildAndStart();
    const auto channel =
        Connect({.target = "127.0.0.1:" + std::to_string(port), .credentials = MakeChannelCredentials(files).value()});
    const auto stub = unary::Unary::NewStub(channel);
    grpc::ClientContext context;
    unary::Message request;
    request.set_message("hello");
    unary::MessageResponse response;
    const grpc::Status status = stub->GetServerResponse(&context, request, &response);
    if (status.ok()) {
      EXPECT_EQ(response.message(), "hello");
    }
    return status.error_code();
  }

  static TempDir* dir_;
};

TempDir* TlsTest::dir_ = nullptr;

TEST_F(TlsTest, TheShopsOwnGetIn) { EXPECT_EQ(Ask(Files("ours")), grpc::StatusCode::OK); }

TEST_F(TlsTest, WithoutACertificateNobodyGetsIn) { EXPECT_EQ(Ask({}), grpc::StatusCode::UNAVAILABLE); }

TEST_F(TlsTest, ACertificateOfAnotherAuthorityIsRefused) {
  TlsFiles stranger = Files("theirs");
  stranger.authority = Path("ours-authority.pem");  // They know who we are, we do not know them.
  EXPECT_EQ(Ask(stranger), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, AServerOfAnotherAuthorityIsNotBelieved) {
  TlsFiles careful = Files("ours");
  careful.authority = Path("theirs-authority.pem");
  EXPECT_EQ(Ask(careful), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, FilesThatDoNotFitAreNamed) {
  TlsFiles files = Files("ours");
  files.key = "";
  EXPECT_THAT(MakeServerCredentials(files).error().message, testing::HasSubstr("--tls-key=: "));
  files.key = Path("nowhere.key");
  EXPECT_THAT(MakeServerCredentials(files).error().message, testing::HasSubstr("nowhere.key: cannot be read"));
  files.key = Path("theirs.key");
  EXPECT_THAT(MakeServerCredentials(files).error().message, testing::HasSubstr("is not the key of the certificate"));
  files = Files("ours");
  files.authority = Path("ours.csr");
  EXPECT_THAT(MakeChannelCredentials(files).error().message, testing::HasSubstr("--tls-authority="));
  files = Files("ours");
  files.certificate = Path("ours.ext");
  EXPECT_THAT(MakeChannelCredentials(files).error().message, testing::HasSubstr("is not a certificate"));
}

TEST_F(TlsTest, SaysWhenACertificateEnds) {
  const auto times = ReadCertificateTimes(Path("ours.pem"));
  ASSERT_THAT(times, IsOk());
  EXPECT_EQ(times->ends - times->begins, std::chrono::hours(48));
  EXPECT_THAT(ReadCertificateTimes(Path("ours.ext")), HasReason("BAD_OPTION"));
  EXPECT_THAT(ReadCertificateTimes(Path("nowhere")), HasReason("BAD_OPTION"));
}

TEST(IsLoopbackTest, OnlyThisMachineIs) {
  for (const char* address : {"", "127.0.0.1:50051", "127.0.0.2:0", "[::1]:1", "localhost:50051", "unix:/run/x.sock"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:50051", "[::]:50051", "192.0.2.1:1", "shop.example:50051", ":50051"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace octavo::rpc
