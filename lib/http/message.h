// Request and Response: the input and output of a page. Plain values; nothing here knows a socket.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/http/url.h"

namespace octavo::http {

enum class Method { kGet, kHead, kPost, kOther };

class Headers {
 public:
  // The first value of `name`, in any case; empty if there is none.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  int Count(std::string_view name) const;
  void Add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }
  // Replaces all headers of this name.
  void Set(std::string name, std::string value);

  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

struct Request {
  Method method = Method::kGet;
  std::string target;                 // As sent: "/search?q=emma".
  std::vector<std::string> segments;  // The path, decoded: {"books", "12"}.
  Params query;
  Headers headers;
  Params cookies;
  std::string body;
  std::string peer_address;  // Of the socket; behind a proxy it is the proxy's address.

  // The path as sent, without the query.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  // The fields of a form. INVALID_ARGUMENT (NOT_A_FORM) unless the body says that it is
  // application/x-www-form-urlencoded; (TOO_MANY_PARAMETERS) as ParseQuery.
  Result<Params> Form() const;
};

// A body that is made once and sent often, with its compressed form (empty: it is only sent plain).
struct PreparedBody {
  std::string plain;
  std::string gzip;
};

// An open response of server-sent events. Thread-safe; keep it as long as events may come.
class EventStream {
 public:
  virtual ~EventStream() = default;

  // Queues one event. False when the stream is closed: by the reader, by Close(), by the server's stop, or
  // because the reader takes the events too slowly (more than 64 KiB waiting).
  virtual bool Send(std::string_view event, std::string_view data) = 0;
  virtual void Close() = 0;
  // Calls `callback` once, when the stream closes (at once if it has), on a thread of the server: do not
  // block in it.
  virtual void OnClose(std::function<void()> callback) = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "text/html; charset=utf-8";
  Headers headers;
  std::string body;
  // If set, it is sent in place of `body`.
  std::shared_ptr<const PreparedBody> prepared;
  // Opaque text of letters, digits and "-_". If set, the server answers If-None-Match with 304 itself.
  std::string etag;
  // The body has a secret beside text that a stranger may choose. It is never compressed, as its length would reveal the secret
  // (BREACH).
  bool holds_secret = false;
  // If set, the response is a stream of server-sent events; called once, when the head is sent.
  std::function<void(std::shared_ptr<EventStream>)> stream;
};

// A short plain text, for machines and for errors that no page covers.
Response PlainText(int status, std::string text);
// 303: go there with GET. `location` must be a path of ours, already encoded.
Response SeeOther(std::string location);
// 301: moved there for ever.
Response MovedPermanently(std::string location);

// "Not Found" for 404; "" for an unknown number.
std::string_view StatusText(int status);

}  // namespace octavo::http
