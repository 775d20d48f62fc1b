// Server: HTTP/1.1 for pages, metrics and server-sent
// events, safe to show to strangers. It hides
// Boost.Beast: no other file of Octavo uses that
// library. Why it is in lib/:
// docs/adr/0001-http-server-in-lib.md.
//
//     Router router;
//     router.Get("/healthz", [](const Request&) { return PlainText(200, "ok\n"); }, Run::kInline);
//     std::unique_ptr<Server> server = TRY(Server::Start({.port = 8080}, std::move(router), clock));
//     …
//     server->Stop(std::chrono::seconds(5));
//
// What it guarantees:
// - Everything has a limit (below). What exceeds a limit is refused at once with the matching status.
// - Slow readers and writers hold a connection for a limited time, and never a thread: handlers get complete requests.
// - The end of a request has only one reading: Content-Length with Transfer-Encoding, several lengths, codings other than
//   "chunked", several Hosts and bad bytes are refused, and the connection is closed.
// - At connections_max the connection that has waited longest for its peer is closed, whether it is idle or sending a request; if
//   none waits, the new one is refused with 503. One peer has a share of the connections; one client (whom the proxy names, if
//   there is one) has a share of the requests and the streams.
// - All request bodies together have a memory limit, before anybody has checked who sends them. Beyond it, the oldest body that
// is
//   still being sent is dropped.
// - GET handlers answer HEAD. If-None-Match is answered from Response::etag. Text is compressed if the reader accepts it. A page
//   with a secret and with text from the URL must not be compressed (BREACH): set holds_secret.
// - An exception of a handler is a 500 for its reader alone.
// HTTP/1.0 readers are served. TLS and HTTP/2 belong to
// the proxy in front.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/http/message.h"
#include "lib/http/router.h"

namespace octavo::http {

// An answered request, for metrics and logs.
struct Exchange {
  const Request& request;
  // The pattern that matched ("/books/{}"): there are few of them, so it can be a label; empty if none did.
  std::string_view route;
  int status = 0;
  std::size_t body_bytes = 0;
  // From the end of the request to the start of writing the response.
  std::chrono::microseconds duration = {};
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // Numeric, IPv4 or IPv6.
  std::uint16_t port = 0;             // 0: any free one.
  int io_threads = 1;                 // One moves 30,000 pages a second; the handlers are elsewhere.
  int worker_threads = 16;
  std::size_t queue_max = 256;  // 256 waiting x 20 kB = 5 MB; beyond, 503 with Retry-After.
  int patient_threads = 16;
  std::size_t patient_queue_max = 64;  // Where each takes 2 s, the last waits 8 s; beyond, 503 as above.

  int picture_threads = 4;
  std::size_t picture_queue_max = 4096;  // 4,096 waiting x 3 kB = 12 MB: a hundred pages' covers.

  std::uint32_t header_bytes_max = 16 * 1024;  // As the common proxies; beyond, 431.
  // Each route has a limit for its body (Router). For all bodies that are being received together:
  std::size_t bodies_bytes_max = 64 << 20;
  std::size_t connections_max = 4096;           // x 30 kB = 120 MB.
  std::size_t connections_per_peer_max = 1024;  // Beyond, the one of this peer that has waited longest makes room.
  std::size_t requests_per_client_max = 256;    // At the same time, where a proxy has one connection for many; beyond, 503.
  std::size_t streams_max = 1024;               // Of the connections, so many may be open streams; beyond, 503.
  std::size_t streams_per_client_max = 64;      // Likewise: an office full of readers behind one address.
  int requests_per_connection_max = 10'000;     // Then the connection closes, so that load spreads again.

  std::chrono::milliseconds header_timeout{10'000};  // For the whole head, however slowly it comes.
  std::chrono::milliseconds body_timeout{20'000};    // Likewise.
  std::chrono::milliseconds write_timeout{20'000};   // For the response, plus its size at 8 KiB/s.
  std::chrono::milliseconds idle_timeout{60'000};    // Between two requests.
  std::chrono::milliseconds heartbeat{15'000};       // A comment on a silent stream, to notice who has gone.

  std::size_t compress_bytes_min = 1024;

  // Who sends this request, if a proxy in front says so in a header; default: the peer of the socket. If it is set, the limit per
  // peer does not apply.
  std::function<std::string(const Request&)> client_of = {};
  // Called with every response of a handler or of error_page before it is written, for headers that all responses have. All of
  // these run on the server's threads, several at a time, and must not throw.
  std::function<void(const Request&, Response&)> decorate = {};
  // The page for a status that the server itself gives (404, 405, 500, 503); default: a line of plain text.
  // Must not wait for anything.
  std::function<Response(const Request&, int status)> error_page = {};
  std::function<void(const Exchange&)> observe = {};
  std::function<void(const std::exception&)> on_exception = {};
};

class Server {
 public:
  // Listens and serves until Stop(). `clock` must outlive the server. Fails with UNAVAILABLE (CANNOT_LISTEN),
  // naming address and port, or INVALID_ARGUMENT (BAD_ADDRESS).
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, Router router, const Clock& clock);
  // Calls Stop() without a grace period.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::size_t connection_count() const;
  // Bytes of the bodies that are being received, of bodies_bytes_max.
  std::int64_t held_body_bytes() const;

  // Accepts no more connections, closes idle connections and streams, lets running requests finish within `grace`,
  // then closes the rest. Returns when all threads have ended: no handler runs afterwards. Calling it again does
  // nothing.
  void Stop(std::chrono::milliseconds grace);

  class Impl;

 private:
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace octavo::http
