// The four published contracts through a real in-process server, with the stubs that any client would
// generate.
#include "services/hello/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bidirectional.grpc.pb.h"
#include "client_streaming.grpc.pb.h"
#include "lib/testing/fake_clock.h"
#include "server_streaming.grpc.pb.h"
#include "unary.grpc.pb.h"

namespace octavo::hello {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HelloTest : public testing::Test {
 protected:
  HelloTest() {
    pipeline_.Open();
    grpc::ServerBuilder builder;
    for (grpc::Service* service :
         std::initializer_list<grpc::Service*>{&unary_, &bidirectional_, &server_streaming_, &client_streaming_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
  }
  ~HelloTest() override {
    pipeline_.Close();
    server_->Shutdown();
  }

  std::string Say(const std::string& text) {
    grpc::ClientContext context;
    unary::Message request;
    request.set_message(text);
    unary::MessageResponse response;
    const grpc::Status status = unary::Unary::NewStub(channel_)->GetServerResponse(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_TRUE(response.received());
    return response.message();
  }

  std::vector<std::string> LinesOf(const std::string& text) {
    grpc::ClientContext context;
    server_streaming::Message request;
    request.set_message(text);
    const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
    const auto reader = stub->GetServerResponse(&context, request);
    std::vector<std::string> lines;
    server_streaming::Message line;
    while (reader->Read(&line)) lines.push_back(line.message());
    EXPECT_TRUE(reader->Finish().ok());
    return lines;
  }

  std::int64_t Count(int messages) {
    grpc::ClientContext context;
    client_streaming::MessageCount count;
    const auto stub = client_streaming::ClientStreaming::NewStub(channel_);
    const auto writer = stub->GetServerResponse(&context, &count);
    for (int i = 0; i < messages; ++i) EXPECT_TRUE(writer->Write({}));
    EXPECT_TRUE(writer->WritesDone());
    EXPECT_TRUE(writer->Finish().ok());
    return count.count();
  }

  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  rpc::Pipeline pipeline_{{*log_, metrics_, tracer_, clock_}, {.threads = 2}};
  UnaryService unary_{pipeline_};
  BidirectionalService bidirectional_{pipeline_};
  ServerStreamingService server_streaming_{pipeline_};
  ClientStreamingService client_streaming_{pipeline_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

class Conversation {
 public:
  explicit Conversation(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(bidirectional::Bidirectional::NewStub(channel)), stream_(stub_->GetServerResponse(&context_)) {}

  std::string Say(const std::string& text) {
    bidirectional::Message message;
    message.set_message(text);
    EXPECT_TRUE(stream_->Write(message));
    message.Clear();
    EXPECT_TRUE(stream_->Read(&message));
    return message.message();
  }
  grpc::Status Close() {
    EXPECT_TRUE(stream_->WritesDone());
    bidirectional::Message none;
    EXPECT_FALSE(stream_->Read(&none));
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<bidirectional::Bidirectional::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<bidirectional::Message, bidirectional::Message>> stream_;
};

TEST_F(HelloTest, UnaryAnswersWithTheTextItReceived) {
  EXPECT_EQ(Say("hi"), "Hello I am up and running received \"hi\" message from you");
  EXPECT_EQ(Say(""), "Hello I am up and running received \"\" message from you");
  EXPECT_EQ(Say("Grüße, 本 \U0001F4DA"), "Hello I am up and running received \"Grüße, 本 \U0001F4DA\" message from you");
  EXPECT_EQ(Say("a \"b\"\r\nc"), "Hello I am up and running received \"a \"b\"\r\nc\" message from you");
}

TEST_F(HelloTest, UnaryTakesAMegabyte) {
  const std::string text(1 << 20, 'x');
  EXPECT_EQ(Say(text), "Hello I am up and running received \"" + text + "\" message from you");
}

TEST_F(HelloTest, ServerStreamingSendsOneMessageForEachLine) {
  EXPECT_THAT(LinesOf("one\ntwo\r\n\nGrüße 本\n"), ElementsAre("one", "two", "", "Grüße 本"));
  EXPECT_THAT(LinesOf(""), IsEmpty());
}

TEST_F(HelloTest, ServerStreamingSendsManyLinesInOrder) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "\n";

  const auto lines = LinesOf(text);

  ASSERT_EQ(lines.size(), 5000u);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(lines[i], std::to_string(i));
}

TEST_F(HelloTest, ServerStreamingSendsALineOfAMegabyteWhole) {
  const std::string line(1 << 20, 'x');
  EXPECT_THAT(LinesOf(line + "\nend"), ElementsAre(line, "end"));
}

TEST_F(HelloTest, ClientStreamingCountsTheMessages) {
  EXPECT_EQ(Count(0), 0);
  EXPECT_EQ(Count(1), 1);
  EXPECT_EQ(Count(5000), 5000);
}

TEST_F(HelloTest, BidirectionalSendsEachMessageBackBeforeTheNextIsSent) {
  Conversation conversation(channel_);
  for (const std::string text : {"a", "", "Grüße, 本 \U0001F4DA", "x\r\ny", "a"}) EXPECT_EQ(conversation.Say(text), text);
  const std::string megabyte(1 << 20, 'x');
  EXPECT_EQ(conversation.Say(megabyte), megabyte);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(conversation.Say(std::to_string(i)), std::to_string(i));
  EXPECT_TRUE(conversation.Close().ok());
}

TEST_F(HelloTest, BidirectionalGoesOnWhileTheClientKeepsItOpen) {
  Conversation first(channel_);
  EXPECT_EQ(first.Say("a"), "a");

  // More open streams than threads: none of them holds one while its client is silent.
  std::vector<std::unique_ptr<Conversation>> others;
  for (int i = 0; i < 16; ++i) {
    others.push_back(std::make_unique<Conversation>(channel_));
    EXPECT_EQ(others.back()->Say("b"), "b");
  }
  EXPECT_EQ(Count(3), 3);
  clock_.Advance(std::chrono::hours(24));

  EXPECT_EQ(first.Say("c"), "c");
  EXPECT_TRUE(first.Close().ok());
  for (const auto& other : others) {
    EXPECT_EQ(other->Say("d"), "d");
    EXPECT_TRUE(other->Close().ok());
  }
}

}  // namespace
}  // namespace octavo::hello
