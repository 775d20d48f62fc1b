// RequestReader: makes a Request of the bytes that a connection brings. Pure; no socket: whoever has the bytes feeds them, in any
// pieces. It refuses what two readers might read differently (RFC 9112), and what exceeds a limit, with the status that says so.
// One request each; not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "lib/http/message.h"

namespace octavo::http {

class RequestReader {
 public:
  enum class State {
    kHead,     // More bytes are needed for the head.
    kHasHead,  // request() has all but the body; ReadBody says how long that may be.
    kBody,     // More bytes are needed for the body.
    kDone,     // request() is whole.
    kRefused,  // status() says why; nothing more is read.
  };

  explicit RequestReader(std::size_t header_bytes_max);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Reads on; gives how many of the bytes it has used up. Those that are left over are fed again, with more behind them.
  std::size_t Feed(std::string_view bytes);
  // In kHasHead: goes on with a body of at most so many bytes, kDone where there is none. A chunked body may bring as much
  // again in sizes, extensions and trailers.
  void ReadBody(std::size_t bytes_max);

  State state() const { return state_; }
  // 400, 413, 417, 431 or 505, in kRefused.
  int status() const { return status_; }
  // From kHasHead on.
  Request& request() { return request_; }
  // 10 or 11.
  unsigned version() const { return version_; }
  // Whether nothing of the request is still to come.
  bool is_whole() const;
  bool keep_alive() const;
  // The client waits to be told to go on ("Expect: 100-continue").
  bool expects_continue() const { return expects_continue_; }

 private:
  // A line that goes on in the next one (obs-fold, RFC 9112, section 5.2) may be a field of its own to another reader, and
  // the parser reads over it: so the bytes of the head are looked at as they come.
  class FoldScan {
   public:
    // False when a line is folded. Bytes behind the head are not looked at.
    bool Feed(std::string_view bytes);

   private:
    bool seen_text_ = false;  // Empty lines in front are allowed (RFC 9112, section 2.2).
    bool at_line_start_ = false;
    bool ended_ = false;
  };
  struct Parser;

  std::size_t FeedHead(std::string_view bytes);
  std::size_t FeedBody(std::string_view bytes);
  void TakeHead();
  void Refuse(int status);

  const std::size_t header_bytes_max_;
  std::unique_ptr<Parser> parser_;
  FoldScan folds_;
  std::size_t scanned_ = 0;  // Of the bytes that were left over.
  Request request_;
  State state_ = State::kHead;
  int status_ = 0;
  unsigned version_ = 11;
  bool expects_continue_ = false;
  std::size_t body_bytes_max_ = 0;
  std::size_t wire_bytes_max_ = 0;
  std::size_t wire_bytes_ = 0;
};

}  // namespace octavo::http
