#include "lib/rpc/client.h"

#include <algorithm>

#include <google/protobuf/descriptor.pb.h>

#include "lib/rpc/credentials.h"

namespace octavo::rpc {
namespace {

// As channel.cc has it for other processes.
constexpr int kAttemptsMax = 3;
constexpr std::chrono::milliseconds kPause{20};

// The method that takes such requests; our contracts have a request for each method. Null where several take it.
const google::protobuf::MethodDescriptor* MethodTaking(const google::protobuf::Descriptor& request) {
  const google::protobuf::MethodDescriptor* found = nullptr;
  for (int s = 0; s < request.file()->service_count(); ++s) {
    const google::protobuf::ServiceDescriptor* service = request.file()->service(s);
    for (int m = 0; m < service->method_count(); ++m) {
      if (service->method(m)->input_type() != &request) continue;
      if (found != nullptr) return nullptr;
      found = service->method(m);
    }
  }
  return found;
}

bool IsIdempotent(const google::protobuf::Descriptor& request) {
  const google::protobuf::MethodDescriptor* method = MethodTaking(request);
  return method != nullptr && method->options().idempotency_level() != google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN;
}

// "octavo.catalog.v1.CatalogService/GetBook"; of requests that several methods take, their own name.
std::string NameOf(const google::protobuf::Descriptor& request) {
  const google::protobuf::MethodDescriptor* method = MethodTaking(request);
  return method == nullptr ? request.full_name() : method->service()->full_name() + "/" + method->name();
}

// Whether the server says that repeating is in vain, as gRPC's own retries understand it
// (https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback).
bool ForbidsRepeat(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto pushback = metadata.find("grpc-retry-pushback-ms");
  return pushback != metadata.end() && pushback->second.starts_with("-");
}

}  // namespace

void UnderWay::Begin() {
  const MutexLock lock(mutex_);
  ++count_;
}

void UnderWay::End() {
  const MutexLock lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

void UnderWay::WaitForNone() {
  MutexLock lock(mutex_);
  none_.wait(lock, [this]() OCTAVO_REQUIRES(mutex_) { return count_ == 0; });
}

Caller::~Caller() { under_way_.WaitForNone(); }

std::optional<std::chrono::milliseconds> Caller::PauseBeforeRepeat(const grpc::ClientContext& context,
                                                                   const google::protobuf::Descriptor& request,
                                                                   const grpc::Status& status, int attempt) const {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE || attempt >= kAttemptsMax) return std::nullopt;
  if (!context.peer().starts_with("inproc") || !IsIdempotent(request) || ForbidsRepeat(context)) return std::nullopt;
  const std::chrono::milliseconds pause = attempt * kPause;
  if (context.deadline() - telemetry_.clock.Now() < pause) return std::nullopt;
  return pause;
}

std::chrono::system_clock::time_point Caller::After(std::chrono::milliseconds pause) const {
  return std::chrono::time_point_cast<std::chrono::system_clock::duration>(telemetry_.clock.Now() + pause);
}

void Caller::SetUp(grpc::ClientContext& context, const Limits& limits) const {
  const Timestamp own = telemetry_.clock.Now() + limits.budget;
  // Never a `timeout` in the service config: on gRPC 1.51 it fails at once or is ignored (grpc/grpc#34547).
  context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(std::min(own, limits.deadline)));
  context.set_wait_for_ready(limits.wait_for_ready);
  AddCredentials(context, telemetry_.workload, limits.bearer);
}

void Caller::PrepareStream(grpc::ClientContext& context, const Limits& limits) const {
  SetUp(context, limits);
  const obs::TraceContext trace = limits.trace.valid() ? limits.trace : obs::NewTrace(telemetry_.tracer.enabled());
  context.AddMetadata("traceparent", obs::ToTraceparent(trace));
}

Caller::Outgoing Caller::Prepare(grpc::ClientContext& context, const Limits& limits,
                                 const google::protobuf::Descriptor* request) const {
  SetUp(context, limits);
  Outgoing outgoing{.request = request,
                    .trace = obs::ChildOf(limits.trace, telemetry_.tracer.enabled()),
                    .parent_span = limits.trace.span,
                    .started = telemetry_.clock.MonotonicNow()};
  context.AddMetadata("traceparent", obs::ToTraceparent(outgoing.trace));
  return outgoing;
}

void Caller::Finish(const Outgoing& outgoing, const grpc::Status& status) const {
  if (!telemetry_.tracer.enabled() || !outgoing.trace.sampled) return;
  const auto took = telemetry_.clock.MonotonicNow() - outgoing.started;
  const Timestamp end = telemetry_.clock.Now();
  const std::string method = NameOf(*outgoing.request);
  telemetry_.tracer.Finish({.name = method,
                            .kind = obs::Span::Kind::kClient,
                            .context = outgoing.trace,
                            .parent_span = outgoing.parent_span,
                            .start = end - std::chrono::duration_cast<std::chrono::microseconds>(took),
                            .end = end,
                            .attributes = RpcAttributes(method, status.error_code()),
                            .failed = !status.ok()});
}

}  // namespace octavo::rpc
