// StreamLoop: follows another service's stream for as long as this service runs. Each stream is read to its end; a stream
// that breaks, or a peer that is down, is tried again from where the follower stands, on one thread.
//
//     loop_("orders", telemetry, [this](grpc::ClientContext& context) {
//       request.set_position(store_.OrderPosition());
//       return loop_.Read(context, *stub_->StreamOrderEvents(&context, request), [this](const OrderEvent& event) { … });
//     })
//
// Whoever follows declares the loop as its last member: its thread uses the rest.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <thread>

#include "lib/background/worker_state.h"
#include "lib/base/mutex.h"
#include "lib/base/result.h"
#include "lib/rpc/client.h"
#include "lib/rpc/status.h"

namespace octavo::rpc {

class StreamLoop {
 public:
  // Opens one stream and reads it to its end; gives the reason of the end. Runs on the loop's thread. The context has its
  // deadline: a stream is begun anew once a day, whatever happens, so that a peer that hangs without closing is noticed.
  // What it throws counts as STORE_FAILED: the follower's store may be back at the next turn.
  using Session = std::function<Status(grpc::ClientContext&)>;

  static constexpr std::chrono::hours kStreamMax{24};
  // Between two attempts: doubled each time from the least to the most, back to the least once a stream gave anything.
  static constexpr std::chrono::milliseconds kPauseMin{50};
  static constexpr std::chrono::milliseconds kPauseMax{2000};
  // Attempts that come to nothing, one behind the other, before the log says so, once: a peer that is just starting makes
  // no line, and one that is down for an hour makes one.
  static constexpr int kFailuresToTell = 4;

  // `name` is the worker's: it stands in the log, in metrics and on health (lib/background/worker_state.h).
  StreamLoop(std::string name, Telemetry telemetry, Session session);
  // As Stop().
  ~StreamLoop();
  StreamLoop(const StreamLoop&) = delete;
  StreamLoop& operator=(const StreamLoop&) = delete;

  // Once.
  void Start();
  // Breaks off the stream and waits for the thread. Repeating it does nothing.
  void Stop();

  // For the session: gives each message to apply(message), which returns a Status, until the stream ends or one fails; the
  // stream is then broken off. gRPC wants every stream read to its end: this does, also when `apply` throws.
  template <class Message, class Apply>
  Status Read(grpc::ClientContext& context, grpc::ClientReaderInterface<Message>& reader, const Apply& apply) {
    Status applied = Ok();
    std::exception_ptr thrown;
    Message message;
    while (applied.ok() && thrown == nullptr && reader.Read(&message)) {
      Alive();
      try {
        applied = apply(message);
      } catch (...) {
        thrown = std::current_exception();
      }
    }
    if (!applied.ok() || thrown != nullptr) {
      context.TryCancel();
      while (reader.Read(&message)) {
      }
    }
    const grpc::Status status = reader.Finish();
    if (thrown != nullptr) std::rethrow_exception(thrown);
    if (!applied.ok() || status.ok()) return applied;
    return ToError(status);
  }

 private:
  void Run();
  // One turn: a stream from its beginning to its end.
  Status Turn(grpc::ClientContext& context) const;
  void Alive();

  const std::string name_;
  const Session session_;
  const Caller caller_;
  obs::Log& log_;
  background::WorkerState state_;    // A turn is a stream that gave something, or kFailuresToTell that did not.
  std::atomic<bool> alive_ = false;  // The running stream has given something.
  Mutex mutex_;
  ConditionVariable stopped_;
  bool stopping_ OCTAVO_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ OCTAVO_GUARDED_BY(mutex_) = nullptr;  // Of the stream that runs.
  std::thread thread_;
};

}  // namespace octavo::rpc
