#include "lib/obs/metrics.h"

#include <gmock/gmock.h>

#include "lib/base/clock.h"

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

TEST(MetricsTest, TellsHowTheProcessFares) {
  const std::string text = Metrics().Text();
  const auto value = [&](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  };

  EXPECT_GE(value("process_cpu_seconds_total"), 0);  // Counted in hundredths.
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
  EXPECT_GE(value("process_threads"), 1);
  const double now = static_cast<double>(ToMicros(SystemClock().Now())) / 1e6;
  EXPECT_LT(value("process_start_time_seconds"), now + 1);
  EXPECT_GT(value("process_start_time_seconds"), now - 3600) << "the test runs for less than an hour";
}

}  // namespace
}  // namespace octavo::obs
