#include "lib/rpc/otlp_exporter.h"

#include <chrono>
#include <utility>

#include "lib/rpc/status.h"
#include "opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h"

namespace octavo::rpc {
namespace {

namespace otlp = opentelemetry::proto;

constexpr std::chrono::seconds kExportMax{1};

std::string BigEndian(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[static_cast<std::size_t>(i)] = static_cast<char>(value & 0xff);
  return bytes;
}

void AddAttribute(google::protobuf::RepeatedPtrField<otlp::common::v1::KeyValue>* attributes, const std::string& key,
                  const std::variant<std::string, std::int64_t>& value) {
  auto* attribute = attributes->Add();
  attribute->set_key(key);
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    attribute->mutable_value()->set_int_value(*number);
  } else {
    attribute->mutable_value()->set_string_value(std::get<std::string>(value));
  }
}

void Fill(otlp::trace::v1::Span& to, const obs::Span& from) {
  to.set_trace_id(BigEndian(from.context.trace_high) + BigEndian(from.context.trace_low));
  to.set_span_id(BigEndian(from.context.span));
  if (from.parent_span != 0) to.set_parent_span_id(BigEndian(from.parent_span));
  to.set_name(from.name);
  // Our kinds in the order of OTLP's, which begin behind UNSPECIFIED.
  to.set_kind(static_cast<otlp::trace::v1::Span::SpanKind>(static_cast<int>(from.kind) + 1));
  to.set_start_time_unix_nano(static_cast<std::uint64_t>(ToMicros(from.start)) * 1000);
  to.set_end_time_unix_nano(static_cast<std::uint64_t>(ToMicros(from.end)) * 1000);
  for (const auto& [key, value] : from.attributes) AddAttribute(to.mutable_attributes(), key, value);
  if (from.failed) to.mutable_status()->set_code(otlp::trace::v1::Status::STATUS_CODE_ERROR);
}

}  // namespace

OtlpExporter::OtlpExporter(const std::shared_ptr<grpc::Channel>& channel, std::string service_name, const Clock& clock,
                           obs::Log& log, obs::Metrics& metrics)
    : channel_(channel),
      service_name_(std::move(service_name)),
      clock_(clock),
      outbox_({.name = "span_export",
               .waiting_max = 8192,  // x about 300 bytes = 2.5 MB.
               .group_max = 512,
               .gather = std::chrono::seconds(1),
               .attempts_max = 2,
               .tell_each_loss = false},
              log, metrics, [this](std::span<obs::Span> spans) { return Send(spans); }) {}

Status OtlpExporter::Send(std::span<const obs::Span> spans) const {
  otlp::collector::trace::v1::ExportTraceServiceRequest request;
  auto* resource_spans = request.add_resource_spans();
  AddAttribute(resource_spans->mutable_resource()->mutable_attributes(), "service.name", service_name_);
  auto* scope = resource_spans->add_scope_spans();
  scope->mutable_scope()->set_name("octavo");
  for (const obs::Span& span : spans) Fill(*scope->add_spans(), span);

  const auto stub = otlp::collector::trace::v1::TraceService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(clock_.Now() + kExportMax));
  otlp::collector::trace::v1::ExportTraceServiceResponse response;
  const grpc::Status status = stub->Export(&context, request, &response);
  return status.ok() ? Ok() : Status(ToError(status));
}

}  // namespace octavo::rpc
