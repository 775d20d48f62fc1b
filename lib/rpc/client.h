// Calling another service: a deadline on every call, the trace carried on, errors as Result.
//
//     const v1::Book book = TRY(caller_.Invoke(*catalog_, &v1::CatalogService::StubInterface::GetBook, request,
//                                              rpc::Within(call, 100ms)));
//
//     auto shelf = caller_.Start(*recommendations_->async(), &…::Stub::async::Recommend, request, limits);   // Runs now.
//     const Result<v1::RecommendResponse> answer = shelf.Get();                                              // Waits.
//
// Thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/result.h"
#include "lib/rpc/call.h"
#include "lib/rpc/pipeline.h"
#include "lib/rpc/status.h"

namespace octavo::rpc {

// What bounds one outgoing call.
struct Limits {
  std::chrono::milliseconds budget{1000};
  // Of the call or page that this one is part of; Timestamp::max() for none. The nearer of the two bounds counts.
  Timestamp deadline = Timestamp::max();
  obs::TraceContext trace = {};
  // Wait for a peer that is starting or coming back, instead of failing at once.
  bool wait_for_ready = false;
};

// The caller's own deadline, lowered to `budget`.
inline Limits Within(const Call& call, std::chrono::milliseconds budget) {
  return {.budget = budget, .deadline = call.deadline(), .trace = call.trace()};
}

// An answer on its way. Get() waits for it, at most until the deadline; once. Dropping it lets the call run out.
template <class Response>
class Pending {
 public:
  explicit Pending(std::future<Result<Response>> future) : future_(std::move(future)) {}
  Result<Response> Get() { return future_.get(); }

 private:
  std::future<Result<Response>> future_;
};

class Caller {
 public:
  explicit Caller(Telemetry telemetry) : telemetry_(telemetry) {}

  // Calls and waits. `method` is a member of the generated StubInterface. What the channels of channel.h do for calls to other
  // processes, this does for those within one, where gRPC repeats nothing: a call that its proto calls idempotent and that ends
  // with UNAVAILABLE is made again, three times in all, as long as its deadline allows.
  template <class Stub, class Interface, class Request, class Response>
  Result<Response> Invoke(Stub& stub, grpc::Status (Interface::*method)(grpc::ClientContext*, const Request&, Response*),
                          const std::type_identity_t<Request>& request, const Limits& limits) const {
    for (int attempt = 1;; ++attempt) {
      grpc::ClientContext context;
      const Outgoing outgoing = Prepare(context, limits, Request::descriptor());
      Response response;
      const grpc::Status status = (static_cast<Interface&>(stub).*method)(&context, request, &response);
      Finish(outgoing, status);
      if (status.ok()) return response;
      if (!PauseToRepeat(context, *Request::descriptor(), status, attempt)) return ToError(status);
    }
  }

  // Calls and goes on; `method` is a member of the generated Stub::async (or its interface).
  template <class Async, class Interface, class Request, class Response>
  Pending<Response> Start(Async& async,
                          void (Interface::*method)(grpc::ClientContext*, const Request*, Response*,
                                                    std::function<void(grpc::Status)>),
                          std::type_identity_t<Request> request, const Limits& limits) const {
    auto promise = std::make_shared<std::promise<Result<Response>>>();
    std::future<Result<Response>> future = promise->get_future();
    Send(async, method, std::move(request), limits,
         [promise](Result<Response> result) { promise->set_value(std::move(result)); });
    return Pending<Response>(std::move(future));
  }

  // Calls and goes on; `done` gets the answer on one of gRPC's threads and must not block.
  template <class Async, class Interface, class Request, class Response>
  void Send(Async& async,
            void (Interface::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>),
            std::type_identity_t<Request> request, const Limits& limits,
            std::type_identity_t<std::function<void(Result<Response>)>> done) const {
    struct State {
      grpc::ClientContext context;
      Request request;
      Response response;
      Outgoing outgoing;
    };
    auto state = std::make_shared<State>();  // Shared only because std::function must be copyable.
    state->request = std::move(request);
    state->outgoing = Prepare(state->context, limits, Request::descriptor());
    (static_cast<Interface&>(async).*method)(
        &state->context, &state->request, &state->response,
        [this, state, done = std::move(done)](const grpc::Status& status) {
          Finish(state->outgoing, status);
          status.ok() ? done(std::move(state->response)) : done(ToError(status));
        });
  }

  // Puts deadline and trace into the context of a stream that is driven by hand. It has no span of its own, as it may last
  // for days: the server's hangs below whoever opened it.
  void PrepareStream(grpc::ClientContext& context, const Limits& limits) const;

 private:
  struct Outgoing {
    const google::protobuf::Descriptor* request = nullptr;
    obs::TraceContext trace;
    std::uint64_t parent_span = 0;
    std::chrono::steady_clock::time_point started;
  };

  // True when the call shall be made once more, after a pause.
  bool PauseToRepeat(const grpc::ClientContext& context, const google::protobuf::Descriptor& request,
                     const grpc::Status& status, int attempt) const;
  void SetBounds(grpc::ClientContext& context, const Limits& limits) const;
  Outgoing Prepare(grpc::ClientContext& context, const Limits& limits, const google::protobuf::Descriptor* request) const;
  void Finish(const Outgoing& outgoing, const grpc::Status& status) const;

  const Telemetry telemetry_;
};

}  // namespace octavo::rpc
