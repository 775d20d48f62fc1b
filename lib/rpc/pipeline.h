// Pipeline: what happens around every handler of a module, in this order: trace → metrics → log → admission (gate,
// who calls, bounded queue) → deadline check → handler → error mapping. One per module.
// Thread-safe. Must outlive the services that use it; the references it is given must outlive it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <array>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/identity/tokens.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"
#include "lib/rpc/access.h"
#include "lib/rpc/call.h"

namespace octavo::rpc {

struct Telemetry {
  obs::Log& log;
  obs::Metrics& metrics;
  const obs::Tracer& tracer;
  const Clock& clock;
  // As whom the module calls others, and how it knows who calls it. Null: calls carry no identity, and everybody may call
  // everything; for tests of one service.
  const identity::Workload* workload = nullptr;
};

// One method's standing data.
struct Method {
  std::string full_name;  // "octavo.catalog.v1.CatalogService/GetBook".
  Access access;
  // How long calls took, by their status code. Null: not met yet.
  using Durations = std::array<std::atomic<obs::Histogram*>, 17>;
  std::unique_ptr<Durations> durations = std::make_unique<Durations>();
  obs::Counter* refused = nullptr;
  obs::Gauge* in_flight = nullptr;  // Counted up by whoever takes a call, and down by Finish.
};

// What OpenTelemetry calls an RPC's attributes: rpc.system, rpc.service, rpc.method, rpc.grpc.status_code.
// https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
std::map<std::string, std::variant<std::string, std::int64_t>> RpcAttributes(const std::string& full_name, int status_code);

// A stream that ends when the module stops.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  virtual void Stop() = 0;
};

class Pipeline {
 public:
  Pipeline(Telemetry telemetry, ThreadPool::Options options);
  ~Pipeline();

  // Calls are refused with UNAVAILABLE (STARTING) before Open, and (STOPPING) after Close, which also ends the open
  // streams and waits for the handlers that run.
  void Open();
  void Close();

  // What the generated-code glue in service.h uses.
  ThreadPool& pool() { return pool_; }
  Method MakeMethod(const std::string& service, const std::string& method, Access access);
  // Null: everybody may call everything.
  const identity::Workload* workload() const { return telemetry_.workload; }
  // Whether this caller may ask for this.
  Status CheckRequest(const Method& method, const Call& call, const google::protobuf::Message& request) const {
    return workload() == nullptr ? Ok() : method.access.Check(call.caller(), request);
  }
  Status Admit() const;
  // Whether the call has time left; work that nobody waits for any more is not begun.
  Status InTime(const Call& call) const;
  // The error of a call whose queue was full.
  static Error Overloaded();
  // Runs `body`, turning an exception into its error, and logging it.
  template <class Body>
  Status Guarded(const Method& method, const Call& call, const Body& body) const {
    try {
      return body();
    } catch (const std::exception& exception) {
      return Failed(method, call, exception);
    }
  }
  // Records the end of a call, once; gives the status to send.
  grpc::Status Finish(const Method& method, const Call& call, std::uint64_t parent_span,
                      std::chrono::steady_clock::time_point started, const Status& status) const;
  const Clock& clock() const { return telemetry_.clock; }
  bool tracing() const { return telemetry_.tracer.enabled(); }

  // Why this stream may not be opened: the module stops, or too many are open, of all peers or of this one. Each open stream
  // holds
  // a message, a window of 64 kB and whatever its source holds. Calls within the process ("inproc:…") are all of one peer and
  // have no share.
  static constexpr std::size_t kStreamsMax = 4096;
  static constexpr std::size_t kStreamsPerPeerMax = 512;
  Status Enter(OpenStream* stream, const std::string& peer);
  void Leave(OpenStream* stream);

 private:
  enum class State { kStarting, kOpen, kClosed };

  Status Failed(const Method& method, const Call& call, const std::exception& exception) const;
  obs::Histogram& Duration(const Method& method, int status_code) const;

  const Telemetry telemetry_;
  std::atomic<State> state_ = State::kStarting;
  Mutex mutex_;
  std::map<OpenStream*, std::string> streams_ OCTAVO_GUARDED_BY(mutex_);  // With their peers.
  std::map<std::string, std::size_t> peers_ OCTAVO_GUARDED_BY(mutex_);    // How many streams each has; none has 0.
  ThreadPool pool_;                                                       // Last: its threads use the rest.
};

}  // namespace octavo::rpc
