#include "lib/http/wire.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "lib/http/gzip.h"

namespace octavo::http {
namespace {

bool IsCompressible(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/javascript") ||
         content_type.starts_with("application/json") || content_type.starts_with("image/svg+xml");
}

// A header with a control character could add headers or a body of its own, so it is left out.
bool IsSafe(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

void AppendHeader(std::string& head, std::string_view name, std::string_view value) {
  if (!IsSafe(name) || !IsSafe(value)) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

// Sets the body of `out`, compressed if the reader accepts that and it is worth it. Says whether it was compressed.
bool ChooseBody(const Request& request, Response& response, const WireOptions& options, Outgoing& out) {
  const bool wanted = AcceptsGzip(request.headers.Get("Accept-Encoding"));
  if (response.prepared != nullptr) {
    out.prepared = std::move(response.prepared);
    const bool compressed = wanted && !out.prepared->gzip.empty();
    out.shared_body = compressed ? out.prepared->gzip : out.prepared->plain;
    return compressed;
  }
  const bool compress = wanted && response.body.size() >= options.compress_bytes_min && IsCompressible(response.content_type) &&
                        !response.holds_secret && !response.headers.Has("Content-Encoding");
  out.own_body = compress ? Gzip(response.body, Effort::kQuick) : std::move(response.body);
  return compress;
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

Outgoing ToWire(const Request& request, Response response, const WireOptions& options, Timestamp now) {
  Outgoing out;
  out.status = response.status;
  const bool is_read = request.method == Method::kGet || request.method == Method::kHead;
  if (out.status == 200 && is_read && !response.etag.empty() && NamesEtag(request.headers.Get("If-None-Match"), response.etag)) {
    out.status = 304;
  }
  bool compressed = false;
  if (HasBody(out.status) && !options.chunked && response.stream == nullptr) {
    compressed = ChooseBody(request, response, options, out);
  }
  const std::size_t length = out.body().size();

  std::string& head = out.head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(out.status)).append(" ").append(StatusText(out.status)).append("\r\n");
  AppendHeader(head, "Date", HttpDate(now));
  if (HasBody(out.status)) AppendHeader(head, "Content-Type", response.content_type);
  // Weak, because the compressed and the plain body share it.
  if (!response.etag.empty()) AppendHeader(head, "ETag", "W/\"" + response.etag + "\"");
  if (compressed) AppendHeader(head, "Content-Encoding", "gzip");
  if (IsCompressible(response.content_type)) AppendHeader(head, "Vary", "Accept-Encoding");
  for (const auto& [name, value] : response.headers.items()) AppendHeader(head, name, value);
  if (options.chunked) {
    AppendHeader(head, "Transfer-Encoding", "chunked");
  } else if (HasBody(out.status) && response.stream == nullptr) {
    AppendHeader(head, "Content-Length", std::to_string(length));
  }
  AppendHeader(head, "Connection", options.keep_alive ? "keep-alive" : "close");
  head.append("\r\n");

  if (request.method == Method::kHead) {
    out.own_body.clear();
    out.shared_body = {};
  }
  return out;
}

std::string HttpDate(Timestamp time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                   kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                                   kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

bool NamesEtag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    const std::size_t comma = if_none_match.find(',');
    std::string_view item = if_none_match.substr(0, comma);
    if_none_match.remove_prefix(comma == std::string_view::npos ? if_none_match.size() : comma + 1);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item.size() == etag.size() + 2 && item.front() == '"' && item.back() == '"' && item.substr(1, etag.size()) == etag) {
      return true;
    }
  }
  return false;
}

std::string EventText(std::string_view event, std::string_view data) {
  std::string text;
  if (!event.empty() && IsSafe(event)) text.append("event: ").append(event).append("\n");
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    text.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return text.append("\n");
}

}  // namespace octavo::http
