#include "lib/rpc/otlp_exporter.h"

#include <gtest/gtest.h>

#include "lib/rpc/service.h"
#include "lib/testing/fake_clock.h"
#include "opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h"

namespace octavo::rpc {
namespace {

namespace collector = opentelemetry::proto::collector::trace::v1;

// A collector that keeps what it is sent.
class Collector final : public collector::TraceService::Service {
 public:
  grpc::Status Export(grpc::ServerContext*, const collector::ExportTraceServiceRequest* request,
                      collector::ExportTraceServiceResponse*) override {
    const std::lock_guard lock(mutex_);
    received_.MergeFrom(*request);
    return grpc::Status::OK;
  }
  collector::ExportTraceServiceRequest received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  mutable std::mutex mutex_;
  collector::ExportTraceServiceRequest received_;
};

obs::Span MakeSpan() {
  return {.name = "octavo.catalog.v1.CatalogService/GetBook",
          .kind = obs::Span::Kind::kServer,
          .context = {.trace_high = 1, .trace_low = 2, .span = 3, .sampled = true},
          .parent_span = 4,
          .start = FakeClock::kNoon,
          .end = FakeClock::kNoon + std::chrono::milliseconds(5),
          .attributes = {{"rpc.grpc.status_code", std::int64_t{13}}, {"rpc.system", "grpc"}},
          .failed = true};
}

TEST(OtlpExporterTest, ACollectorReceivesEverySpanBeforeTheEnd) {
  Collector collector;
  grpc::ServerBuilder builder;
  builder.RegisterService(&collector);
  const SystemClock clock;
  const auto log = obs::Log::Silent(clock);
  obs::Metrics metrics;
  const auto server = builder.BuildAndStart();
  {
    OtlpExporter exporter(server->InProcessChannel({}), "octavo-catalog", clock, *log, metrics);
    for (int i = 0; i < 1000; ++i) exporter.Export(MakeSpan());
  }

  const auto received = collector.received();
  int count = 0;
  for (const auto& spans : received.resource_spans()) count += spans.scope_spans(0).spans_size();
  ASSERT_EQ(count, 1000);
  EXPECT_EQ(received.resource_spans(0).resource().attributes(0).value().string_value(), "octavo-catalog");
  const auto& span = received.resource_spans(0).scope_spans(0).spans(0);
  EXPECT_EQ(span.trace_id(), std::string("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2", 16));
  EXPECT_EQ(span.parent_span_id(), std::string("\0\0\0\0\0\0\0\4", 8));
  EXPECT_EQ(span.end_time_unix_nano() - span.start_time_unix_nano(), 5'000'000U);
  EXPECT_EQ(span.kind(), opentelemetry::proto::trace::v1::Span::SPAN_KIND_SERVER);
  ASSERT_EQ(span.attributes_size(), 2);
  EXPECT_EQ(span.attributes(0).value().int_value(), 13);
  EXPECT_EQ(span.attributes(1).value().string_value(), "grpc");
  EXPECT_EQ(span.status().code(), opentelemetry::proto::trace::v1::Status::STATUS_CODE_ERROR);
}

TEST(OtlpExporterTest, WithoutACollectorSpansAreDroppedAndCounted) {
  const SystemClock clock;
  const auto log = obs::Log::Silent(clock);
  obs::Metrics metrics;
  constexpr int kSpans = 20'000;
  {
    OtlpExporter exporter(grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()), "octavo", clock, *log, metrics);
    for (int i = 0; i < kSpans; ++i) exporter.Export(MakeSpan());
  }
  const auto& lost = metrics.Counter("outbox_items_total", "What became of what was handed over in the background",
                                     {{"outbox", "span_export"}, {"outcome", "lost"}});
  EXPECT_EQ(lost.Value(), kSpans);
}

}  // namespace
}  // namespace octavo::rpc
