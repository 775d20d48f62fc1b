#include "lib/http/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "lib/base/check.h"
#include "lib/http/cookie.h"

namespace octavo::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using ErrorCode = boost::system::error_code;

// What a chunked body may bring besides its bytes (sizes, extensions, trailers): as much again, and a little.
constexpr std::size_t kChunkBytesMore = 16 * 1024;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

Method ToMethod(bhttp::verb verb) {
  switch (verb) {
    case bhttp::verb::get: return Method::kGet;
    case bhttp::verb::head: return Method::kHead;
    case bhttp::verb::post: return Method::kPost;
    default: return Method::kOther;
  }
}

// The status that answers a request that could not be read.
int StatusOf(const ErrorCode& error) {
  if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) return 431;
  if (error == bhttp::error::body_limit) return 413;
  if (error == bhttp::error::bad_version) return 505;
  return 400;
}

// What Beast's parser accepts and a proxy might read differently. RFC 9112, sections 3.2 and 6.
bool IsAmbiguous(const Headers& headers, unsigned version) {
  const int hosts = headers.Count("Host");
  if (hosts > 1 || (version >= 11 && hosts == 0)) return true;
  const int codings = headers.Count("Transfer-Encoding");
  const int lengths = headers.Count("Content-Length");
  if (codings > 1 || lengths > 1 || (codings > 0 && lengths > 0)) return true;
  // "3, 3" is a list, which readers may take for 3, for 33 or for nothing.
  const std::string_view length = headers.Get("Content-Length");
  if (lengths == 1 && (length.empty() || length.find_first_not_of("0123456789") != std::string_view::npos)) return true;
  if (codings == 0) return false;
  return version < 11 || !beast::iequals(std::string(headers.Get("Transfer-Encoding")), "chunked");
}

// "http://shop.example/books/12" is how a proxy may ask for "/books/12" (RFC 9112, section 3.2.2).
std::string OriginForm(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    if (path == std::string_view::npos) return "/";
    return target[path] == '/' ? std::string(target.substr(path)) : "/" + std::string(target.substr(path));
  }
  return std::string(target);
}

}  // namespace

struct RequestReader::Parser : bhttp::request_parser<bhttp::string_body> {};

bool RequestReader::FoldScan::Feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (ended_) return true;
    if (at_line_start_ && (c == ' ' || c == '\t')) return false;
    if (c == '\n') {
      ended_ = at_line_start_ && seen_text_;
      at_line_start_ = seen_text_;
    } else if (c != '\r') {
      at_line_start_ = false;
      seen_text_ = true;
    }
  }
  return true;
}

RequestReader::RequestReader(std::size_t header_bytes_max)
    : header_bytes_max_(header_bytes_max), parser_(std::make_unique<Parser>()) {
  parser_->header_limit(static_cast<std::uint32_t>(header_bytes_max));
  parser_->body_limit(boost::none);  // FeedBody counts.
}

RequestReader::~RequestReader() = default;

bool RequestReader::is_whole() const { return parser_->is_done(); }
bool RequestReader::keep_alive() const { return parser_->get().keep_alive(); }

std::size_t RequestReader::Feed(std::string_view bytes) {
  switch (state_) {
    case State::kHead: return FeedHead(bytes);
    case State::kBody: return FeedBody(bytes);
    case State::kHasHead:
    case State::kDone:
    case State::kRefused: return 0;
  }
  return 0;
}

std::size_t RequestReader::FeedHead(std::string_view bytes) {
  if (!folds_.Feed(bytes.substr(scanned_))) {
    Refuse(400);
    return 0;
  }
  if (bytes.empty()) return 0;
  ErrorCode error;
  const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  scanned_ = bytes.size() - used;
  if (parser_->is_header_done()) {
    TakeHead();
  } else if (error && error != bhttp::error::need_more) {
    Refuse(StatusOf(error));
  } else if (scanned_ > header_bytes_max_) {
    Refuse(431);
  }
  return used;
}

void RequestReader::TakeHead() {
  // Copied before the body is read: trailers of a chunked body must never count as headers.
  const auto& head = parser_->get();
  version_ = head.version();
  request_.method = ToMethod(head.method());
  request_.target = OriginForm(View(head.target()));
  for (const auto& field : head) {
    request_.headers.Add(std::string(View(field.name_string())), std::string(View(field.value())));
  }
  if (IsAmbiguous(request_.headers, version_)) return Refuse(400);
  Result<std::vector<std::string>> segments = ParsePath(request_.path());
  const std::size_t question = request_.target.find('?');
  Result<Params> query =
      ParseQuery(question == std::string::npos ? std::string_view{} : std::string_view(request_.target).substr(question + 1));
  if (!segments.ok() || !query.ok()) return Refuse(400);
  request_.segments = *std::move(segments);
  request_.query = *std::move(query);
  request_.cookies = ParseCookies(request_.headers.Get("Cookie"));
  state_ = State::kHasHead;
}

void RequestReader::ReadBody(std::size_t bytes_max) {
  CHECK(state_ == State::kHasHead);
  if (parser_->is_done()) {
    state_ = State::kDone;
    return;
  }
  const auto length = parser_->content_length();
  if (length && *length > bytes_max) return Refuse(413);
  const std::string_view expect = request_.headers.Get("Expect");
  if (!expect.empty() && !beast::iequals(std::string(expect), "100-continue")) return Refuse(417);
  expects_continue_ = !expect.empty() && version_ >= 11;
  body_bytes_max_ = bytes_max;
  wire_bytes_max_ = bytes_max + (length ? 0 : bytes_max + kChunkBytesMore);
  parser_->eager(true);
  state_ = State::kBody;
}

std::size_t RequestReader::FeedBody(std::string_view bytes) {
  // A chunked body ends with 5 bytes at least ("0\r\n\r\n"), and Beast 1.81 asserts that it has as many before it reads the end.
  const bool is_chunked = !parser_->content_length();
  if (bytes.empty() || (is_chunked && bytes.size() < 5)) return 0;
  ErrorCode error;
  const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  wire_bytes_ += used;
  const std::size_t left = bytes.size() - used;
  if (parser_->get().body().size() > body_bytes_max_) {
    Refuse(413);
  } else if (parser_->is_done()) {
    request_.body = std::move(parser_->get().body());
    state_ = State::kDone;
  } else if (error && error != bhttp::error::need_more) {
    Refuse(StatusOf(error));
  } else if (wire_bytes_ + left > wire_bytes_max_) {
    Refuse(413);
  }
  return used;
}

void RequestReader::Refuse(int status) {
  status_ = status;
  state_ = State::kRefused;
}

}  // namespace octavo::http
