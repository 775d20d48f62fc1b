// The glue between gRPC's callback reactors and handlers; services use service.h and never this.
// Every step that may block runs on the pipeline's thread pool; reactors delete themselves when gRPC is done with them.
//
// gRPC destroys the context and the request of a stream once its final status is sent, also while a step still waits in the
// pool's queue. So a stream that ends sends its status only when no step is running (Run), and what waits is dropped:
// a step that runs may always look at its call, and nothing runs for a client that has gone.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/base/result.h"
#include "lib/rpc/call.h"
#include "lib/rpc/pipeline.h"
#include "lib/rpc/request.h"
#include "lib/rpc/stream.h"

namespace octavo::rpc {

// A Call that reads from gRPC's context, with what the end of the call needs.
class ServerCall final : public Call {
 public:
  ServerCall(grpc::CallbackServerContext* context, const Pipeline& pipeline);

  // Whether the module takes calls, who makes this one, and whether they may call the method at all.
  Status Admit(const Pipeline& pipeline, const Method& method);
  bool cancelled() const override { return context_->IsCancelled(); }
  // "ipv4:127.0.0.1:40312": one connection.
  std::string peer() const { return context_->peer(); }

  std::uint64_t parent_span() const { return parent_span_; }
  std::chrono::steady_clock::time_point started() const { return started_; }

 private:
  ServerCall(grpc::CallbackServerContext* context, const Pipeline& pipeline, const obs::TraceContext& parent);

  grpc::CallbackServerContext* const context_;
  const std::uint64_t parent_span_;
  const std::chrono::steady_clock::time_point started_;
};

template <class Body>
grpc::ServerUnaryReactor* RunUnary(Pipeline& pipeline, const Method& method, grpc::CallbackServerContext* context, Body body,
                                   bool run_inline) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  method.in_flight->Increment();
  const auto run = [&pipeline, &method, reactor, body = std::move(body)](const ServerCall& call) {
    const Status status = pipeline.Guarded(method, call, [&]() -> Status {
      TRY(pipeline.InTime(call));
      return body(call);
    });
    reactor->Finish(pipeline.Finish(method, call, call.parent_span(), call.started(), status));
  };
  const auto refuse = [&](const ServerCall& call, const Error& error) {
    method.refused->Increment();
    reactor->Finish(pipeline.Finish(method, call, call.parent_span(), call.started(), error));
  };

  if (run_inline) {
    ServerCall call(context, pipeline);
    const Status admitted = call.Admit(pipeline, method);
    admitted.ok() ? run(call) : refuse(call, admitted.error());
    return reactor;
  }
  auto call = std::make_shared<ServerCall>(context, pipeline);
  if (Status admitted = call->Admit(pipeline, method); !admitted.ok()) {
    refuse(*call, admitted.error());
  } else if (!pipeline.pool().Submit([run, call] { run(*call); })) {
    refuse(*call, Pipeline::Overloaded());
  }
  return reactor;
}

// What the three streaming reactors share: the call, one end, operations that stop at the end, the pipeline's gate.
// Reactors own themselves through self_, because a step may still run on the pool when gRPC is done with the call;
// each step holds the reactor with a shared_ptr of its own.
class StreamState : public OpenStream, public std::enable_shared_from_this<StreamState> {
 public:
  StreamState(Pipeline& pipeline, const Method& method, grpc::CallbackServerContext* context)
      : pipeline_(pipeline), method_(method), call_(context, pipeline) {}

  // Runs `open` on the pool, if the module takes calls.
  void Begin(std::shared_ptr<StreamState> self, std::function<void()> open);
  void Stop() override { End(Stopping()); }

 protected:
  // Runs `step` on the pool, unless the stream has ended by then; ends the stream when the pool has stopped.
  void Then(std::function<void()> step);
  // Runs `body` (-> Status) guarded; an error ends the stream. Whether it went well.
  template <class Body>
  bool Try(const Body& body) {
    const Status status = pipeline_.Guarded(method_, call_, body);
    if (!status.ok()) End(status);
    return status.ok();
  }
  // Starts a gRPC operation unless the stream has ended, after which gRPC allows none.
  template <class Operation>
  void Start(const Operation& operation) {
    const MutexLock lock(mutex_);
    if (!ended_) operation();
  }
  // Sends the final status, the first time, as soon as no step runs; later calls do nothing.
  void End(const Status& status);
  void EndGone() { End(Error{Code::kCancelled, "CANCELLED", "the client has gone"}); }
  bool ended() const {
    const MutexLock lock(mutex_);
    return ended_;
  }
  // gRPC will not call again. Last thing in OnDone: may delete this.
  void Done();

  virtual void FinishReactor(const grpc::Status& status) = 0;
  static Error Stopping();

  Pipeline& pipeline_;
  const Method& method_;
  ServerCall call_;

 private:
  void Run(const std::function<void()>& step);

  mutable Mutex mutex_;
  bool ended_ OCTAVO_GUARDED_BY(mutex_) = false;
  // Steps under way: a write may end, and ask for the next step, before its own has.
  int running_ OCTAVO_GUARDED_BY(mutex_) = 0;
  std::optional<grpc::Status> last_ OCTAVO_GUARDED_BY(mutex_);  // To be sent by the last of these.
  std::shared_ptr<StreamState> self_;
};

// Server streaming. A step pulls one message and starts its write; the end of the write asks for the next step. With
// nothing to send the stream rests until its waker is called.
template <class Response>
class SourceReactor final : public grpc::ServerWriteReactor<Response>, public StreamState {
 public:
  using Handler = std::function<Result<std::unique_ptr<Source<Response>>>(const Call&)>;

  using StreamState::StreamState;

