#include "lib/http/router.h"

#include <algorithm>
#include <charconv>

namespace octavo::http {
namespace {

constexpr std::string_view kParameter = "{}";

// The text that stands at the "{}" of a pattern's segment; nullopt where the rest of the segment differs. A
// segment without parameter gives the empty text when it is the same.
struct SegmentMatch {
  bool matches = false;
  std::optional<std::string> argument;
};

SegmentMatch MatchSegment(std::string_view pattern, std::string_view segment) {
  const std::size_t at = pattern.find(kParameter);
  if (at == std::string_view::npos) return {.matches = pattern == segment, .argument = std::nullopt};
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + kParameter.size());
  const bool fits = segment.size() > before.size() + after.size() && segment.starts_with(before) && segment.ends_with(after);
  if (!fits) return {};
  const std::size_t length = segment.size() - before.size() - after.size();
  return {.matches = true, .argument = std::string(segment.substr(before.size(), length))};
}

std::optional<std::vector<std::string>> MatchPath(const Router::Route& route, const std::vector<std::string>& path) {
  if (route.segments.size() != path.size()) return std::nullopt;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < path.size(); ++i) {
    SegmentMatch match = MatchSegment(route.segments[i], path[i]);
    if (!match.matches) return std::nullopt;
    if (match.argument) arguments.push_back(*std::move(match.argument));
  }
  return arguments;
}

}  // namespace

Router::Found Router::Find(Method method, const std::vector<std::string>& segments) const {
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  Found found;
  for (const Route& route : routes_) {
    std::optional<std::vector<std::string>> arguments = MatchPath(route, segments);
    if (!arguments || !route.accepts(*arguments)) continue;
    if (route.method == wanted) return Found{.route = &route, .arguments = *std::move(arguments), .allow = {}};
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += route.method == Method::kGet ? "GET, HEAD" : "POST";
  }
  return found;
}

bool Router::ParseArgument(const std::string& text, std::int64_t& value) {
  constexpr std::size_t kDigitsMax = 18;  // Fits an int64 whatever the digits are.
  if (text.empty() || text.size() > kDigitsMax) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
}

bool Router::ParseArgument(const std::string& text, std::string& value) {
  value = text;
  return !text.empty();
}

void Router::Append(Route route, std::size_t parameter_count) {
  Result<std::vector<std::string>> segments = ParsePath(route.pattern);
  CHECK(segments.ok());
  route.segments = *std::move(segments);
  const auto has_parameter = [](const std::string& segment) { return segment.find(kParameter) != std::string::npos; };
  CHECK(static_cast<std::size_t>(std::count_if(route.segments.begin(), route.segments.end(), has_parameter)) == parameter_count);
  routes_.push_back(std::move(route));
}

}  // namespace octavo::http
