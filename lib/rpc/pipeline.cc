#include "lib/rpc/pipeline.h"

#include <exception>

#include "lib/base/check.h"
#include "lib/base/failure.h"
#include "lib/rpc/status.h"

namespace octavo::rpc {
namespace {

// Faults of ours, worth an operator's time; the other codes are the caller's to act on.
bool IsServerFault(Code code) { return code == Code::kInternal || code == Code::kUnknown || code == Code::kDataLoss; }

}  // namespace

std::map<std::string, std::variant<std::string, std::int64_t>> RpcAttributes(const std::string& full_name, int status_code) {
  const std::size_t slash = full_name.find('/');
  return {{"rpc.system", "grpc"},
          {"rpc.service", full_name.substr(0, slash)},
          {"rpc.method", full_name.substr(slash + 1)},
          {"rpc.grpc.status_code", std::int64_t{status_code}}};
}

Pipeline::Pipeline(Telemetry telemetry, ThreadPool::Options options) : telemetry_(telemetry), pool_(options) {}

Pipeline::~Pipeline() { Close(); }

void Pipeline::Open() { state_ = State::kOpen; }

void Pipeline::Close() {
  state_ = State::kClosed;
  {
    const MutexLock lock(mutex_);
    for (const auto& [stream, peer] : streams_) stream->Stop();
  }
  pool_.Stop();
}

Method Pipeline::MakeMethod(const std::string& service, const std::string& method, Access access) {
  const std::string full_name = service + "/" + method;
  Method made{
      .full_name = full_name,
      .access = std::move(access),
      .refused = &telemetry_.metrics.Counter("rpc_server_refused_total", "Calls refused before their handler ran",
                                             {{"rpc_service", service}, {"rpc_method", method}}),
      .in_flight = &telemetry_.metrics.Gauge("rpc_server_in_flight", "Calls and streams that have come and have not ended",
                                             {{"rpc_service", service}, {"rpc_method", method}}),
  };
  (void)Duration(made, grpc::StatusCode::OK);
  return made;
}

// That of OK is there from the beginning, one of an error from its first time on: few methods know more than three codes, and all
// would be 17 for each. Looking one up in the registry takes some microseconds, which a crowd that is refused would pay for each
// call.
obs::Histogram& Pipeline::Duration(const Method& method, int status_code) const {
  std::atomic<obs::Histogram*>& kept = method.durations->at(static_cast<std::size_t>(status_code));
  if (obs::Histogram* const known = kept.load(std::memory_order_acquire)) return *known;
  const std::size_t slash = method.full_name.find('/');
  obs::Histogram& made = telemetry_.metrics.Histogram("rpc_server_duration_seconds", "Time from the arrival of a call to its end",
                                                      {{"rpc_system", "grpc"},
                                                       {"rpc_service", method.full_name.substr(0, slash)},
                                                       {"rpc_method", method.full_name.substr(slash + 1)},
                                                       {"rpc_grpc_status_code", std::to_string(status_code)}});
  kept.store(&made, std::memory_order_release);
  return made;
}

Status Pipeline::Admit() const {
  switch (state_.load(std::memory_order_relaxed)) {
    case State::kOpen: return Ok();
    case State::kStarting: return Error{Code::kUnavailable, "STARTING", "the service is starting; try again"};
    case State::kClosed: return Error{Code::kUnavailable, "STOPPING", "the service is stopping; try another one"};
  }
  return Ok();
}

Status Pipeline::InTime(const Call& call) const {
  if (call.cancelled()) return Error{Code::kCancelled, "CANCELLED", "the client has gone"};
  if (call.deadline() < telemetry_.clock.Now()) {
    return Error{Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", "the caller's deadline passed before the call could run"};
  }
  return Ok();
}

Error Pipeline::Overloaded() {
  return Error{Code::kResourceExhausted, "OVERLOADED", "too many calls are waiting; try again in a moment"};
}

Status Pipeline::Failed(const Method& method, const Call& call, const std::exception& exception) const {
  // What happened inside is for the log, not for the caller; a Failure says itself what the caller may see.
  const auto* failure = dynamic_cast<const Failure*>(&exception);
  const std::string trace = TraceIdText(call.trace());
  Error error = failure != nullptr
                    ? failure->error()
                    : Error{Code::kInternal, "INTERNAL", "the service could not answer; its log has more under trace " + trace};
  const bool is_bug = dynamic_cast<const Bug*>(&exception) != nullptr;
  telemetry_.log.Error(
      is_bug ? "bug" : "rpc_failed",
      {{"method", method.full_name}, {"trace", trace}, {"code", CodeName(error.code)}, {"what", exception.what()}});
  return error;
}

grpc::Status Pipeline::Finish(const Method& method, const Call& call, std::uint64_t parent_span,
                              std::chrono::steady_clock::time_point started, const Status& status) const {
  const auto took = telemetry_.clock.MonotonicNow() - started;
  const double seconds = std::chrono::duration<double>(took).count();
  const int code = status.ok() ? grpc::StatusCode::OK : static_cast<int>(status.error().code);
  Duration(method, code).Observe(seconds);
  method.in_flight->Decrement();
  if (telemetry_.tracer.enabled() && call.trace().sampled) {
    const Timestamp end = telemetry_.clock.Now();
    obs::Span span{.name = method.full_name,
                   .kind = obs::Span::Kind::kServer,
                   .context = call.trace(),
                   .parent_span = parent_span,
                   .start = end - std::chrono::duration_cast<std::chrono::microseconds>(took),
                   .end = end,
                   .attributes = RpcAttributes(method.full_name, code),
                   .failed = !status.ok() && IsServerFault(status.error().code)};
    if (!status.ok()) span.attributes["octavo.reason"] = status.error().reason;
    telemetry_.tracer.Finish(std::move(span));
  }
  if (status.ok()) return grpc::Status::OK;
  if (status.error().reason == "NOT_ALLOWED" && !call.caller().service.empty()) {
    // A service of the shop asks for what its contract does not give it, or for another customer than whose token it has: a
    // mistake.
    telemetry_.log.Warn("service_refused", {{"method", method.full_name}, {"caller", call.caller().service}});
  } else if (!IsServerFault(status.error().code)) {
    telemetry_.log.Debug("rpc_refused", {{"method", method.full_name}, {"reason", status.error().reason}});
  }
  return ToGrpcStatus(status.error());
}

Status Pipeline::Enter(OpenStream* stream, const std::string& peer) {
  const MutexLock lock(mutex_);
  if (state_ == State::kClosed) return Error{Code::kUnavailable, "STOPPING", "the service is stopping; try another one"};
  const bool has_share = !peer.starts_with("inproc");
  const auto found = peers_.find(peer);
  if (has_share && found != peers_.end() && found->second >= kStreamsPerPeerMax) {
    return Error{Code::kResourceExhausted, "TOO_MANY_STREAMS",
                 "this connection has " + std::to_string(kStreamsPerPeerMax) + " open streams, and no more are allowed"};
  }
  if (has_share && streams_.size() >= kStreamsMax) {
    return Error{Code::kResourceExhausted, "TOO_MANY_STREAMS", "too many streams are open; try again in a moment"};
  }
  streams_.emplace(stream, peer);
  ++peers_[peer];
  return Ok();
}

void Pipeline::Leave(OpenStream* stream) {
  const MutexLock lock(mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;  // It was never let in.
  const auto peer = peers_.find(found->second);
  if (--peer->second == 0) peers_.erase(peer);
  streams_.erase(found);
}

}  // namespace octavo::rpc
