#include "lib/obs/metrics.h"

#include <gmock/gmock.h>

namespace octavo::obs {
namespace {

using testing::HasSubstr;

TEST(MetricsTest, PrintsWhatPrometheusReads) {
  Metrics metrics;
  metrics.Counter("import_rows_total", "Rows taken in", {{"source", "demo"}}).Increment(3);
  metrics.Histogram("rpc_server_duration_seconds", "Time to answer", {{"rpc_method", "GetBook"}}).Observe(0.0002);

  const std::string text = metrics.Text();

  EXPECT_THAT(text, HasSubstr("import_rows_total{source=\"demo\"} 3"));
  EXPECT_THAT(text, HasSubstr("rpc_server_duration_seconds_count{rpc_method=\"GetBook\"} 1"));
}

TEST(MetricsTest, TheSameNameAndLabelsAreOneMetric) {
  Metrics metrics;

  metrics.Counter("calls_total", "Calls").Increment();
  metrics.Counter("calls_total", "Calls").Increment();

  EXPECT_THAT(metrics.Text(), HasSubstr("calls_total 2"));
}

}  // namespace
}  // namespace octavo::obs
