// LogFollower: follows another service's log for as long as this service runs, each entry applied once, whatever breaks. The log
// is a server stream that begins behind a position; the follower keeps the position with the effect of what it applied.
//
// Where the other service was brought back from an older copy, it does not know the position any more (UNKNOWN_POSITION): the
// log is then read again from its beginning. So applying what is known already must change nothing.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "lib/rpc/stream_loop.h"

namespace octavo::rpc {

// `Request` has a field `position`.
template <class Request, class Message>
class LogFollower {
 public:
  // All run on the follower's thread.
  struct Steps {
    std::function<std::unique_ptr<grpc::ClientReaderInterface<Message>>(grpc::ClientContext*, const Request&)> open;
    // Behind which the next stream begins.
    std::function<std::int64_t()> position;
    std::function<Status(const Message&)> apply;
    // From here on `position` is 0.
    std::function<Status()> begin_anew;
  };

  // `name` is for the log. What the steps use outlives the follower, whose end waits for its thread.
  LogFollower(std::string name, Telemetry telemetry, Steps steps)
      : log_(telemetry.log),
        name_(name),
        steps_(std::move(steps)),
        loop_(std::move(name), telemetry, [this](grpc::ClientContext& context) { return Follow(context); }) {}

  // Once.
  void Start() { loop_.Start(); }
  // Breaks off the stream and waits for the thread. Repeating it does nothing.
  void Stop() { loop_.Stop(); }

 private:
  // Reads one stream to its end; gives the reason of the end.
  Status Follow(grpc::ClientContext& context) {
    Request request;
    request.set_position(steps_.position());
    const Status end = loop_.Read(context, *steps_.open(&context, request), steps_.apply);
    if (!end.ok() && end.error().reason == "UNKNOWN_POSITION") {
      log_.Warn("log_followed_anew", {{"stream", name_}, {"position", request.position()}, {"why", end.error().message}});
      TRY(steps_.begin_anew());
    }
    return end;
  }

  obs::Log& log_;
  const std::string name_;
  const Steps steps_;
  StreamLoop loop_;  // Last: its thread uses the rest.
};

}  // namespace octavo::rpc
