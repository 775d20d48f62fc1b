// The server as strangers meet it: through a plain socket, byte by byte.
#include "lib/http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "lib/base/check.h"
#include "lib/testing/matchers.h"
#include "lib/testing/wait_until.h"

namespace octavo::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A socket and nothing else.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    CHECK(socket_ >= 0);
    const timeval patience = {.tv_sec = 20, .tv_usec = 0};
    CHECK(setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  ~RawClient() { close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads until `end` stands in what came, and takes all up to it; what came so far when the server closes
  // first.
  std::string ReadUntil(std::string_view end) {
    while (true) {
      const std::size_t at = received_.find(end);
      if (at != std::string::npos) {
        std::string taken = received_.substr(0, at + end.size());
        received_.erase(0, taken.size());
        return taken;
      }
      if (!ReadMore()) return std::exchange(received_, {});
    }
  }

  // One response with a Content-Length.
  std::string ReadResponse() {
    std::string response = ReadUntil("\r\n\r\n");
    const std::size_t at = response.find("Content-Length: ");
    if (at == std::string::npos) return response;
    const std::size_t length = std::stoul(response.substr(at + 16));
    while (received_.size() < length && ReadMore()) {
    }
    response += received_.substr(0, length);
    received_.erase(0, length);
    return response;
  }

  std::string ReadAll() { return ReadUntil("\x01 never sent \x01"); }
  bool IsClosed() { return ReadAll().empty(); }

 private:
  bool ReadMore() {
    char bytes[4096];
    const ssize_t count = recv(socket_, bytes, sizeof(bytes), 0);
    CHECK(count >= 0 || errno == ECONNRESET);  // Not our patience.
    if (count <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  const int socket_;
  std::string received_;
};

class ServerTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    Router router;
    router.Get("/", [](const Request&) { return PlainText(200, "home"); });
    router.Get(
        "/inline", [](const Request&) { return PlainText(200, "inline"); }, Run::kInline);
    router.Get("/echo", [](const Request& request) { return PlainText(200, std::string(request.query.Get("q"))); });
    router.Get("/books/{}", [](const Request&, std::int64_t id) { return PlainText(200, std::to_string(id)); });
    router.Post("/form", [](const Request& request) {
      const Result<Params> form = request.Form();
      return form.ok() ? PlainText(200, std::string(form->Get("a"))) : PlainText(400, form.error().message);
    });
    router.Post(
        "/body",
        [](const Request& request) {
          return PlainText(200, std::to_string(request.body.size()) + (request.headers.Has("X-Late") ? " trailer" : ""));
        },
        Run::kOnWorker, /*body_bytes_max=*/1000);
    router.Get("/throws", [](const Request&) -> Response { throw std::runtime_error("secret detail"); });
    router.Get("/etag", [](const Request&) {
      Response response = PlainText(200, "body");
      response.etag = "v1";
      return response;
    });
    router.Get("/wait", [this](const Request&) {
      ++waiting_;
      gate_.get_future().wait();
      return PlainText(200, "waited");
    });
    router.Get(
        "/wait-patiently",
        [this](const Request&) {
          if (++waiting_ == 1) gate_.get_future().wait();
          return PlainText(200, "waited");
        },
        Run::kOnPatientWorker);
    router.Get("/events", [this](const Request&) {
      Response response;
      response.stream = [this](const std::shared_ptr<EventStream>& stream) { stream_.set_value(stream); };
      return response;
    });
    auto server = Server::Start(std::move(options), std::move(router), clock_);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  std::string Ask(const std::string& bytes) {
    RawClient client(server_->port());
    client.Send(bytes);
    return client.ReadAll();
  }

  static std::string Get(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: shop\r\n" + headers + "\r\n";
  }

  SystemClock clock_;
  std::promise<void> gate_;
  std::atomic<int> waiting_ = 0;
  std::promise<std::shared_ptr<EventStream>> stream_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersSeveralRequestsOnOneConnection) {
  Start();
  RawClient client(server_->port());

  for (int i = 0; i < 3; ++i) {
    client.Send(Get("/books/" + std::to_string(i)));
    EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\n" + std::to_string(i)));
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  RawClient client(server_->port());

  client.Send(Get("/books/1") + Get("/inline") + Get("/books/3", "Connection: close\r\n"));

  EXPECT_THAT(client.ReadResponse(), HasSubstr("\r\n\r\n1"));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("\r\n\r\ninline"));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("\r\n\r\n3"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, DecodesQueriesAndForms) {
  Start();

  EXPECT_THAT(Ask(Get("/echo?q=le+gu%69n", "Connection: close\r\n")), HasSubstr("\r\n\r\nle guin"));
  EXPECT_THAT(Ask("POST /form HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 5\r\n"
                  "Content-Type: application/x-www-form-urlencoded\r\n\r\na=%41"),
              HasSubstr("\r\n\r\nA"));
}

TEST_F(ServerTest, AnswersHeadAndConditionalRequestsWithoutABody) {
  Start();
  RawClient client(server_->port());

  client.Send("HEAD / HTTP/1.1\r\nHost: shop\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), HasSubstr("Content-Length: 4"));
  client.Send(Get("/etag", "If-None-Match: W/\"v1\"\r\n"));
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 304"));
  client.Send(Get("/", "Connection: close\r\n"));
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, ServesHttp10ReadersOneRequestEach) {
  Start();

  EXPECT_THAT(Ask("GET / HTTP/1.0\r\n\r\n"), HasSubstr("\r\n\r\nhome"));
}

TEST_F(ServerTest, GivesAStatusForWhatItDoesNotHave) {
  Start();

  EXPECT_THAT(Ask(Get("/none", "Connection: close\r\n")), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask(Get("/books/x", "Connection: close\r\n")), StartsWith("HTTP/1.1 404"));
  const std::string refused = Ask("DELETE /form HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(refused, HasSubstr("Allow: POST\r\n"));
}

TEST_F(ServerTest, AnExceptionIsOneReadersBadDayAndTellsNothing) {
  std::promise<std::string> reported;
  Start({.on_exception = [&](const std::exception& exception) { reported.set_value(exception.what()); }});
  RawClient client(server_->port());

  client.Send(Get("/throws") + Get("/"));

  const std::string response = client.ReadResponse();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(response, Not(HasSubstr("secret")));
  EXPECT_EQ(reported.get_future().get(), "secret detail");
  EXPECT_THAT(client.ReadResponse(), HasSubstr("home"));
}

TEST_F(ServerTest, RefusesWhatTwoReadersMightReadDifferently) {
  Start();
  const struct {
    std::string bytes;
    int status;
  } cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},                        // No Host.
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},  // Two.
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},  // Space before the colon.
      {"GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nab", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nab", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\nab", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400},  // Folded.
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\t2\r\n\r\nab", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n  folded\r\n\r\n", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 0x2\r\n\r\nab", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"\x16\x03\x01\x02\r\n\r\n", 400},  // TLS by mistake.
  };
  for (const auto& c : cases) {
    const std::string response = Ask(c.bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 " + std::to_string(c.status))) << c.bytes;
    EXPECT_THAT(response, HasSubstr("Connection: close")) << c.bytes;
    EXPECT_EQ(response.find("HTTP/1.1", 1), std::string::npos) << "answered twice: " << c.bytes;
  }
}

TEST_F(ServerTest, ReadsChunkedBodiesAndKeepsTrailersOutOfTheHeaders) {
  Start();

  EXPECT_THAT(Ask("POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: yes\r\n\r\n"),
              testing::EndsWith("\r\n\r\n5"));
}

TEST_F(ServerTest, RefusesHeadersAndBodiesAboveTheirLimits) {
  Start({.header_bytes_max = 2048});
  const std::string big(3000, 'x');

  EXPECT_THAT(Ask(Get("/", "X: " + big + "\r\n")), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(Ask(Get("/" + big)), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(Ask("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n" + big), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nBB8\r\n" + big + "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" + big.substr(0, 1000)),
              HasSubstr("\r\n\r\n1000"));
}

TEST_F(ServerTest, BoundsWhatAChunkedBodyBringsBesideItsBytes) {
  Start({.body_timeout = milliseconds(60'000)});
  const std::string head = "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const struct {
    std::string before;
    std::string piece;
  } cases[] = {
      {"1;x=", std::string(4000, 'x')},                   // One extension without an end.
      {"", "1;" + std::string(4000, 'x') + "\r\na\r\n"},  // Many small chunks with long ones.
      {"0\r\n", "X-Trailer: " + std::string(4000, 'x') + "\r\n"},
      {"", std::string(4000, '0')},  // A size of zeros.
  };
  for (const auto& c : cases) {
    RawClient client(server_->port());
    ASSERT_TRUE(client.Send(head + c.before));
    std::size_t sent = 0;
    while (sent < (64U << 20) && client.Send(c.piece)) sent += c.piece.size();

    // The sockets' own buffers hold a few megabytes at most.
    EXPECT_LT(sent, 32U << 20) << c.before << c.piece.substr(0, 10);
  }
  EXPECT_THAT(Ask(Get("/", "Connection: close\r\n")), HasSubstr("home"));
}

TEST_F(ServerTest, ABodyIsOnlyReadWhereARouteWantsOne) {
  Start();
  const std::string length = "HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

  EXPECT_THAT(Ask("GET / " + length + "12345"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("POST /nowhere " + length + "12345"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Ask("POST / " + length), StartsWith("HTTP/1.1 405"));
}

TEST_F(ServerTest, SaysContinueBeforeItReadsABodyThatWaitsForIt) {
  Start();
  RawClient client(server_->port());

  client.Send("POST /body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ab");
  EXPECT_THAT(client.ReadResponse(), HasSubstr("\r\n\r\n2"));

  client.Send("POST /body HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Ask("POST /body HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\nab"),
              StartsWith("HTTP/1.1 417"));
}

TEST_F(ServerTest, ClosesOnThoseWhoTrickleTheirHeaders) {
  Start({.header_timeout = milliseconds(100)});
  RawClient client(server_->port());

  client.Send("GET / HTTP/1.1\r\nHost: a\r\n");
  EXPECT_TRUE(WaitUntil([&] { return !client.Send("X-Slow: 1\r\n"); }));

  RawClient silent(server_->port());
  EXPECT_TRUE(silent.IsClosed());
}

TEST_F(ServerTest, ClosesOnThoseWhoTrickleTheirBodies) {
  Start({.body_timeout = milliseconds(100)});
  RawClient client(server_->port());

  client.Send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");

  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, ClosesIdleConnections) {
  Start({.idle_timeout = milliseconds(50)});
  RawClient client(server_->port());

  client.Send(Get("/"));

  EXPECT_THAT(client.ReadResponse(), HasSubstr("keep-alive"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, ClosesAConnectionAfterItsShareOfRequests) {
  Start({.requests_per_connection_max = 2});
  RawClient client(server_->port());

  client.Send(Get("/") + Get("/") + Get("/"));

  client.ReadResponse();
  EXPECT_THAT(client.ReadResponse(), HasSubstr("Connection: close"));
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, MakesRoomForANewcomerByClosingTheLongestIdle) {
  Start({.connections_max = 2});
  RawClient first(server_->port());
  first.Send(Get("/"));
  first.ReadResponse();
  RawClient second(server_->port());
  second.Send(Get("/"));
  second.ReadResponse();

  RawClient third(server_->port());
  third.Send(Get("/"));

  EXPECT_THAT(third.ReadResponse(), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(first.IsClosed());
  second.Send(Get("/"));
  EXPECT_THAT(second.ReadResponse(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, WhoSendsHalfARequestMakesRoomToo) {
  Start({.connections_max = 4});
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (int i = 0; i < 12; ++i) {
    crowd.push_back(std::make_unique<RawClient>(server_->port()));
    crowd.back()->Send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n"
                                  : "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  }

  EXPECT_THAT(Ask(Get("/", "Connection: close\r\n")), HasSubstr("home"));
  EXPECT_TRUE(crowd.front()->IsClosed());
}

TEST_F(ServerTest, OnePeerHasAShareOfTheConnections) {
  Start({.connections_max = 100, .connections_per_peer_max = 2});
  RawClient first(server_->port());
  RawClient second(server_->port());
  second.Send(Get("/"));
  second.ReadResponse();

  EXPECT_THAT(Ask(Get("/", "Connection: close\r\n")), HasSubstr("home"));
  EXPECT_TRUE(first.IsClosed());  // The one that has waited longest.
}

TEST_F(ServerTest, BehindAProxyTheSharesAreOfTheNetworkItNames) {
  Start({.connections_per_peer_max = 1, .requests_per_client_max = 1, .client_of = [](const Request& request) {
           return std::string(request.headers.Get("X-Client"));
         }});
  RawClient busy(server_->port());
  busy.Send(Get("/wait", "X-Client: 2001:db8:1:2::1\r\n"));
  EXPECT_TRUE(WaitUntil([&] { return waiting_ > 0; }));

  EXPECT_THAT(Ask(Get("/", "X-Client: 2001:db8:1:2::2\r\n")), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Ask(Get("/", "X-Client: bob\r\nConnection: close\r\n")), HasSubstr("home"));
  gate_.set_value();
  EXPECT_THAT(busy.ReadResponse(), HasSubstr("waited"));
  EXPECT_THAT(Ask(Get("/", "X-Client: 2001:db8:1:2::2\r\nConnection: close\r\n")), HasSubstr("home"));
}

TEST_F(ServerTest, BodiesHaveABudgetForAllAndTheOldestMakesRoom) {
  Start({.bodies_bytes_max = 2000});
  RawClient idle(server_->port());  // It waits longest, and holds nothing of the budget.
  idle.Send(Get("/"));
  idle.ReadResponse();
  const std::string half = "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(900, 'x');
  RawClient first(server_->port());
  first.Send(half);
  EXPECT_TRUE(WaitUntil([&] { return server_->held_body_bytes() >= 900; }));
  RawClient second(server_->port());
  second.Send(half);
  EXPECT_TRUE(WaitUntil([&] { return server_->held_body_bytes() >= 1800; }));

  RawClient third(server_->port());
  third.Send(half + std::string(100, 'x'));

  EXPECT_THAT(third.ReadResponse(), HasSubstr("\r\n\r\n1000"));
  EXPECT_TRUE(first.IsClosed());
  idle.Send(Get("/"));
  EXPECT_THAT(idle.ReadResponse(), HasSubstr("home"));
  second.Send(std::string(100, 'x'));
  EXPECT_THAT(second.ReadResponse(), HasSubstr("\r\n\r\n1000"));
}

TEST_F(ServerTest, TellsANewcomerThatItIsFullWhenNobodyIsIdle) {
  Start({.connections_max = 1});
  RawClient busy(server_->port());
  busy.Send(Get("/wait"));
  EXPECT_TRUE(WaitUntil([&] { return waiting_ > 0; }));

  RawClient newcomer(server_->port());
  EXPECT_THAT(newcomer.ReadAll(), StartsWith("HTTP/1.1 503"));

  gate_.set_value();
  EXPECT_THAT(busy.ReadResponse(), HasSubstr("waited"));
}

TEST_F(ServerTest, RefusesWith503WhenTheWorkersQueueIsFullAndStillServesInline) {
  Start({.worker_threads = 1, .queue_max = 1});
  RawClient running(server_->port());
  running.Send(Get("/wait"));
  EXPECT_TRUE(WaitUntil([&] { return waiting_ > 0; }));
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (int i = 0; i < 3; ++i) {
    crowd.push_back(std::make_unique<RawClient>(server_->port()));
    crowd.back()->Send(Get("/", "Connection: close\r\n"));
  }

  EXPECT_THAT(Ask(Get("/inline", "Connection: close\r\n")), HasSubstr("inline"));
  gate_.set_value();
  int refused = 0;
  for (const auto& client : crowd) refused += client->ReadAll().starts_with("HTTP/1.1 503") ? 1 : 0;

  EXPECT_EQ(refused, 2);
  EXPECT_THAT(running.ReadResponse(), HasSubstr("waited"));
}

TEST_F(ServerTest, HoweverManyWaitPatientlyTheOthersComeAsEver) {
  Start({.worker_threads = 1, .patient_threads = 1, .patient_queue_max = 1});
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (int i = 0; i < 3; ++i) {
    crowd.push_back(std::make_unique<RawClient>(server_->port()));
    crowd.back()->Send(Get("/wait-patiently", "Connection: close\r\n"));
    EXPECT_TRUE(WaitUntil([&] { return waiting_ > 0; }));  // The first has the thread.
  }

  EXPECT_THAT(Ask(Get("/", "Connection: close\r\n")), StartsWith("HTTP/1.1 200"));
  gate_.set_value();
  int refused = 0;
  for (const auto& client : crowd) refused += client->ReadAll().starts_with("HTTP/1.1 503") ? 1 : 0;

  EXPECT_EQ(refused, 1) << "one runs, one waits";
}

TEST_F(ServerTest, StreamsEventsUntilTheirSourceCloses) {
  Start();
  RawClient client(server_->port());
  client.Send(Get("/events"));
  const std::shared_ptr<EventStream> stream = stream_.get_future().get();

  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream"));
  ASSERT_TRUE(stream->Send("stock", "3"));
  EXPECT_THAT(client.ReadUntil("\n\n"), HasSubstr("event: stock\ndata: 3\n\n"));
  ASSERT_TRUE(stream->Send("stock", "2"));
  stream->Close();

  EXPECT_THAT(client.ReadAll(), testing::AllOf(HasSubstr("data: 2"), testing::EndsWith("0\r\n\r\n")));
  EXPECT_FALSE(stream->Send("stock", "1"));
}

TEST_F(ServerTest, NoticesThatAReaderOfEventsHasGone) {
  Start({.heartbeat = milliseconds(10)});
  std::promise<void> closed;
  std::shared_ptr<EventStream> stream;
  {
    RawClient client(server_->port());
    client.Send(Get("/events"));
    stream = stream_.get_future().get();
    EXPECT_THAT(client.ReadUntil(": still here"), HasSubstr("still here"));
  }
  stream->OnClose([&] { closed.set_value(); });

  closed.get_future().wait();  // The test's own time limit ends a wait in vain.
  EXPECT_FALSE(stream->Send("stock", "1"));
}

TEST_F(ServerTest, ClosesOnAReaderWhoTakesEventsTooSlowly) {
  Start();
  RawClient client(server_->port());
  client.Send(Get("/events"));
  const std::shared_ptr<EventStream> stream = stream_.get_future().get();

  int sent = 0;
  while (stream->Send("", std::string(32 * 1024, 'x'))) ++sent;

  EXPECT_LT(sent, 100'000);
}

TEST_F(ServerTest, RefusesMoreStreamsThanAllowed) {
  Start({.streams_max = 0});

  EXPECT_THAT(Ask(Get("/events", "Connection: close\r\n")), StartsWith("HTTP/1.1 503"));
}

TEST_F(ServerTest, OneClientHasAShareOfTheStreams) {
  Start({.streams_per_client_max = 1});
  RawClient reader(server_->port());
  reader.Send(Get("/events"));
  const std::shared_ptr<EventStream> stream = stream_.get_future().get();

  EXPECT_THAT(Ask(Get("/events", "Connection: close\r\n")), StartsWith("HTTP/1.1 503"));
  stream->Close();
}

TEST_F(ServerTest, StopLetsARunningRequestFinishAndSaysGoodbye) {
  Start();
  RawClient client(server_->port());
  client.Send(Get("/wait"));
  RawClient idle(server_->port());
  idle.Send(Get("/"));
  idle.ReadResponse();
  EXPECT_TRUE(WaitUntil([&] { return waiting_ > 0; }));

  std::thread stopper([&] { server_->Stop(std::chrono::seconds(20)); });
  EXPECT_TRUE(idle.IsClosed());
  gate_.set_value();

  EXPECT_THAT(client.ReadAll(), HasSubstr("waited"));
  stopper.join();
  EXPECT_EQ(server_->connection_count(), 0U);
}

TEST_F(ServerTest, StopWithoutGraceClosesStreamsAndSilentConnections) {
  Start();
  RawClient reader(server_->port());
  reader.Send(Get("/events"));
  const std::shared_ptr<EventStream> stream = stream_.get_future().get();
  RawClient silent(server_->port());

  server_->Stop(milliseconds(0));

  EXPECT_FALSE(stream->Send("stock", "1"));
  EXPECT_TRUE(silent.IsClosed());
  server_.reset();
  stream->Close();  // Whoever kept the stream may still call it.
}

TEST_F(ServerTest, TellsObserversAndLetsDecoratorsAddHeaders) {
  std::mutex mutex;
  std::vector<std::string> seen;
  Start({.decorate = [](const Request&, Response& response) { response.headers.Add("X-Shop", "Octavo"); },
         .error_page = [](const Request&, int status) { return PlainText(status, "a page with a way on"); },
         .observe =
             [&](const Exchange& exchange) {
               const std::lock_guard lock(mutex);
               seen.push_back(std::string(exchange.route) + " " + std::to_string(exchange.status));
             }});
  RawClient client(server_->port());

  client.Send(Get("/books/3") + Get("/none"));

  EXPECT_THAT(client.ReadResponse(), HasSubstr("X-Shop: Octavo"));
  EXPECT_THAT(client.ReadResponse(), testing::AllOf(HasSubstr("X-Shop: Octavo"), HasSubstr("a way on")));
  const std::lock_guard lock(mutex);
  EXPECT_THAT(seen, testing::ElementsAre("/books/{} 200", " 404"));
}

TEST_F(ServerTest, ManyReadersAtOnceEachGetTheirOwnAnswer) {
  Start({.io_threads = 2, .worker_threads = 4});
  std::vector<std::thread> readers;
  std::atomic<int> good = 0;
  for (int reader = 0; reader < 16; ++reader) {
    readers.emplace_back([&, reader] {
      RawClient client(server_->port());
      for (int i = 0; i < 50; ++i) {
        const std::string id = std::to_string(reader * 1000 + i);
        client.Send(Get("/books/" + id));
        if (client.ReadResponse().ends_with("\r\n\r\n" + id)) ++good;
      }
    });
  }
  for (std::thread& thread : readers) thread.join();

  EXPECT_EQ(good, 16 * 50);
}

TEST(ServerStartTest, SaysWhyItCannotListen) {
  SystemClock clock;
  const auto first = Server::Start({}, Router{}, clock);
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(Server::Start({.port = (*first)->port()}, Router{}, clock), HasReason("CANNOT_LISTEN"));
  EXPECT_THAT(Server::Start({.address = "shop.example"}, Router{}, clock), HasReason("BAD_ADDRESS"));
}

}  // namespace
}  // namespace octavo::http
