// The server as a peer meets it that speaks HTTP/2 by hand: one that pings, and one that has died.
#include "lib/rpc/server_limits.h"

#include <arpa/inet.h>
#include <grpcpp/generic/async_generic_service.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "lib/base/check.h"

namespace octavo::rpc {
namespace {

using namespace std::chrono_literals;

constexpr char kGoAway = 7;  // The types of frames (RFC 9113, section 6).
constexpr char kPing = 6;
constexpr char kSettings = 4;
constexpr char kAck = 1;

std::string Frame(char type, char flags, const std::string& payload = "") {
  std::string frame{'\0', '\0', static_cast<char>(payload.size()), type, flags, '\0', '\0', '\0', '\0'};
  return frame + payload;
}

class Http2Peer {
 public:
  explicit Http2Peer(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience = {.tv_sec = 20, .tv_usec = 0};
    CHECK(setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0));
  }
  ~Http2Peer() { close(socket_); }

  void Send(const std::string& bytes) { CHECK(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0); }
  // The type of the next frame; 0 when the server has closed. Acknowledgements of our own are told apart by `acknowledges`.
  char Next(bool& acknowledges) {
    char head[9];
    for (std::size_t got = 0; got < sizeof(head);) {
      const ssize_t count = recv(socket_, head + got, sizeof(head) - got, 0);
      CHECK(count >= 0 || errno == ECONNRESET);
      if (count <= 0) return 0;
      got += static_cast<std::size_t>(count);
    }
    std::string payload(static_cast<unsigned char>(head[1]) * 256U + static_cast<unsigned char>(head[2]), '\0');
    for (std::size_t got = 0; got < payload.size();) {
      const ssize_t count = recv(socket_, payload.data() + got, payload.size() - got, 0);
      if (count <= 0) return 0;
      got += static_cast<std::size_t>(count);
    }
    acknowledges = (head[4] & kAck) != 0;
    if (head[3] == kSettings && !acknowledges) Send(Frame(kSettings, kAck));
    return head[3];
  }

 private:
  const int socket_;
};

class ServerLimitsTest : public testing::Test {
 protected:
  int Start(const ServerLimits& limits) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterCallbackGenericService(&service_);
    Apply(limits, builder);
    server_ = builder.BuildAndStart();
    return port;
  }

  grpc::CallbackGenericService service_;  // Answers UNIMPLEMENTED.
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(ServerLimitsTest, APeerThatDiesIsNoticed) {
  Http2Peer peer(Start({.keepalive_time = 50ms, .keepalive_timeout = 50ms}));
  bool asked = false;
  bool acknowledges = false;

  while (const char type = peer.Next(acknowledges)) asked = asked || (type == kPing && !acknowledges);  // Never answered.

  EXPECT_TRUE(asked);
}

// How many of its own pings the server answers before it sends the peer away, up to 20.
int PingsUntilSentAway(Http2Peer& peer) {
  for (int answered = 0; answered < 20;) {
    peer.Send(Frame(kPing, 0, "octavo-1"));
    bool acknowledges = false;
    char type = 0;
    do type = peer.Next(acknowledges);
    while (type != 0 && type != kGoAway && !(type == kPing && acknowledges));
    if (type != kPing) return answered;
    ++answered;
  }
  return 20;
}

TEST_F(ServerLimitsTest, APeerMayPingAsOftenAsItIsAllowed) {
  Http2Peer peer(Start({.ping_interval_min = 0ms}));

  EXPECT_EQ(PingsUntilSentAway(peer), 20);
}

TEST_F(ServerLimitsTest, APeerThatPingsMoreOftenIsSentAway) {
  Http2Peer peer(Start({.ping_interval_min = 60'000ms}));

  EXPECT_LT(PingsUntilSentAway(peer), 10);
}

}  // namespace
}  // namespace octavo::rpc
