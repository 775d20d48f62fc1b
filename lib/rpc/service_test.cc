// Every shape of handler through a real in-process server: statuses, bounds, exceptions, streams that end when the
// module stops.
#include "lib/rpc/service.h"

#include <gtest/gtest.h>

#include <grpcpp/generic/generic_stub.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>

#include "bidirectional.grpc.pb.h"
#include "client_streaming.grpc.pb.h"
#include "lib/rpc/client.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/wait_until.h"
#include "server_streaming.grpc.pb.h"
#include "unary.grpc.pb.h"

namespace octavo::rpc {
namespace {

using namespace std::chrono_literals;

// Answers by what the message says.
class UnaryService final : public Service {
 public:
  UnaryService(Pipeline& pipeline, Run run) : Service("unary.Unary", pipeline, Contract::kForEverybody) {
    Unary("GetServerResponse", this, &UnaryService::GetServerResponse, run);
    CheckComplete();
  }

  std::latch entered{1};
  std::latch release{1};
  std::atomic<int> calls = 0;
  std::string seen_trace;
  Timestamp seen_deadline;

 private:
  Result<unary::MessageResponse> GetServerResponse(const Call& call, const unary::Message& request) {
    ++calls;
    seen_deadline = call.deadline();
    if (request.message() == "refuse") return InvalidField("message", "\"refuse\" is refused");
    if (request.message() == "throw") throw std::runtime_error("the secret inside");
    if (request.message() == "bug") CHECK(seen_trace == "what it never is");
    if (request.message() == "wait") {
      entered.count_down();
      release.wait();
    }
    seen_trace = TraceIdText(call.trace());
    unary::MessageResponse response;
    response.set_message(request.message());
    return response;
  }
};

// Counts down from the number it is asked for, then rests until woken, then ends.
class CountSource final : public Source<server_streaming::Message> {
 public:
  CountSource(int count, Waker& waker, std::latch& rests) : count_(count), waker_(waker), rests_(rests) {}

  void Attach(Waker waker) override { waker_ = std::move(waker); }
  Pull<server_streaming::Message> Next() override {
    if (count_ == 0 && rests_.try_wait()) return EndOfStream{};
    if (count_ == 0) {
      rests_.count_down();
      return NothingNow{};
    }
    server_streaming::Message message;
    message.set_message(std::to_string(count_--));
    return message;
  }

 private:
  int count_;
  Waker& waker_;
  std::latch& rests_;
};

class StreamService final : public Service {
 public:
  explicit StreamService(Pipeline& pipeline) : Service("server_streaming.ServerStreaming", pipeline, Contract::kForEverybody) {
    ServerStreaming("GetServerResponse", this, &StreamService::Count);
  }
  Waker waker;
  std::latch rests{1};
  std::atomic<int> opened = 0;

 private:
  Result<std::unique_ptr<Source<server_streaming::Message>>> Count(const Call&, const server_streaming::Message& request) {
    ++opened;
    if (request.message().empty()) return InvalidField("message", "is empty");
    return std::make_unique<CountSource>(std::stoi(request.message()), waker, rests);
  }
};

class CountingSink final : public Sink<client_streaming::Message, client_streaming::MessageCount> {
 public:
  Status Take(client_streaming::Message message) override {
    if (message.message() == "stop") return Error{Code::kAborted, "STOP", "asked to"};
    ++count_;
    return Ok();
  }
  Result<client_streaming::MessageCount> Finish() override {
    client_streaming::MessageCount response;
    response.set_count(count_);
    return response;
  }

 private:
  int count_ = 0;
};

class SinkService final : public Service {
 public:
  explicit SinkService(Pipeline& pipeline) : Service("client_streaming.ClientStreaming", pipeline, Contract::kForEverybody) {
    ClientStreaming("GetServerResponse", this, &SinkService::Count);
  }

 private:
  Result<std::unique_ptr<Sink<client_streaming::Message, client_streaming::MessageCount>>> Count(const Call&) {
    return std::make_unique<CountingSink>();
  }
};

// Gives back each message twice.
class TwiceExchange final : public Exchange<bidirectional::Message, bidirectional::Message> {
 public:
  Status Take(bidirectional::Message message, std::vector<bidirectional::Message>& responses) override {
    responses = {message, message};
    return Ok();
  }
};

class BidiService final : public Service {
 public:
  explicit BidiService(Pipeline& pipeline) : Service("bidirectional.Bidirectional", pipeline, Contract::kForEverybody) {
    BidiStreaming("GetServerResponse", this, &BidiService::Twice);
  }

