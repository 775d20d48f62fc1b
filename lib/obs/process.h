// How this process fares, as metrics: those that Prometheus' own client libraries give, by their names, and bugs_total.
// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

namespace octavo::obs {

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes, process_open_fds, process_max_fds,
// process_start_time_seconds, process_threads; bugs_total, the broken invariants (CHECK) so far. What Linux does not tell is left
// out. Reads some files below /proc: about 50 µs.
std::vector<prometheus::MetricFamily> ProcessFamilies();

}  // namespace octavo::obs