  void Open(const Handler& handler) {
    const bool opened = Try([&]() -> Status {
      TRY(pipeline_.InTime(call_));
      source_ = TRY(handler(call_));
      return Ok();
    });
    if (!opened) return;
    source_->Attach([weak = std::weak_ptr<StreamState>(shared_from_this())] {
      if (const auto self = weak.lock()) static_cast<SourceReactor&>(*self).Wake();
    });
    Step();
  }
  void OnWriteDone(bool ok) override {
    ok ? Then([this] { Step(); }) : EndGone();
  }
  void OnCancel() override { EndGone(); }
  void OnDone() override { Done(); }

 private:
  void FinishReactor(const grpc::Status& status) override { this->Finish(status); }

  void Wake() {
    {
      const MutexLock lock(wake_mutex_);
      woken_ = true;
      if (!resting_) return;
      resting_ = false;
    }
    Then([this] { Step(); });
  }

  void Step() {
    while (!ended()) {
      {
        const MutexLock lock(wake_mutex_);
        woken_ = false;
      }
      Pull<Response> pulled;
      const bool ok = Try([&]() -> Status {
        pulled = source_->Next();
        if (auto* error = std::get_if<Error>(&pulled)) return *error;
        return Ok();
      });
      if (!ok) return;
      if (std::holds_alternative<EndOfStream>(pulled)) return End(Ok());
      if (auto* response = std::get_if<Response>(&pulled)) {
        response_ = std::move(*response);
        return Start([this] { this->StartWrite(&response_); });
      }
      const MutexLock lock(wake_mutex_);
      if (!woken_) {
        resting_ = true;
        return;
      }
    }
  }

  std::unique_ptr<Source<Response>> source_;
  Response response_;
  Mutex wake_mutex_;
  bool woken_ OCTAVO_GUARDED_BY(wake_mutex_) = false;    // The waker was called since Next() began.
  bool resting_ OCTAVO_GUARDED_BY(wake_mutex_) = false;  // No step runs or is on its way, and no write.
};

// Client streaming. Each message is taken before the next is read.
template <class Request, class Response>
class SinkReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer>, public StreamState {
 public:
  using Handler = std::function<Result<std::unique_ptr<Sink<Request, Response>>>(const Call&)>;

  SinkReactor(Pipeline& pipeline, const Method& method, grpc::CallbackServerContext* context, Response* response)
      : StreamState(pipeline, method, context), response_(response) {}

  void Open(const Handler& handler) {
    const bool opened = Try([&]() -> Status {
      TRY(pipeline_.InTime(call_));
      sink_ = TRY(handler(call_));
      return Ok();
    });
    if (opened) Read();
  }
  void OnReadDone(bool ok) override {
    Then([this, ok] { ok ? Take() : Complete(); });
  }
  void OnCancel() override { EndGone(); }
  void OnDone() override { Done(); }

 private:
  void FinishReactor(const grpc::Status& status) override { this->Finish(status); }

  void Read() {
    Start([this] { this->StartRead(&bytes_); });
  }
  void Take() {
    const bool taken = Try([&]() -> Status {
      Request request;
      TRY(ParseRequest(bytes_, request));
      TRY(pipeline_.CheckRequest(method_, call_, request));
      return sink_->Take(std::move(request));
    });
    if (taken) Read();
  }
  void Complete() {
    if (call_.cancelled()) return;  // A broken stream ends as well; it is no answer.
    Try([&]() -> Status {
      Response response = TRY(sink_->Finish());
      Start([&] { *response_ = std::move(response); });  // gRPC owns *response_ until the end of the call.
      End(Ok());
      return Ok();
    });
  }

  Response* const response_;
  std::unique_ptr<Sink<Request, Response>> sink_;
  grpc::ByteBuffer bytes_;
};

// Bidirectional streaming. A message's responses are all written before the next message is read.
template <class Request, class Response>
class ExchangeReactor final : public grpc::ServerBidiReactor<grpc::ByteBuffer, Response>, public StreamState {
 public:
  using Handler = std::function<Result<std::unique_ptr<Exchange<Request, Response>>>(const Call&)>;

  using StreamState::StreamState;

  void Open(const Handler& handler) {
    const bool opened = Try([&]() -> Status {
      TRY(pipeline_.InTime(call_));
      exchange_ = TRY(handler(call_));
      return Ok();
    });
    if (opened) Read();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return End(Ok());
    Then([this] { Take(); });
  }
  void OnWriteDone(bool ok) override { ok ? WriteNext() : EndGone(); }
  void OnCancel() override { EndGone(); }
  void OnDone() override { Done(); }

 private:
  void FinishReactor(const grpc::Status& status) override { this->Finish(status); }

  void Read() {
    Start([this] { this->StartRead(&bytes_); });
  }
  void Take() {
    responses_.clear();
    written_ = 0;
    const bool taken = Try([&]() -> Status {
      Request request;
      TRY(ParseRequest(bytes_, request));
      TRY(pipeline_.CheckRequest(method_, call_, request));
      return exchange_->Take(std::move(request), responses_);
    });
    if (taken) WriteNext();
  }
  void WriteNext() {
    if (written_ == responses_.size()) return Read();
    const Response* response = &responses_[written_++];
    Start([&] { this->StartWrite(response); });
  }

  std::unique_ptr<Exchange<Request, Response>> exchange_;
  grpc::ByteBuffer bytes_;
  std::vector<Response> responses_;
  std::size_t written_ = 0;
};

template <class Reactor, class Handler>
Reactor* BeginStream(std::shared_ptr<Reactor> reactor, Handler handler) {
  Reactor* const raw = reactor.get();
  raw->Begin(std::move(reactor), [raw, handler = std::move(handler)] { raw->Open(handler); });  // Run holds it.
  return raw;
}

}  // namespace octavo::rpc
