#include "lib/obs/metrics.h"

#include <prometheus/text_serializer.h>

#include <string>

#include "lib/base/check.h"

namespace octavo::obs {

Counter& Metrics::Counter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(labels);
}

Gauge& Metrics::Gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels);
}

Histogram& Metrics::Histogram(const std::string& name, const std::string& help, const Labels& labels) {
  static const prometheus::Histogram::BucketBoundaries kSeconds = {
      0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(labels, kSeconds);
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect()) +
         "# HELP bugs_total Broken invariants (CHECK) that ended a request or a turn of background work\n"
         "# TYPE bugs_total counter\n"
         "bugs_total " +
         std::to_string(BugCount()) + "\n";
}

}  // namespace octavo::obs
