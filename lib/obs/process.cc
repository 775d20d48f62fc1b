#include "lib/obs/process.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

#include "lib/base/check.h"

namespace octavo::obs {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily One(const std::string& name, const std::string& help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return {name, help, type, {std::move(metric)}};
}

double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// What /proc/self/stat has behind the name of the program, from field 3 on: proc(5).
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), std::istream_iterator<std::string>()};
}

void AddStat(std::vector<MetricFamily>& families) {
  // Indexes into StatFields: field numbers of proc(5) less 3.
  constexpr std::size_t kUserTicks = 11, kSystemTicks = 12, kThreads = 17, kStartTicks = 19, kVirtualBytes = 20,
                        kResidentPages = 21;
  const std::vector<std::string> fields = StatFields();
  if (fields.size() <= kResidentPages) return;
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto number = [&](std::size_t field) { return std::stod(fields[field]); };
  families.push_back(One("process_cpu_seconds_total", "User and system time of the process", MetricType::Counter,
                         (number(kUserTicks) + number(kSystemTicks)) / ticks));
  families.push_back(One("process_threads", "Threads of the process", MetricType::Gauge, number(kThreads)));
  families.push_back(One("process_start_time_seconds", "When the process started, in seconds since 1970", MetricType::Gauge,
                         Seconds(CLOCK_REALTIME) - Seconds(CLOCK_BOOTTIME) + number(kStartTicks) / ticks));
  families.push_back(One("process_virtual_memory_bytes", "Virtual memory", MetricType::Gauge, number(kVirtualBytes)));
  families.push_back(One("process_resident_memory_bytes", "Memory that is in use", MetricType::Gauge,
                         number(kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE))));
}

void AddFiles(std::vector<MetricFamily>& families) {
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (!error) {
    families.push_back(One("process_open_fds", "Open files and sockets", MetricType::Gauge,
                           static_cast<double>(std::distance(begin(open), end(open)))));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(One("process_max_fds", "How many may be open", MetricType::Gauge, static_cast<double>(limit.rlim_cur)));
  }
}

}  // namespace

std::vector<MetricFamily> ProcessFamilies() {
  std::vector<MetricFamily> families;
  AddStat(families);
  AddFiles(families);
  families.push_back(One("bugs_total", "Broken invariants (CHECK) that ended a request or a turn of background work",
                         MetricType::Counter, static_cast<double>(BugCount())));
  return families;
}

}  // namespace octavo::obs
