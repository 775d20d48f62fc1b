// RequestReader: makes a Request from the bytes of a connection. Pure; it knows no socket: feed it bytes in pieces of any size.
// It refuses what two readers might read differently (RFC 9112), and what exceeds a limit, with the matching status. One object
// reads one request. Not thread-safe.
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
    kHasHead,  // request() has everything but the body; call ReadBody with its limit.
    kBody,     // More bytes are needed for the body.
    kDone,     // request() is complete.
    kRefused,  // status() says why; nothing more is read.
  };

  explicit RequestReader(std::size_t header_bytes_max);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Reads on; gives how many of the bytes it has used. Feed the unused bytes again, followed by new ones.
  std::size_t Feed(std::string_view bytes);
  // In kHasHead: reads a body of at most this many bytes; kDone if there is none. A chunked body may have the same number of
  // bytes again in sizes, extensions and trailers.
  void ReadBody(std::size_t bytes_max);

  State state() const { return state_; }
  // 400, 413, 417, 431 or 505, in kRefused.
  int status() const { return status_; }
  // Valid from kHasHead on.
  Request& request() { return request_; }
  // 10 or 11.
  unsigned version() const { return version_; }
  // Whether the request is complete.
  bool is_whole() const;
  bool keep_alive() const;
  // The client waits for permission to send the body ("Expect: 100-continue").
  bool expects_continue() const { return expects_continue_; }

 private:
  // Another reader may take a folded line (obs-fold, RFC 9112, section 5.2) for a field of its own, and Beast's parser accepts
  // folded lines. So this looks for them in the bytes of the head as they come.
  class FoldScan {
   public:
    // False if a line is folded. Bytes after the head are ignored.
    bool Feed(std::string_view bytes);

   private:
    bool seen_text_ = false;  // Empty lines before the request are allowed (RFC 9112, section 2.2).
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
  std::size_t scanned_ = 0;  // Of the unused bytes.
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
