// The shapes of streaming handlers. A service implements one of these per open stream; calls to it come one at a time, on
// the pool, so it needs no lock of its own against itself.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "lib/base/result.h"

namespace octavo::rpc {

struct NothingNow {};  // Come back when the waker was called.
struct EndOfStream {};

template <typename Response>
using Pull = std::variant<Response, NothingNow, EndOfStream, Error>;

// May be called from any thread, any number of times, also after the stream has ended.
using Waker = std::function<void()>;

// Server streaming: messages are pulled as fast as the client reads them.
template <typename Response>
class Source {
 public:
  virtual ~Source() = default;

  // The next message, without waiting for one to come into being (a database read is fine).
  virtual Pull<Response> Next() = 0;
  // Called once, before the first Next: after NothingNow, call `waker` when there may be more. A source that never
  // gives NothingNow ignores it.
  virtual void Attach(Waker waker) { (void)waker; }
};

// Client streaming: takes each message, then gives the one answer. An error ends the stream with it.
template <typename Request, typename Response>
class Sink {
 public:
  virtual ~Sink() = default;

  virtual Status Take(Request request) = 0;
  // The client closed its side.
  virtual Result<Response> Finish() = 0;
};

// Bidirectional streaming: each message in may give any number out, sent in order before the next is taken.
template <typename Request, typename Response>
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual Status Take(Request request, std::vector<Response>& responses) = 0;
};

}  // namespace octavo::rpc
