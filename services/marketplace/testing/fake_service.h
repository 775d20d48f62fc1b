// FakeService: the base of the fakes of services, which are gRPC services within the process, behind one FakeServer. Each can be
// made to fail or to hang, as can single calls of a page.
//
//     class FakeCart final : public FakeService {
//      public:
//       explicit FakeCart(FakeServer& server) : FakeService("octavo.cart.v1.CartService", server) {
//         Answer<&FakeCart::GetCart>("GetCart");
//       }
//
// What a fake does not have, it answers with UNIMPLEMENTED. tests/shop/fakes_test.cc holds the fakes to what the services do.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"
#include "lib/rpc/service.h"

namespace octavo::marketplace {

enum class Condition {
  kUp,
  kDown,  // Answers UNAVAILABLE at once.
  kHung,  // Never answers.
};

// Faults for single calls of a page, by their order: the first call is 0. While such an object exists, calls that begin on the
// thread that made it count; calls on other threads are not affected.
class CallFaults {
 public:
  struct Fault {
    Condition condition = Condition::kUp;
    std::optional<Error> error = {};  // Instead of the answer.
  };

  explicit CallFaults(std::map<int, Fault> by_call) : by_call_(std::move(by_call)) { current = this; }
  ~CallFaults() { current = nullptr; }
  CallFaults(const CallFaults&) = delete;
  CallFaults& operator=(const CallFaults&) = delete;

  // How many calls were made so far.
  int call_count() const { return call_count_; }
  // That of the call that begins; an ordinary one where none is planned.
  static Fault Next();

 private:
  static inline thread_local CallFaults* current = nullptr;

  const std::map<int, Fault> by_call_;
  int call_count_ = 0;
};

class FakeServer;

class FakeService : public rpc::Service {
 public:
  // How every method answers from now on.
  std::atomic<Condition> condition = Condition::kUp;
  // The next call that may change something, as its proto says, fails so.
  void FailNext(Error error);

 protected:
  // Before the server starts, which must stop before the service goes.
  FakeService(const std::string& name, FakeServer& server);

  // Names a unary method: Handler is a member of the fake, Result<Response> (const rpc::Call&, const Request&).
  template <auto Handler>
  void Answer(const std::string& method) {
    AnswerWith<Handler>(method, Handler);
  }
  // Whether the handler may run. It waits where the service hangs.
  Status Allow(const rpc::Call& call, const google::protobuf::Descriptor& request);

 private:
  template <auto Handler, class Fake, class Request, class Response>
  void AnswerWith(const std::string& method, Result<Response> (Fake::*)(const rpc::Call&, const Request&)) {
    Unary(method, static_cast<FakeService*>(this), &FakeService::Run<Handler, Fake, Request, Response>);
  }
  template <auto Handler, class Fake, class Request, class Response>
  Result<Response> Run(const rpc::Call& call, const Request& request) {
    TRY(Allow(call, *Request::descriptor()));
    return (static_cast<Fake*>(this)->*Handler)(call, request);
  }

  FakeServer& server_;
  std::mutex mutex_;
  std::optional<Error> fail_next_;  // Guarded by mutex_.
};

// Thread-safe once it has started.
class FakeServer {
 public:
  FakeServer();
  // Stop().
  ~FakeServer();

  rpc::Pipeline& pipeline() { return pipeline_; }
  void Add(FakeService& service) { builder_.RegisterService(&service); }
  void Start();
  // Ends all calls. Repeating it does nothing.
  void Stop();

  // To all services, after Start.
  std::shared_ptr<grpc::Channel> channel();
  // Of a call that begins: gives the trace by which the call is known when it comes.
  obs::TraceContext Plan(const CallFaults::Fault& fault);
  // What was planned for the call; an ordinary one where nothing was.
  CallFaults::Fault Planned(const rpc::Call& call);
  // Waits until the caller has given up, or the server stops; gives the error for whoever still listens.
  Error Hang(const rpc::Call& call);
  // For those who call through the channel.
  rpc::Telemetry telemetry() { return {*log_, metrics_, tracer_, clock_}; }

 private:
  const SystemClock clock_;
  const std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  const obs::Tracer tracer_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;                             // Guarded by mutex_.
  std::map<std::string, CallFaults::Fault> planned_;  // By the trace of the call. Guarded by mutex_.
  rpc::Pipeline pipeline_;
  grpc::ServerBuilder builder_;
  std::unique_ptr<grpc::Server> server_;  // From Start on.
};

}  // namespace octavo::marketplace
