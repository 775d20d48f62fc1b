// Wire: makes the bytes of a Response. Pure; no socket. Used only by the server.
//
// It does conditional answers (304) and compression, and makes sure that no header has a line break, whatever a handler put into
// it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/http/message.h"

namespace octavo::http {

struct WireOptions {
  bool keep_alive = true;
  // A stream's length is unknown, so it is sent in chunks; HTTP/1.0 has no chunks and reads until the end.
  bool chunked = false;
  // Smaller bodies are not compressed: they fit one packet anyway.
  std::size_t compress_bytes_min = 1024;
};

struct Outgoing {
  std::string head;
  std::string_view body() const { return prepared == nullptr ? std::string_view(own_body) : shared_body; }

  int status = 200;
  std::string own_body;
  std::shared_ptr<const PreparedBody> prepared;
  std::string_view shared_body;  // Within `prepared`.
};

// The bytes that answer `request`. HEAD and 304 get the head that GET would have, without a body.
Outgoing ToWire(const Request& request, Response response, const WireOptions& options, Timestamp now);

// "Mon, 05 Jan 2026 12:00:00 GMT" (RFC 9110, section 5.6.7).
std::string HttpDate(Timestamp time);

// Whether an If-None-Match header names `etag`, compared weakly (RFC 9110, section 13.1.2). "*" names any.
bool NamesEtag(std::string_view if_none_match, std::string_view etag);

// One server-sent event: "event: stock\ndata: 3\n\n". Line breaks in `data` become several data lines.
std::string EventText(std::string_view event, std::string_view data);

}  // namespace octavo::http
