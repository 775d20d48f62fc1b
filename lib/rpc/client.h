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
#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "lib/base/mutex.h"
#include "lib/base/pause.h"
#include "lib/base/result.h"
#include "lib/rpc/limits.h"
#include "lib/rpc/pipeline.h"
#include "lib/rpc/status.h"

namespace octavo::rpc {

// An answer on its way: a Response, or what it is held by.
template <class T>
class Pending {
 public:
  explicit Pending(Result<T> ready) : ready_(std::move(ready)) {}
  explicit Pending(std::future<Result<T>> future) : future_(std::move(future)) {}

  // Waits for the answer, at most until the call's deadline. Call it once. Dropping a Pending lets the call run out.
  Result<T> Get() { return future_.valid() ? future_.get() : std::move(ready_); }

  // What `step` makes of the answer, a function from Result<T> to Result<U>. It runs inside Get, on the thread that calls it, and
  // never where nobody calls Get.
  template <class Step>
  auto Then(Step step) && {
    using Next = typename std::invoke_result_t<Step, Result<T>>::value_type;
    return Pending<Next>(std::async(
        std::launch::deferred,
        [pending = std::move(*this), step = std::move(step)]() mutable -> Result<Next> { return step(pending.Get()); }));
  }

 private:
  Result<T> ready_ = Error{};
  std::future<Result<T>> future_;
};

// Counts calls that are under way.
class UnderWay {
 public:
  // Takes one off when it ends.
  class Ending {
   public:
    explicit Ending(UnderWay& under_way) : under_way_(under_way) {}
    ~Ending() { under_way_.End(); }
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

   private:
    UnderWay& under_way_;
  };

  void Begin();
  void WaitForNone();

 private:
  void End();

  Mutex mutex_;
  ConditionVariable none_;
  int count_ OCTAVO_GUARDED_BY(mutex_) = 0;
};

class Caller {
 public:
  // What `telemetry` refers to must outlive it.
  explicit Caller(Telemetry telemetry) : telemetry_(telemetry) {}
  // Waits for what Send and Start began; each such call has a deadline.
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Calls and waits. `method` is a member of the generated StubInterface. What the channels of channel.h do for calls to other
  // processes, this and Send do for those within one, where gRPC repeats nothing: a call that its proto calls idempotent and
  // that ends with UNAVAILABLE is made again, three times in all, as long as its deadline allows.
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
      const auto pause = PauseBeforeRepeat(context, *Request::descriptor(), status, attempt);
      if (!pause) return ToError(status);
      Pause(*pause);
    }
  }

  // Calls and goes on; `method` is a member of the generated Stub::async (or its interface), which must outlive the Caller.
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

  // As Start; `done` gets the answer on one of gRPC's threads and must not block.
  template <class Async, class Interface, class Request, class Response>
  void Send(Async& async,
            void (Interface::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>),
            std::type_identity_t<Request> request, const Limits& limits,
            std::type_identity_t<std::function<void(Result<Response>)>> done) const {
    using Method = decltype(method);
    under_way_.Begin();
    auto sending = std::make_shared<Sending<Interface, Method, Request, Response>>(*this, async, method, std::move(request),
                                                                                   limits, std::move(done));
    sending->Run();
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

  // One call of Send, with its repeats. Held by gRPC's callback, or by itself while it rests before a repeat.
  template <class Interface, class Method, class Request, class Response>
  class Sending : public std::enable_shared_from_this<Sending<Interface, Method, Request, Response>> {
   public:
    Sending(const Caller& caller, Interface& async, Method method, Request request, const Limits& limits,
            std::function<void(Result<Response>)> done)
        : caller_(caller),
          async_(async),
          method_(method),
          request_(std::move(request)),
          limits_(limits),
          done_(std::move(done)) {}

    void Run() {
      context_.emplace();
      response_.Clear();
      outgoing_ = caller_.Prepare(*context_, limits_, Request::descriptor());
      (async_.*method_)(&*context_, &request_, &response_,
                        [self = this->shared_from_this()](const grpc::Status& status) { self->Ended(status); });
    }

   private:
    void Ended(const grpc::Status& status) {
      caller_.Finish(outgoing_, status);
      if (const auto pause = caller_.PauseBeforeRepeat(*context_, *Request::descriptor(), status, ++attempts_)) {
        // The alarm keeps its callback for as long as it lives, and it lives in here: so the callback must not hold this.
        resting_ = this->shared_from_this();
        alarm_.emplace();
        alarm_->Set(caller_.After(*pause), [this](bool) { std::exchange(resting_, nullptr)->Run(); });
        return;
      }
      const UnderWay::Ending ending(caller_.under_way_);
      // It holds the channel. Were it the last to, behind the end, the channel would go on gRPC's own thread, which would then
      // wait for itself and free what it runs on.
      context_.reset();
      status.ok() ? done_(std::move(response_)) : done_(ToError(status));
      done_ = nullptr;  // What it refers to may go once the call has ended.
    }

    const Caller& caller_;
    Interface& async_;
    const Method method_;
    const Request request_;
    const Limits limits_;
    std::function<void(Result<Response>)> done_;
    std::optional<grpc::ClientContext> context_;
    Response response_;
    Outgoing outgoing_;
    int attempts_ = 0;
    std::shared_ptr<Sending> resting_;  // Holds itself while it waits for the alarm.
    std::optional<grpc::Alarm> alarm_;
  };

  // How long to wait before the call is made once more; nullopt where it shall not be.
  std::optional<std::chrono::milliseconds> PauseBeforeRepeat(const grpc::ClientContext& context,
                                                             const google::protobuf::Descriptor& request,
                                                             const grpc::Status& status, int attempt) const;
  std::chrono::system_clock::time_point After(std::chrono::milliseconds pause) const;
  // The context gets its bounds, and the credentials of this process and of whom the call is made for.
  void SetUp(grpc::ClientContext& context, const Limits& limits) const;
  Outgoing Prepare(grpc::ClientContext& context, const Limits& limits, const google::protobuf::Descriptor* request) const;
  void Finish(const Outgoing& outgoing, const grpc::Status& status) const;

  const Telemetry telemetry_;
  mutable UnderWay under_way_;
};

}  // namespace octavo::rpc
