// Traces: which calls one request led to. The context travels in the header `traceparent`
// (W3C Trace Context, https://www.w3.org/TR/trace-context/); finished spans go to a SpanExporter.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "lib/base/clock.h"

namespace octavo::obs {

struct TraceContext {
  std::uint64_t trace_high = 0;  // The trace id is trace_high and trace_low together; never both zero when valid.
  std::uint64_t trace_low = 0;
  std::uint64_t span = 0;
  bool sampled = false;

  bool valid() const { return (trace_high != 0 || trace_low != 0) && span != 0; }
  bool operator==(const TraceContext&) const = default;
};

// A new trace.
TraceContext NewTrace(bool sampled);
// The same trace with a new span; a new trace if `parent` is invalid.
TraceContext ChildOf(const TraceContext& parent, bool sampled_if_new);
// nullopt unless `header` is a valid traceparent (an unknown future version is read as version 00, as the standard says).
std::optional<TraceContext> ParseTraceparent(std::string_view header);
std::string ToTraceparent(const TraceContext& context);
// 32 lower-case hexadecimal digits.
std::string TraceIdText(const TraceContext& context);

struct Span {
  enum class Kind { kInternal, kServer, kClient };

  std::string name;
  Kind kind = Kind::kInternal;
  TraceContext context;
  std::uint64_t parent_span = 0;  // 0: the root.
  Timestamp start;
  Timestamp end;
  std::map<std::string, std::variant<std::string, std::int64_t>> attributes;
  bool failed = false;
};

// Takes finished spans. Must not block: it drops when it cannot keep up. Thread-safe.
class SpanExporter {
 public:
  virtual ~SpanExporter() = default;
  virtual void Export(Span span) = 0;
};

// Decides whether to record, and passes finished spans on. Without an exporter nothing is recorded, but the context still goes
// along with every call. Thread-safe.
class Tracer {
 public:
  Tracer() = default;
  explicit Tracer(std::unique_ptr<SpanExporter> exporter) : exporter_(std::move(exporter)) {}

  bool enabled() const { return exporter_ != nullptr; }
  void Finish(Span span) const {
    if (exporter_ != nullptr && span.context.sampled) exporter_->Export(std::move(span));
  }

 private:
  const std::unique_ptr<SpanExporter> exporter_;
};

}  // namespace octavo::obs
