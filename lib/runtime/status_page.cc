#include "lib/runtime/status_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/runtime/certificate_watch.h"

namespace octavo::runtime {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}"
    "th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}"
    "th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}"
    ".bad{font-weight:700;color:light-dark(#b00020,#ff8a80)}svg{fill:currentColor;vertical-align:middle}"
    "div{overflow-x:auto}";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string Bad(const std::string& html) { return "<span class=\"bad\">" + html + "</span>"; }

std::string Count(double value) { return fmt::format("{:.0f}", value); }

std::string Milliseconds(double seconds) { return fmt::format("{:.{}f}", seconds * 1000, seconds < 0.01 ? 2 : 0); }

std::string Megabytes(double bytes) { return fmt::format("{:.0f} MB", bytes / 1e6); }

std::string Label(const ClientMetric& metric, std::string_view name) {
  for (const ClientMetric::Label& label : metric.label) {
    if (label.name == name) return label.value;
  }
  return "";
}

// The rows of one table, whose cells are HTML.
class Table {
 public:
  Table(std::string title, std::vector<std::string> columns) : title_(std::move(title)), columns_(std::move(columns)) {}

  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Nothing where there is no row.
  std::string Html() const {
    if (rows_.empty()) return "";
    std::string html = "<h2>" + title_ + "</h2><div><table><thead><tr>";
    for (const std::string& column : columns_) html += "<th scope=\"col\">" + column + "</th>";
    html += "</tr></thead><tbody>";
    for (const auto& row : rows_) {
      html += "<tr>";
      for (const std::string& cell : row) html += "<td>" + cell + "</td>";
      html += "</tr>";
    }
    return html + "</tbody></table></div>\n";
  }

 private:
  const std::string title_;
  const std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

class Page {
 public:
  explicit Page(const StatusFacts& facts) : facts_(facts) {}

  std::string Html() const {
    return fmt::format(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>{0}: status</title><style>{1}</style></head>"
        "<body><main><h1>{0} {2}</h1><p>{3}. The same numbers for Prometheus: <a href=\"/metrics\">/metrics</a>.</p>\n"
        "{4}{5}{6}{7}{8}{9}</main></body></html>\n",
        Escaped(facts_.program), kStyle, Escaped(facts_.version), Escaped(ToString(facts_.now)), Health(), Process(),
        Durations("Calls", "rpc_server_duration_seconds", &Page::MethodOf, "rpc_grpc_status_code", "0"),
        Durations("Pages", "http_server_request_duration_seconds", &Page::RouteOf, "http_response_status_code", "2"), Workers(),
        Outboxes());
  }

 private:
  const MetricFamily* Find(const std::string& name) const {
    const auto found = std::find_if(facts_.metrics.begin(), facts_.metrics.end(),
                                    [&](const MetricFamily& family) { return family.name == name; });
    return found == facts_.metrics.end() ? nullptr : &*found;
  }
  // Of a counter or gauge without labels.
  std::optional<double> Value(const std::string& name) const {
    const MetricFamily* const family = Find(name);
    if (family == nullptr || family->metric.empty()) return std::nullopt;
    return ValueOf(*family, family->metric.front());
  }
  static double ValueOf(const MetricFamily& family, const ClientMetric& metric) {
    return family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
  }

  std::string Health() const {
    Table table("Health", {"service", "state"});
    for (const auto& [service, serves] : facts_.health) {
      table.Add({service.empty() ? "the whole" : Escaped(service), serves ? "serves" : Bad("does not serve")});
    }
    return table.Html();
  }

  std::string Process() const {
    Table table("Process", {"what", "now"});
    const auto add = [&](const char* what, const char* name, const std::function<std::string(double)>& show) {
      if (const std::optional<double> value = Value(name)) table.Add({what, show(*value)});
    };
    const double now = static_cast<double>(ToMicros(facts_.now)) / 1e6;
    add("runs for", "process_start_time_seconds", [&](double start) { return fmt::format("{:.0f} s", now - start); });
    add("processor time", "process_cpu_seconds_total", [](double seconds) { return fmt::format("{:.1f} s", seconds); });
    add("memory", "process_resident_memory_bytes", Megabytes);
    add("threads", "process_threads", Count);
    add("open files and sockets", "process_open_fds", Count);
    add("certificate", "tls_certificate_end_seconds", [&](double end) {
      constexpr double kDay = 24.0 * 60 * 60;
      const std::string days = fmt::format("ends in {:.0f} days", std::floor((end - now) / kDay));
      const double soon = std::chrono::duration<double>(kEndsSoon).count();
      return end - now < soon ? Bad(end <= now ? "has ended" : days) : days;
    });
    add("bugs", "bugs_total", [](double bugs) { return bugs == 0 ? "0" : Bad(Count(bugs)); });
    return table.Html();
  }

  // One row of Durations: the series of one method or route, put together.
  struct Row {
    ClientMetric::Histogram all;
    double failed = 0;
    std::string failures;  // "5 × 14, 1 × 4".
  };
  using NameOf = std::string (*)(const ClientMetric&);

  static std::string MethodOf(const ClientMetric& metric) {
    return Label(metric, "rpc_service") + "/" + Label(metric, "rpc_method");
  }
  static std::string RouteOf(const ClientMetric& metric) { return Label(metric, "http_route"); }