 private:
  Result<std::unique_ptr<Exchange<bidirectional::Message, bidirectional::Message>>> Twice(const Call&) {
    return std::make_unique<TwiceExchange>();
  }
};

// Keeps the spans that end.
class SpanList final : public obs::SpanExporter {
 public:
  void Export(obs::Span span) override {
    const std::lock_guard lock(mutex_);
    spans_.push_back(std::move(span));
  }
  std::vector<obs::Span> spans() const {
    const std::lock_guard lock(mutex_);
    return spans_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<obs::Span> spans_;  // Guarded by mutex_.
};

class ServiceTest : public testing::TestWithParam<Run> {
 protected:
  ServiceTest() {
    grpc::ServerBuilder builder;
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&unary_, &stream_, &sink_, &bidi_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
    unary_stub_ = unary::Unary::NewStub(channel_);
  }
  ~ServiceTest() override {
    pipeline_.Close();
    server_->Shutdown(std::chrono::system_clock::now() + 5s);
  }

  Result<unary::MessageResponse> Say(const std::string& text, Limits limits = {.budget = 20s}) {
    unary::Message message;
    message.set_message(text);
    return caller_.Invoke(*unary_stub_, &unary::Unary::StubInterface::GetServerResponse, message, limits);
  }

  SystemClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  SpanList* const spans_ = new SpanList;  // The tracer's.
  obs::Tracer tracer_{std::unique_ptr<obs::SpanExporter>(spans_)};
  Telemetry telemetry_{*log_, metrics_, tracer_, clock_};
  Pipeline pipeline_{telemetry_, {.threads = 1, .queue_max = 1}};
  UnaryService unary_{pipeline_, GetParam()};
  StreamService stream_{pipeline_};
  SinkService sink_{pipeline_};
  BidiService bidi_{pipeline_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<unary::Unary::Stub> unary_stub_;
  Caller caller_{telemetry_};
};

using PooledServiceTest = ServiceTest;

INSTANTIATE_TEST_SUITE_P(Run, ServiceTest, testing::Values(Run::kOnPool, Run::kInline));
INSTANTIATE_TEST_SUITE_P(Run, PooledServiceTest, testing::Values(Run::kOnPool));

TEST_P(ServiceTest, IsClosedUntilTheModuleOpensIt) {
  EXPECT_THAT(Say("hello"), HasReason("STARTING"));

  pipeline_.Open();

  EXPECT_EQ(Say("hello")->message(), "hello");
}

TEST_P(ServiceTest, AnErrorReachesTheCallerWithItsFields) {
  pipeline_.Open();

  const auto refused = Say("refuse");

  ASSERT_THAT(refused, HasReason("INVALID_FIELD"));
  EXPECT_EQ(refused.error().violations, (std::vector<FieldViolation>{{"message", "\"refuse\" is refused"}}));
}

TEST_P(ServiceTest, AnExceptionIsInternalAndTellsNothingOfTheInside) {
  pipeline_.Open();

  const auto failed = Say("throw");

  ASSERT_THAT(failed, HasReason("INTERNAL"));
  EXPECT_EQ(failed.error().message.find("secret"), std::string::npos);
}

TEST_P(ServiceTest, ABugEndsTheRequestAndIsCounted) {
  pipeline_.Open();
  const std::int64_t before = BugCount();

  ASSERT_THAT(Say("bug"), HasReason("INTERNAL"));

  EXPECT_EQ(BugCount(), before + 1);
  EXPECT_NE(metrics_.Text().find("bugs_total " + std::to_string(before + 1)), std::string::npos);
  EXPECT_EQ(Say("still here")->message(), "still here");
}

TEST_P(ServiceTest, ATextWithANulNeverReachesAHandler) {
  pipeline_.Open();

  EXPECT_THAT(Say(std::string("a\0b", 3)), HasReason("INVALID_FIELD"));
  EXPECT_EQ(unary_.calls, 0);
}

TEST_P(ServiceTest, BytesThatAreNoMessageAreTheCallersFault) {
  pipeline_.Open();
  grpc::GenericStub stub(channel_);
  for (const char* bytes : {"\xff\xff\xff\xff", "\x0a\x7fshort", "\x0a\x02\xc3\x28"}) {
    const grpc::Slice slice{std::string(bytes)};
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, "/unary.Unary/GetServerResponse", {}, &request, &response,
                   [&](grpc::Status status) { ended.set_value(std::move(status)); });

    EXPECT_EQ(ToError(ended.get_future().get()).reason, "MALFORMED_REQUEST");
  }
}

TEST_P(ServiceTest, TheTraceGoesOn) {
  pipeline_.Open();
  const obs::TraceContext trace = obs::NewTrace(/*sampled=*/true);

  ASSERT_THAT(Say("hello", {.budget = 20s, .trace = trace}), IsOk());

  EXPECT_EQ(unary_.seen_trace, TraceIdText(trace));
}

TEST_P(ServiceTest, ACallIsASpanOfItsClientAndOneOfItsServer) {
  pipeline_.Open();
  const obs::TraceContext page = obs::NewTrace(/*sampled=*/true);

  ASSERT_THAT(Say("refuse", {.budget = 20s, .trace = page}), HasReason("INVALID_FIELD"));

  const std::vector<obs::Span> spans = spans_->spans();
  ASSERT_EQ(spans.size(), 2U);
  const auto& [server, client] = std::tie(spans[0], spans[1]);
  EXPECT_EQ(client.parent_span, page.span);
  EXPECT_EQ(server.parent_span, client.context.span);
  for (const obs::Span& span : spans) {
    EXPECT_EQ(TraceIdText(span.context), TraceIdText(page));
    EXPECT_EQ(span.name, "unary.Unary/GetServerResponse");
    EXPECT_EQ(std::get<std::string>(span.attributes.at("rpc.service")), "unary.Unary");
    EXPECT_EQ(std::get<std::int64_t>(span.attributes.at("rpc.grpc.status_code")), grpc::INVALID_ARGUMENT);
  }
  EXPECT_TRUE(client.failed);   // It did not get what it asked for …
  EXPECT_FALSE(server.failed);  // … which was its own fault.
}

TEST_P(ServiceTest, TheDeadlineIsTheNearerOfTheCallersAndTheBudget) {
  pipeline_.Open();
  const Timestamp callers = clock_.Now() + 10s;

  ASSERT_THAT(Say("hello", Within(Call(callers, {}), 20s)), IsOk());
  // It travels as a time span, rounded by gRPC.
  EXPECT_NEAR(static_cast<double>(ToMicros(unary_.seen_deadline)), static_cast<double>(ToMicros(callers)), 1e6);

  const Timestamp before = clock_.Now();
  ASSERT_THAT(Say("hello", Within(Call(Timestamp::max(), {}), 5s)), IsOk());
  EXPECT_NEAR(static_cast<double>(ToMicros(unary_.seen_deadline)), static_cast<double>(ToMicros(before + 5s)), 1e6);
}

TEST_P(ServiceTest, CountsInTheMetricsByStatus) {
  pipeline_.Open();
  ASSERT_THAT(Say("hello"), IsOk());
  for (int i = 0; i < 2; ++i) ASSERT_THAT(Say("refuse"), HasReason("INVALID_FIELD"));

  const std::string text = metrics_.Text();

  for (const auto& [code, count] : {std::pair{"0", "1"}, std::pair{"3", "2"}}) {
    const std::string line = std::string("rpc_server_duration_seconds_count{rpc_grpc_status_code=\"") + code +
                             "\",rpc_method=\"GetServerResponse\",rpc_service=\"unary.Unary\",rpc_system=\"grpc\"} " + count;
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST_P(PooledServiceTest, RefusesWhatTheQueueCannotHold) {
  pipeline_.Open();
  auto async = [&](const std::string& text) {
    unary::Message message;
    message.set_message(text);
    return caller_.Start(*unary_stub_->async(), &unary::Unary::Stub::async::GetServerResponse, message, {.budget = 20s});
  };
  auto running = async("wait");
  unary_.entered.wait();
  std::vector<Pending<unary::MessageResponse>> more;
  for (int i = 0; i < 3; ++i) more.push_back(async("next"));

  // One runs, one waits, so two of the three are refused, and they are answered while the first still runs.
  int refused = 0;
  int answered = 0;
  std::vector<Result<unary::MessageResponse>> results;
  EXPECT_TRUE(WaitUntil([&] { return pipeline_.pool().waiting() > 0; }));
  // The two refusals can be told from metrics before anything is released.
  constexpr const char* kTwoRefused = "rpc_server_refused_total{rpc_method=\"GetServerResponse\",rpc_service=\"unary.Unary\"} 2";
  EXPECT_TRUE(WaitUntil([&] { return metrics_.Text().find(kTwoRefused) != std::string::npos; }));
  unary_.release.count_down();
  for (auto& pending : more) {
    const auto result = pending.Get();
    if (result.ok()) {
      ++answered;
    } else {
      EXPECT_THAT(result, HasReason("OVERLOADED"));
      ++refused;
    }
  }
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(answered, 1);
  EXPECT_THAT(running.Get(), IsOk());
}

TEST_P(PooledServiceTest, ACallWhoseCallerHasGivenUpIsNotRun) {
  pipeline_.Open();
  std::thread first([this] { EXPECT_THAT(Say("wait"), IsOk()); });
  unary_.entered.wait();

  EXPECT_EQ(Say("late", {.budget = 50ms}).error().code, Code::kDeadlineExceeded);
  const Timestamp given_up = clock_.Now();
  EXPECT_TRUE(WaitUntil([&] { return clock_.Now() >= given_up + 50ms; }));  // The server's deadline is rounded, a little later.
  unary_.release.count_down();
  first.join();

  // The late one may hold the queue's only place for a moment still.
  EXPECT_TRUE(WaitUntil([&] { return Say("hello").ok(); }));
  EXPECT_EQ(unary_.calls, 2);
}

// A stream has no span on the client's side, so that the server's hangs below whoever opened it.
TEST_P(PooledServiceTest, StreamsOfEveryKindBelongToTheTraceOfWhoeverOpenedThem) {
  pipeline_.Open();
  const obs::TraceContext opener = obs::NewTrace(/*sampled=*/true);
  const auto prepare = [&](grpc::ClientContext& context) { caller_.PrepareStream(context, {.budget = 20s, .trace = opener}); };
  {
    grpc::ClientContext context;
    prepare(context);
    const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
    EXPECT_FALSE(stub->GetServerResponse(&context, {})->Finish().ok());  // An empty text is refused.
  }
  {
    grpc::ClientContext context;
    prepare(context);
    client_streaming::MessageCount count;
    const auto stub = client_streaming::ClientStreaming::NewStub(channel_);
    const auto writer = stub->GetServerResponse(&context, &count);
    writer->WritesDone();
    EXPECT_TRUE(writer->Finish().ok());
  }
  {
    grpc::ClientContext context;
    prepare(context);
    const auto stub = bidirectional::Bidirectional::NewStub(channel_);
    const auto stream = stub->GetServerResponse(&context);
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }

  const std::vector<obs::Span> spans = spans_->spans();
  std::vector<std::string> names;
  for (const obs::Span& span : spans) {
    names.push_back(span.name);
    EXPECT_EQ(TraceIdText(span.context), TraceIdText(opener));
    EXPECT_EQ(span.parent_span, opener.span);
    EXPECT_NE(span.context.span, opener.span);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"server_streaming.ServerStreaming/GetServerResponse",
                                             "client_streaming.ClientStreaming/GetServerResponse",
                                             "bidirectional.Bidirectional/GetServerResponse"}));
}

TEST_P(PooledServiceTest, AServerStreamSendsRestsWakesAndEnds) {
  pipeline_.Open();
  const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
  grpc::ClientContext context;
  server_streaming::Message request;
  request.set_message("3");
  const auto reader = stub->GetServerResponse(&context, request);

  std::vector<std::string> read;
  server_streaming::Message message;
  for (int i = 0; i < 3 && reader->Read(&message); ++i) read.push_back(message.message());
  EXPECT_EQ(read, (std::vector<std::string>{"3", "2", "1"}));
  stream_.rests.wait();
  stream_.waker();
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_P(PooledServiceTest, AServerStreamThatRestsEndsWhenTheModuleStops) {
  pipeline_.Open();
  const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
  grpc::ClientContext context;
  server_streaming::Message request;
  request.set_message("1");
  const auto reader = stub->GetServerResponse(&context, request);
  server_streaming::Message message;
  ASSERT_TRUE(reader->Read(&message));

  pipeline_.Close();

  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(ToError(reader->Finish()).reason, "STOPPING");
}

TEST_P(PooledServiceTest, AServerStreamMayBeRefused) {
  pipeline_.Open();
  const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
  grpc::ClientContext context;
  const auto reader = stub->GetServerResponse(&context, {});
  server_streaming::Message message;

  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(ToError(reader->Finish()).reason, "INVALID_FIELD");
}

TEST_P(PooledServiceTest, AClientWhoGoesAwayEndsItsStream) {
  pipeline_.Open();
  const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
  {
    grpc::ClientContext context;
    server_streaming::Message request;
    request.set_message("100000");
    const auto reader = stub->GetServerResponse(&context, request);
    server_streaming::Message message;
    ASSERT_TRUE(reader->Read(&message));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }

  // The one thread may still be at the stream's last step, and the one place in the queue taken.
  Result<unary::MessageResponse> answer = Say("still here");
  while (!answer.ok() && answer.error().reason == "OVERLOADED") answer = Say("still here");
  EXPECT_THAT(answer, IsOk());
}

// gRPC destroys the request and the context of such a stream while its first step still waits.
TEST_P(PooledServiceTest, AStreamWhoseClientWentAwayInTheQueueIsNeverOpened) {
  pipeline_.Open();
  std::thread first([this] { EXPECT_THAT(Say("wait"), IsOk()); });
  unary_.entered.wait();
  const auto stub = server_streaming::ServerStreaming::NewStub(channel_);
  {
    grpc::ClientContext context;
    server_streaming::Message request;
    request.set_message("1");
    const auto reader = stub->GetServerResponse(&context, request);
    EXPECT_TRUE(WaitUntil([&] { return pipeline_.pool().waiting() > 0; }));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // The server has heard of it, and has dropped the call, when its end has been counted.
  EXPECT_TRUE(WaitUntil([&] { return metrics_.Text().find("rpc_grpc_status_code=\"1\"") != std::string::npos; }));
  unary_.release.count_down();
  first.join();

  EXPECT_TRUE(WaitUntil([&] { return Say("hello").ok(); }));
  EXPECT_EQ(stream_.opened, 0);
}

TEST_P(PooledServiceTest, AClientStreamIsAnsweredOnce) {
  pipeline_.Open();
  const auto stub = client_streaming::ClientStreaming::NewStub(channel_);
  grpc::ClientContext context;
  client_streaming::MessageCount count;
  const auto writer = stub->GetServerResponse(&context, &count);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(writer->Write({}));
  writer->WritesDone();

  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(count.count(), 50);
}

TEST_P(PooledServiceTest, AClientStreamEndsWithTheErrorOfAMessage) {
  pipeline_.Open();
  const auto stub = client_streaming::ClientStreaming::NewStub(channel_);
  grpc::ClientContext context;
  client_streaming::MessageCount count;
  const auto writer = stub->GetServerResponse(&context, &count);
  client_streaming::Message stop;
  stop.set_message("stop");
  writer->Write(stop);

  EXPECT_EQ(ToError(writer->Finish()).reason, "STOP");
}

TEST_P(PooledServiceTest, ABidiStreamAnswersEachMessageInOrder) {
  pipeline_.Open();
  const auto stub = bidirectional::Bidirectional::NewStub(channel_);
  grpc::ClientContext context;
  const auto stream = stub->GetServerResponse(&context);
  for (const char* text : {"a", "b"}) {
    bidirectional::Message message;
    message.set_message(text);
    ASSERT_TRUE(stream->Write(message));
    for (int i = 0; i < 2; ++i) {
      bidirectional::Message answer;
      ASSERT_TRUE(stream->Read(&answer));
      EXPECT_EQ(answer.message(), text);
    }
  }
  stream->WritesDone();
  bidirectional::Message answer;

  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace octavo::rpc
