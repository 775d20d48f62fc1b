// Peer: another service, as those see it who ask it: its generated messages, a deadline on every call, and a circuit breaker.
//
//     rpc::Peer<cart::v1::CartService> cart(channel, telemetry, rpc::Breaking::kWhenAway);
//     auto pending = cart.Ask(&CartService::Stub::async::GetCart, request, rpc::Within(limits, 100ms));  // Starts the call.
//     const Result<cart::v1::Cart> answer = pending.Get();                                               // Waits for its answer.
//
// Where the service lives is for the channel to say: in this process, in another one, or in several. A new RPC of the service
// needs nothing here. Where two kinds of calls of one service shall have breakers of their own, there are two peers. Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "lib/rpc/circuit_breaker.h"
#include "lib/rpc/client.h"
#include "lib/rpc/credentials.h"
#include "lib/rpc/limits.h"

namespace octavo::rpc {

// What hears the messages of a stream, one after the other, on gRPC's threads; neither function may block.
template <class Message>
struct Listener {
  std::function<void(const Message&)> message;
  // Called once, after the last message, with the reason of the end, which is OK after Cancel().
  std::function<void(Status)> end;
};

// A stream that is being followed. Dropping it does not end the stream.
class Subscription {
 public:
  virtual ~Subscription() = default;
  // Ends the stream soon; messages that are under way may still be heard. Repeating it does nothing. Thread-safe.
  virtual void Cancel() = 0;
};

enum class Breaking {
  kNever,     // Every call is made, because nobody does without its answer.
  kWhenAway,  // Calls to a service that does not answer are refused for a while (circuit_breaker.h).
};

template <class Service>
class Peer {
 public:
  using Stub = typename Service::Stub;
  using Async = std::remove_pointer_t<decltype(std::declval<Stub&>().async())>;
  template <class Request, class Response>
  using UnaryMethod = void (Async::*)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>);
  template <class Request, class Response>
  using StreamMethod = void (Async::*)(grpc::ClientContext*, const Request*, grpc::ClientReadReactor<Response>*);
  template <class Request, class Response>
  using UploadMethod = std::unique_ptr<grpc::ClientWriter<Request>> (Stub::*)(grpc::ClientContext*, Response*);

  // What `telemetry` refers to must outlive the peer.
  Peer(const std::shared_ptr<grpc::ChannelInterface>& channel, Telemetry telemetry, Breaking breaking)
      : clock_(telemetry.clock), workload_(telemetry.workload), stub_(Service::NewStub(channel)), caller_(telemetry) {
    if (breaking == Breaking::kWhenAway) breaker_.emplace(clock_);
  }
  // Waits for the calls that are under way, each of which has a deadline, and for the streams, which must have been cancelled.
  ~Peer() { streams_.WaitForNone(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Starts a call and returns at once. The answer is the service's, or DEADLINE_EXCEEDED (TOO_SLOW) where the limits leave no
  // time for a call, or UNAVAILABLE (RESTING) while the breaker is open.
  template <class Request, class Response>
  Pending<Response> Ask(UnaryMethod<Request, Response> method, std::type_identity_t<Request> request, const Limits& limits) {
    // gRPC counts deadlines in milliseconds: less than one is none.
    if (Left(limits) < std::chrono::milliseconds(1)) {
      return Pending<Response>(Error{Code::kDeadlineExceeded, "TOO_SLOW", "the time for this call is spent"});
    }
    if (breaker_ && !breaker_->Allows()) {
      return Pending<Response>(Error{Code::kUnavailable, "RESTING", "the service did not answer and is left alone for a moment"});
    }
    auto promise = std::make_shared<std::promise<Result<Response>>>();
    std::future<Result<Response>> future = promise->get_future();
    caller_.Send(*stub_->async(), method, std::move(request), limits, [this, promise](Result<Response> result) {
      if (breaker_) {
        const bool failed = !result.ok() && CircuitBreaker::IsFailure(result.error().code);
        failed ? breaker_->Failed() : breaker_->Succeeded();
      }
      promise->set_value(std::move(result));
    });
    return Pending<Response>(std::move(future));
  }

  // Follows a server stream until it ends or is cancelled, without a deadline; for whom `bearer` says (Limits::bearer).
  template <class Request, class Response>
  std::shared_ptr<Subscription> Follow(StreamMethod<Request, Response> method, std::type_identity_t<Request> request,
                                       const std::shared_ptr<const std::string>& bearer,
                                       std::type_identity_t<Listener<Response>> listener) {
    streams_.Begin();
    auto stream = std::make_shared<Stream<Request, Response>>(streams_, std::move(request), std::move(listener));
    AddCredentials(stream->context(), workload_, bearer);
    stream->Run(stream, *stub_->async(), method);
    return stream;
  }

  // Sends all `messages` as a client stream and waits for the one answer.
  template <class Request, class Response>
  Result<Response> SendAll(UploadMethod<Request, Response> method, std::span<const std::type_identity_t<Request>> messages,
                           const Limits& limits) {
    grpc::ClientContext context;
    caller_.PrepareStream(context, limits);
    Response response;
    const auto writer = (*stub_.*method)(&context, &response);
    for (const Request& message : messages) {
      if (!writer->Write(message)) break;  // Finish says why.
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return ToError(status);
    return response;
  }

 private:
  template <class Request, class Response>
  class Stream final : public Subscription, public grpc::ClientReadReactor<Response> {
   public:
    Stream(UnderWay& streams, Request request, Listener<Response> listener)
        : streams_(streams), request_(std::move(request)), listener_(std::move(listener)) {}

    void Run(std::shared_ptr<Stream> self, Async& async, StreamMethod<Request, Response> method) {
      self_ = std::move(self);
      (async.*method)(&context_, &request_, this);
      this->StartRead(&message_);
      this->StartCall();
    }
    void Cancel() override { context_.TryCancel(); }
    grpc::ClientContext& context() { return context_; }

    void OnReadDone(bool ok) override {
      if (!ok) return;
      listener_.message(message_);
      this->StartRead(&message_);
    }
    void OnDone(const grpc::Status& status) override {
      const bool cancelled = status.error_code() == grpc::StatusCode::CANCELLED;
      listener_.end(status.ok() || cancelled ? Ok() : Status(ToError(status)));
      listener_ = {};  // What it refers to may go now.
      const UnderWay::Ending ending(streams_);
      self_.reset();  // Perhaps the last to hold this.
    }

   private:
    UnderWay& streams_;
    const Request request_;
    Listener<Response> listener_;
    grpc::ClientContext context_;
    Response message_;
    std::shared_ptr<Stream> self_;  // Until OnDone, because gRPC holds only a pointer.
  };

  std::chrono::milliseconds Left(const Limits& limits) const {
    return std::min(limits.budget, std::chrono::duration_cast<std::chrono::milliseconds>(limits.deadline - clock_.Now()));
  }

  const Clock& clock_;
  const identity::Workload* const workload_;
  const std::unique_ptr<Stub> stub_;
  std::optional<CircuitBreaker> breaker_;
  UnderWay streams_;
  Caller caller_;  // Last: it waits for the calls that use the rest.
};

}  // namespace octavo::rpc