  // Series whose `status` begins with `good` went well.
  std::string Durations(const char* title, const char* family, NameOf name_of, const char* status, std::string_view good) const {
    std::map<std::string, Row> rows;
    const MetricFamily* const found = Find(family);
    if (found == nullptr) return "";
    for (const ClientMetric& metric : found->metric) {
      if (metric.histogram.sample_count == 0) continue;
      Row& row = rows[name_of(metric)];
      Merge(metric.histogram, row.all);
      const std::string code = Label(metric, status);
      if (code.starts_with(good) || (good == "2" && code.starts_with("3"))) continue;
      row.failed += static_cast<double>(metric.histogram.sample_count);
      row.failures += fmt::format("{}{} × {}", row.failures.empty() ? "" : ", ", metric.histogram.sample_count, code);
    }
    Table table(title, {"name", "count", "not well: count × code", "mean ms", "p50", "p95", "p99", "all together s", "how long"});
    for (const auto& [name, row] : BySum(rows)) {
      const double count = static_cast<double>(row->all.sample_count);
      table.Add({Escaped(*name), Count(count), row->failed == 0 ? "" : Bad(Escaped(row->failures)),
                 Milliseconds(row->all.sample_sum / count), Milliseconds(Quantile(row->all, 0.5)),
                 Milliseconds(Quantile(row->all, 0.95)), Milliseconds(Quantile(row->all, 0.99)),
                 fmt::format("{:.1f}", row->all.sample_sum), Plot(row->all)});
    }
    return table.Html();
  }

  // What takes the most time first.
  static std::vector<std::pair<const std::string*, const Row*>> BySum(const std::map<std::string, Row>& rows) {
    std::vector<std::pair<const std::string*, const Row*>> sorted;
    for (const auto& [name, row] : rows) sorted.emplace_back(&name, &row);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second->all.sample_sum > b.second->all.sample_sum; });
    return sorted;
  }

  // Both have the same bounds: they are of one family.
  static void Merge(const ClientMetric::Histogram& from, ClientMetric::Histogram& to) {
    to.sample_count += from.sample_count;
    to.sample_sum += from.sample_sum;
    if (to.bucket.empty()) {
      to.bucket = from.bucket;
      return;
    }
    for (std::size_t i = 0; i < to.bucket.size() && i < from.bucket.size(); ++i) {
      to.bucket[i].cumulative_count += from.bucket[i].cumulative_count;
    }
  }

  // A bar for each bucket, from the fastest to the slowest; each says what it holds.
  static std::string Plot(const ClientMetric::Histogram& histogram) {
    constexpr double kWidth = 7, kHeight = 24;
    std::string bars;
    std::uint64_t before = 0;
    double most = 1;
    for (const auto& bucket : histogram.bucket) {
      most = std::max(most, static_cast<double>(bucket.cumulative_count - std::exchange(before, bucket.cumulative_count)));
    }
    before = 0;
    double x = 0;
    for (const auto& bucket : histogram.bucket) {
      const double count = static_cast<double>(bucket.cumulative_count - std::exchange(before, bucket.cumulative_count));
      const double height = count == 0 ? 0 : std::max(1.0, kHeight * count / most);
      const std::string bound = std::isinf(bucket.upper_bound) ? "longer" : "up to " + Milliseconds(bucket.upper_bound) + " ms";
      bars += fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"{}\" height=\"{:.1f}\"><title>{}: {:.0f}</title></rect>", x,
                          kHeight - height, kWidth - 1, height, bound, count);
      x += kWidth;
    }
    return fmt::format("<svg width=\"{0}\" height=\"{1}\" role=\"img\" aria-label=\"how many took how long\">{2}</svg>", x,
                       kHeight, bars);
  }

  std::string Workers() const {
    std::map<std::string, std::pair<double, double>> turns;  // Done and failed, by worker.
    if (const MetricFamily* const family = Find("background_turns_total")) {
      for (const ClientMetric& metric : family->metric) {
        auto& [done, failed] = turns[Label(metric, "worker")];
        (Label(metric, "outcome") == "done" ? done : failed) += metric.counter.value;
      }
    }
    std::map<std::string, bool> failing;
    if (const MetricFamily* const family = Find("background_worker_failing")) {
      for (const ClientMetric& metric : family->metric) failing[Label(metric, "worker")] = metric.gauge.value > 0;
    }
    Table table("Background work", {"worker", "turns", "failed", "last turn"});
    for (const auto& [worker, counts] : turns) {
      table.Add(
          {Escaped(worker), Count(counts.first + counts.second), Count(counts.second), failing[worker] ? Bad("failed") : "well"});
    }
    return table.Html();
  }

  std::string Outboxes() const {
    std::map<std::string, std::pair<double, double>> items;  // Delivered and lost, by outbox.
    if (const MetricFamily* const family = Find("outbox_items_total")) {
      for (const ClientMetric& metric : family->metric) {
        auto& [delivered, lost] = items[Label(metric, "outbox")];
        (Label(metric, "outcome") == "delivered" ? delivered : lost) += metric.counter.value;
      }
    }
    Table table("Handed over in the background", {"outbox", "delivered", "lost"});
    for (const auto& [outbox, counts] : items) {
      table.Add({Escaped(outbox), Count(counts.first), counts.second == 0 ? "0" : Bad(Count(counts.second))});
    }
    return table.Html();
  }

  const StatusFacts& facts_;
};

}  // namespace

std::string StatusPage(const StatusFacts& facts) { return Page(facts).Html(); }

double Quantile(const prometheus::ClientMetric::Histogram& histogram, double share) {
  const double wanted = share * static_cast<double>(histogram.sample_count);
  double bound_before = 0;
  double count_before = 0;
  for (const auto& bucket : histogram.bucket) {
    if (std::isinf(bucket.upper_bound)) break;
    const double count = static_cast<double>(bucket.cumulative_count);
    if (count >= wanted && count > count_before) {
      return bound_before + (bucket.upper_bound - bound_before) * (wanted - count_before) / (count - count_before);
    }
    bound_before = bucket.upper_bound;
    count_before = count;
  }
  return histogram.sample_count == 0 ? 0 : bound_before;
}

}  // namespace octavo::runtime
