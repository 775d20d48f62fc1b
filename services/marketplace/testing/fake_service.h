// FakeService: the base of the fakes of services, which are gRPC services within the process, behind one FakeServer. Each can be
// made to fail or to hang, as can single calls of a page.
//
//     class FakeCart final : public FakeService {
//      public:
//       explicit FakeCart(FakeServer& server) : FakeService("octavo.cart.v1.CartService", server) {
//         Unary("GetCart", this, &FakeCart::GetCart);
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

// What becomes of single calls of a page, by their order: the first call is 0. While one is in force, calls that begin on the
// thread that made it count; those on other threads go as ever.
class Mishaps {
 public:
  struct Mishap {
    Condition condition = Condition::kUp;
    std::optional<Error> error = {};  // Instead of the answer.
  };

  explicit Mishaps(std::map<int, Mishap> by_call) : by_call_(std::move(by_call)) { current = this; }
  ~Mishaps() { current = nullptr; }
  Mishaps(const Mishaps&) = delete;
  Mishaps& operator=(const Mishaps&) = delete;

  // How many calls were made so far.
  int call_count() const { return call_count_; }
  // That of the call that begins; an ordinary one where none is planned.
  static Mishap Next();

 private:
  static inline thread_local Mishaps* current = nullptr;

  const std::map<int, Mishap> by_call_;
  int call_count_ = 0;
};

class FakeServer;

class FakeService : public rpc::Service {
 public:
  // How every method answers from now on.
  std::atomic<Condition> condition = Condition::kUp;
  // The next call that may change something, as its proto says, fails so.
  void FailNext(Error error);
  // What FailNext planned for a call of this method, which is then done with.
  std::optional<Error> TakeFailure(const rpc::Method& method);

 protected:
  // Before the server starts, which must stop before the service goes.
  FakeService(const std::string& name, FakeServer& server);

 private:
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
  void Add(FakeService& service);
  void Start();
  // Ends all calls. Repeating it does nothing.
  void Stop();

  // To all services, after Start.
  std::shared_ptr<grpc::Channel> channel();
  // For those who call through the channel.
  rpc::Telemetry telemetry() { return {*log_, metrics_, tracer_, clock_}; }

 private:
  Status Guard(const rpc::Call& call, const rpc::Method& method);
  Error Hang(const rpc::Call& call);

  const SystemClock clock_;
  const std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  const obs::Tracer tracer_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;                         // Guarded by mutex_.
  std::map<std::string, FakeService*> services_;  // By their names. Fixed from Start on.
  rpc::Pipeline pipeline_;
  grpc::ServerBuilder builder_;
  std::unique_ptr<grpc::Server> server_;  // From Start on.
};

}  // namespace octavo::marketplace
