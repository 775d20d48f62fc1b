// OtlpExporter: sends finished spans to an OpenTelemetry collector, OTLP over gRPC, in batches, in the background (the outbox
// `span_export`). Export never waits: when the collector is slow or away, spans are lost, counted and told in the log.
// Thread-safe. The destructor sends what is left, for a moment.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <span>
#include <string>

#include "lib/background/outbox.h"
#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"

namespace octavo::rpc {

class OtlpExporter final : public obs::SpanExporter {
 public:
  // `service_name` is what the collector shows: "octavo-catalog". The references must outlive it.
  OtlpExporter(const std::shared_ptr<grpc::Channel>& channel, std::string service_name, const Clock& clock, obs::Log& log,
               obs::Metrics& metrics);

  void Export(obs::Span span) override { (void)outbox_.Add(std::move(span)); }

 private:
  Status Send(std::span<const obs::Span> spans) const;

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string service_name_;
  const Clock& clock_;
  background::Outbox<obs::Span> outbox_;  // Last: its thread uses the rest.
};

}  // namespace octavo::rpc
