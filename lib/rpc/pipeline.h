// Pipeline: what happens around every handler of a module, in this order: trace → metrics → log → admission (gate,
// bounded queue) → deadline check → authenticate and authorise → handler → error mapping. One per module.
// Thread-safe. Must outlive the services that use it; the references it is given must outlive it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"
#include "lib/rpc/call.h"
#include "lib/rpc/dispatcher.h"

namespace octavo::rpc {

struct Telemetry {
  obs::Log& log;
  obs::Metrics& metrics;
  const obs::Tracer& tracer;
  const Clock& clock;
};

// One method's standing data.
struct Method {
  std::string full_name;  // "octavo.catalog.v1.CatalogService/GetBook".
  obs::Histogram* ok = nullptr;
  obs::Counter* refused = nullptr;
};

// What OpenTelemetry calls an RPC's attributes: rpc.system, rpc.service, rpc.method, rpc.grpc.status_code.
// https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
std::map<std::string, std::variant<std::string, std::int64_t>> RpcAttributes(const std::string& full_name, int status_code);

// Answers whether this caller may call this method; OK or the error to answer with (UNAUTHENTICATED, PERMISSION_DENIED).
// Runs where the handler runs. Must be thread-safe.
using Guard = std::function<Status(const Call&, const Method&)>;

// A stream that ends when the module stops.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  virtual void Stop() = 0;
};

class Pipeline {
 public:
  Pipeline(Telemetry telemetry, Dispatcher::Options options, Guard guard = nullptr);
  ~Pipeline();

  // Calls are refused with UNAVAILABLE (STARTING) before Open, and (STOPPING) after Close, which also ends the open
  // streams and waits for the handlers that run.
  void Open();
  void Close();

  // What the generated-code glue in service.h uses.
  Dispatcher& dispatcher() { return dispatcher_; }
  Method MakeMethod(const std::string& service, const std::string& method);
  Status Admit() const;
  Status Allow(const Call& call, const Method& method) const;
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
  // Records the end of a call; gives the status to send.
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
  obs::Histogram& Duration(const std::string& full_name, int status_code) const;

  const Telemetry telemetry_;
  const Guard guard_;
  std::atomic<State> state_ = State::kStarting;
  std::mutex mutex_;
  std::map<OpenStream*, std::string> streams_;  // With their peers. Guarded by mutex_, as the next line.
  std::map<std::string, std::size_t> peers_;    // How many streams each has; none has 0.
  Dispatcher dispatcher_;                       // Last: its threads use the rest.
};

}  // namespace octavo::rpc
