#include "lib/rpc/peer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client_streaming.grpc.pb.h"
#include "lib/testing/leaping_clock.h"
#include "lib/testing/matchers.h"
#include "server_streaming.grpc.pb.h"
#include "unary.grpc.pb.h"

namespace octavo::rpc {
namespace {

using namespace std::chrono_literals;
using client_streaming::ClientStreaming;
using server_streaming::ServerStreaming;
using unary::Unary;

// Answers with what it is asked, or with the status that it is told.
class EchoService final : public Unary::Service {
 public:
  std::atomic<grpc::StatusCode> code = grpc::StatusCode::OK;
  std::atomic<int> calls = 0;

 private:
  grpc::Status GetServerResponse(grpc::ServerContext*, const unary::Message* request, unary::MessageResponse* response) override {
    ++calls;
    response->set_message(request->message());
    return code == grpc::StatusCode::OK ? grpc::Status::OK : grpc::Status(code, "as told");
  }
};

// Sends two messages; then ends, or waits for the client to go.
class TwoMessages final : public ServerStreaming::Service {
  grpc::Status GetServerResponse(grpc::ServerContext* context, const server_streaming::Message* request,
                                 grpc::ServerWriter<server_streaming::Message>* writer) override {
    server_streaming::Message message;
    for (const char* text : {"one", "two"}) {
      message.set_message(text);
      writer->Write(message);
    }
    if (request->message() == "fail") return {grpc::StatusCode::ABORTED, "as asked"};
    if (request->message() == "end") return grpc::Status::OK;
    while (!context->IsCancelled() && writer->Write(message)) {
    }
    return grpc::Status::CANCELLED;
  }
};

class Counting final : public ClientStreaming::Service {
  grpc::Status GetServerResponse(grpc::ServerContext*, grpc::ServerReader<client_streaming::Message>* reader,
                                 client_streaming::MessageCount* response) override {
    client_streaming::Message message;
    while (reader->Read(&message)) {
      if (message.message() == "stop") return {grpc::StatusCode::ABORTED, "as asked"};
      response->set_count(response->count() + 1);
    }
    return grpc::Status::OK;
  }
};

class PeerTest : public testing::Test {
 protected:
  PeerTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&echo_);
    builder.RegisterService(&two_messages_);
    builder.RegisterService(&counting_);
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
  }

  static unary::Message Message(const std::string& text) {
    unary::Message message;
    message.set_message(text);
    return message;
  }
  static Pending<unary::MessageResponse> Ask(Peer<Unary>& peer, const std::string& text = {}, const Limits& limits = {}) {
    return peer.Ask(&Unary::Stub::async::GetServerResponse, Message(text), limits);
  }

  // Follows to the end; gives what was heard, with the reason of the end last.
  std::vector<std::string> Hear(const std::string& text, bool cancels) {
    Peer<ServerStreaming> peer(channel_, telemetry_, Breaking::kWhenAway);
    server_streaming::Message request;
    request.set_message(text);
    std::vector<std::string> heard;
    std::promise<void> first;
    std::promise<std::string> end;
    std::once_flag once;
    const auto subscription = peer.Follow(
        &ServerStreaming::Stub::async::GetServerResponse, request, /*bearer=*/nullptr,
        {.message =
             [&](const server_streaming::Message& message) {
               if (heard.size() < 2) heard.push_back(message.message());
               std::call_once(once, [&] { first.set_value(); });
             },
         .end = [&](const Status& status) { end.set_value(status.ok() ? "OK" : std::string(CodeName(status.error().code))); }});
    first.get_future().wait();
    if (cancels) subscription->Cancel();
    const std::string reason = end.get_future().get();
    heard.push_back(reason);
    return heard;
  }

  LeapingClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  const Telemetry telemetry_{*log_, metrics_, tracer_, clock_};
  EchoService echo_;
  TwoMessages two_messages_;
  Counting counting_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(PeerTest, GivesTheAnswerOfEachCall) {
  Peer<Unary> peer(channel_, telemetry_, Breaking::kWhenAway);
  auto first = Ask(peer, "first");
  auto second = Ask(peer, "second");
  EXPECT_EQ(second.Get().value().message(), "second");
  EXPECT_EQ(first.Get().value().message(), "first");
}

TEST_F(PeerTest, GivesWhatAStepMakesOfTheAnswer) {
  Peer<Unary> peer(channel_, telemetry_, Breaking::kWhenAway);
  int steps = 0;
  auto length = Ask(peer, "four").Then([&](Result<unary::MessageResponse> answer) -> Result<std::size_t> {
    ++steps;
    return TRY(std::move(answer)).message().size();
  });
  EXPECT_EQ(steps, 0) << "the step runs in Get";
  EXPECT_EQ(length.Get().value(), 4U);
  EXPECT_EQ(steps, 1);
}

TEST_F(PeerTest, LeavesAServiceAloneThatDoesNotAnswer) {
  Peer<Unary> peer(channel_, telemetry_, Breaking::kWhenAway);
  for (const auto code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::DEADLINE_EXCEEDED}) {
    echo_.code = code;
    for (int i = 0; i < CircuitBreaker::kFailuresMax; ++i) EXPECT_FALSE(Ask(peer).Get().ok());
    const int calls = echo_.calls;
    EXPECT_THAT(Ask(peer).Get(), HasReason("RESTING"));
    EXPECT_EQ(echo_.calls, calls);

    echo_.code = grpc::StatusCode::OK;
    clock_.Leap(CircuitBreaker::kRest);
    EXPECT_THAT(Ask(peer).Get(), IsOk());
    EXPECT_THAT(Ask(peer).Get(), IsOk());
  }
}

TEST_F(PeerTest, AnErrorThatTheServiceAnswersWithIsNoReasonToLeaveItAlone) {
  Peer<Unary> peer(channel_, telemetry_, Breaking::kWhenAway);
  echo_.code = grpc::StatusCode::NOT_FOUND;
  for (int i = 0; i < 2 * CircuitBreaker::kFailuresMax; ++i) EXPECT_EQ(Ask(peer).Get().error().code, Code::kNotFound);
}

TEST_F(PeerTest, WithoutABreakerEveryCallIsMade) {
  Peer<Unary> peer(channel_, telemetry_, Breaking::kNever);
  echo_.code = grpc::StatusCode::UNAVAILABLE;
  for (int i = 0; i < 2 * CircuitBreaker::kFailuresMax; ++i) EXPECT_FALSE(Ask(peer).Get().ok());
  EXPECT_EQ(echo_.calls, 2 * CircuitBreaker::kFailuresMax);
}

TEST_F(PeerTest, MakesNoCallForWhichNoTimeIsLeft) {
  Peer<Unary> peer(channel_, telemetry_, Breaking::kWhenAway);
  for (int i = 0; i < 2 * CircuitBreaker::kFailuresMax; ++i) {
    EXPECT_THAT(Ask(peer, "", {.budget = 0ms}).Get(), HasReason("TOO_SLOW"));
    EXPECT_THAT(Ask(peer, "", {.budget = 1s, .deadline = clock_.Now()}).Get(), HasReason("TOO_SLOW"));
  }
  EXPECT_EQ(echo_.calls, 0);
  EXPECT_THAT(Ask(peer).Get(), IsOk()) << "the service is not to blame";
}

TEST_F(PeerTest, FollowsAStreamToItsEnd) {
  EXPECT_EQ(Hear("end", /*cancels=*/false), (std::vector<std::string>{"one", "two", "OK"}));
  EXPECT_EQ(Hear("fail", /*cancels=*/false), (std::vector<std::string>{"one", "two", "ABORTED"}));
}

TEST_F(PeerTest, AStreamThatIsCancelledEndsWell) { EXPECT_EQ(Hear("go on", /*cancels=*/true).back(), "OK"); }

TEST_F(PeerTest, SendsAStreamAndGivesItsOneAnswer) {
  Peer<ClientStreaming> peer(channel_, telemetry_, Breaking::kWhenAway);
  std::vector<client_streaming::Message> messages(3);
  const auto send = [&] { return peer.SendAll(&ClientStreaming::Stub::GetServerResponse, messages, {.budget = 20s}); };
  EXPECT_EQ(send().value().count(), 3);
  messages[1].set_message("stop");
  EXPECT_EQ(send().error().code, Code::kAborted);
}

}  // namespace
}  // namespace octavo::rpc
