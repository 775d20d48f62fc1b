#include "lib/rpc/client.h"

#include <algorithm>

namespace octavo::rpc {

Caller::Outgoing Caller::Prepare(grpc::ClientContext& context, const Limits& limits,
                                 const std::string& request_name) const {
  const Timestamp own = telemetry_.clock.Now() + limits.budget;
  // Never a `timeout` in the service config: on gRPC 1.51 it fails at once or is ignored (grpc/grpc#34547).
  context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(std::min(own, limits.deadline)));
  context.set_wait_for_ready(limits.wait_for_ready);
  Outgoing outgoing{.request_name = request_name,
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
  telemetry_.tracer.Finish({.name = outgoing.request_name,
                            .kind = obs::Span::Kind::kClient,
                            .context = outgoing.trace,
                            .parent_span = outgoing.parent_span,
                            .start = end - std::chrono::duration_cast<std::chrono::microseconds>(took),
                            .end = end,
                            .attributes = {{"rpc.system", "grpc"}},
                            .failed = !status.ok()});
}

}  // namespace octavo::rpc
