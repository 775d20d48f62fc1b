// GrpcCalls: how the marketplace calls a service over gRPC: within the page's budget, behind a circuit
// breaker where one is given, as an answer on its way. Counts what is under way, so that nothing outlives it.
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

#include "lib/rpc/client.h"
#include "lib/rpc/status.h"
#include "services/marketplace/circuit_breaker.h"
#include "services/marketplace/pending.h"

namespace octavo::marketplace {

class GrpcCalls {
 public:
  // What `telemetry` refers to must outlive it.
  explicit GrpcCalls(rpc::Telemetry telemetry) : caller_(telemetry) {}
  // WaitForNone() must have returned since the last call.
  ~GrpcCalls() = default;
  GrpcCalls(const GrpcCalls&) = delete;
  GrpcCalls& operator=(const GrpcCalls&) = delete;

  const rpc::Caller& caller() const { return caller_; }

  // gRPC counts deadlines in milliseconds; half a one is none.
  static std::chrono::milliseconds Left(const Budget& budget) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(budget.Left());
  }

  // `breaker` may be null.
  template <class Async, class Interface, class Request, class Response>
  Pending<Response> Start(Async& async,
                          void (Interface::*method)(grpc::ClientContext*, const Request*, Response*,
                                                    std::function<void(grpc::Status)>),
                          const std::type_identity_t<Request>& request, const Budget& budget, CircuitBreaker* breaker) {
    const std::chrono::milliseconds left = Left(budget);
    if (left.count() <= 0) {
      return Pending<Response>(Answer<Response>(Error{Code::kDeadlineExceeded, "TOO_SLOW", "the page's budget is spent"}));
    }
    if (breaker != nullptr && !breaker->Allows()) {
      return Pending<Response>(
          Answer<Response>(Error{Code::kUnavailable, "RESTING", "the service did not answer and is left alone for a moment"}));
    }
    auto promise = std::make_shared<std::promise<Answer<Response>>>();
    std::future<Answer<Response>> future = promise->get_future();
    Begin();
    caller_.Send(async, method, request, {.budget = left, .trace = budget.trace()},
                 [this, breaker, promise](Result<Response> result) {
                   if (breaker != nullptr) {
                     const bool failed = !result.ok() && CircuitBreaker::IsFailure(result.error().code);
                     failed ? breaker->Failed() : breaker->Succeeded();
                   }
                   if (result.ok()) {
                     promise->set_value(std::make_shared<const Response>(*std::move(result)));
                   } else {
                     promise->set_value(std::move(result).error());
                   }
                   End();
                 });
    return Pending<Response>(std::move(future));
  }

  // Follows a server stream until it ends or is cancelled, without deadline.
  template <class Async, class Interface, class Request, class Response>
  std::shared_ptr<Subscription> Follow(Async& async,
                                       void (Interface::*method)(grpc::ClientContext*, const Request*,
                                                                 grpc::ClientReadReactor<Response>*),
                                       const std::type_identity_t<Request>& request, Listener<Response> listener) {
    Begin();
    auto stream = std::make_shared<Stream<Request, Response>>(*this, request, std::move(listener));
    stream->Run(stream, async, method);
    return stream;
  }

  // Each call has a deadline; streams must have been cancelled.
  void WaitForNone() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  template <class Request, class Response>
  class Stream final : public Subscription, public grpc::ClientReadReactor<Response> {
   public:
    Stream(GrpcCalls& calls, const Request& request, Listener<Response> listener)
        : calls_(calls), request_(request), listener_(std::move(listener)) {}

    template <class Async, class Method>
    void Run(std::shared_ptr<Stream> self, Async& async, Method method) {
      self_ = std::move(self);
      (async.*method)(&context_, &request_, this);
      this->StartRead(&message_);
      this->StartCall();
    }
    void Cancel() override { context_.TryCancel(); }

    void OnReadDone(bool ok) override {
      if (!ok) return;
      listener_.message(message_);
      this->StartRead(&message_);
    }
    void OnDone(const grpc::Status& status) override {
      const bool cancelled = status.error_code() == grpc::StatusCode::CANCELLED;
      listener_.end(status.ok() || cancelled ? Ok() : Status(rpc::ToError(status)));
      listener_ = {};  // What it refers to may go now.
      GrpcCalls& calls = calls_;
      self_.reset();  // Perhaps the last to hold this.
      calls.End();
    }

   private:
    GrpcCalls& calls_;
    const Request request_;
    Listener<Response> listener_;
    grpc::ClientContext context_;
    Response message_;
    std::shared_ptr<Stream> self_;  // Until OnDone: gRPC holds only a pointer.
  };

  void Begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void End() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  const rpc::Caller caller_;
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;  // Guarded by mutex_.
};

}  // namespace octavo::marketplace
