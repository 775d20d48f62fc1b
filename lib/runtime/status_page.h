// StatusPage: how a program of the shop fares, as one HTML page for its operator: health, calls, pages, background work and the
// process. Made from the same metrics that Prometheus reads, so that a shop on one machine needs no other tool. Served as /status
// beside /metrics (main.cc).
#pragma once

#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "lib/base/clock.h"

namespace octavo::runtime {

struct StatusFacts {
  std::string program;  // "octavo-catalog".
  std::string version;  // "0.1.0".
  Timestamp now;
  std::map<std::string, bool> health;  // Whether each service serves, by its name in grpc.health.v1; "" is the whole.
  std::vector<prometheus::MetricFamily> metrics;
};

// A whole page without scripts and without addresses of others. Everything in `facts` may have any text: it is escaped.
std::string StatusPage(const StatusFacts& facts);

// The value below which `share` (0 to 1) of the observations lie, in the histogram's unit: within its bucket by straight line, as
// Prometheus' histogram_quantile does. The last finite bound for what lies above it; 0 of no observations.
double Quantile(const prometheus::ClientMetric::Histogram& histogram, double share);

}  // namespace octavo::runtime
