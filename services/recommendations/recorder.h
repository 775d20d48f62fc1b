// Recorder: the one writer of events. Whatever changes the log changes the histories right behind it, in the same order,
// on one thread, so that the two never disagree.
//
// Events that arrive while a commit runs share the next one: the busier, the larger the groups, and a lone event never
// waits for company.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "lib/base/batcher.h"
#include "lib/base/result.h"
#include "services/recommendations/domain/history.h"
#include "services/recommendations/store.h"

namespace octavo::recommendations {

// Counts what became of the events of one stream. Thread-safe.
class Tally {
 public:
  struct Counts {
    std::int64_t recorded = 0;
    std::int64_t repeated = 0;
  };

  // Waits until every event given to Record with this tally is durable. The error of the first that could not be stored;
  // events before it are durable.
  Result<Counts> Wait();

 private:
  friend class Recorder;
  void Expect();
  void Stored(bool is_new);
  void Failed(const Error& error);

  std::mutex mutex_;
  std::condition_variable none_pending_;
  std::int64_t pending_ = 0;  // Guarded by mutex_, as all below.
  Counts counts_;
  std::optional<Error> error_;
};

class Recorder {
 public:
  // 8,192 events of about 200 bytes = 1.6 MB. A stream that is faster than the disk waits here.
  static constexpr std::size_t kQueueMax = 8192;
  // In one transaction: about 5 ms of work.
  static constexpr std::size_t kBatchMax = 512;
  // How long a stream waits for room, and a command for its turn: a disk that is so slow is as good as away.
  static constexpr std::chrono::seconds kWaitMax{30};

  // `on_recorded` gets how many new events say something of readers, after each commit; it must not block.
  // All outlive the recorder.
  Recorder(Store& store, Histories& histories, std::function<void(std::int64_t)> on_recorded);
  // As Stop().
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Reads the whole log into the histories: about 100,000 events a second and more. Once, before anything else. Gives the number
  // of events behind `position`.
  std::int64_t Replay(std::int64_t position);
  void Start();
  // Stores what is queued, then ends. Later events fail with UNAVAILABLE (STOPPING). Repeating it does nothing.
  void Stop();

  // Queues a checked event; waits while the queue is full. `tally` learns when it is durable and counted. One that cannot be
  // stored fails alone.
  void Record(Event event, std::shared_ptr<Tally> tally);
  // The following wait until they are done, behind the events queued before. RESOURCE_EXHAUSTED (OVERLOADED): their turn did not
  // come within kWaitMax.
  Status Merge(const ReaderId& from, const ReaderId& to);
  Status Forget(const ReaderId& reader);
  // Applies events of orders with their position, and waits as above. What is known changes nothing.
  Status ApplyOrder(const OrderChange& change);
  // Up to which position of the order events this was done.
  std::int64_t OrderPosition() { return store_.OrderPosition(); }
  // The events of orders will come again from the first.
  Status FollowOrdersAnew();
  // How many events were deleted.
  Result<std::int64_t> ForgetSource(const std::string& source);

 private:
  // An event to be stored, or a command.
  struct Work {
    Event event = {};
    std::shared_ptr<Tally> tally = nullptr;   // Shared between the stream and the writer; either may end first.
    std::function<void()> command = nullptr;  // Null: it is an event.
    std::int64_t position = 0;                // Of the event once it is stored; 0: it was known.
    std::optional<Error> error = {};          // What it failed with.
  };

  // Runs `command` on the writer's thread and waits for it.
  Status Do(std::function<void()> command);
  void WriteAll(std::span<Work* const> batch);
  void StoreEvents(std::span<Work* const> events);
  void Append(std::span<Work* const> events);
  void TellOf(std::span<Work* const> events);
  // Reads one reader's history again from the log.
  void Reread(const ReaderId& reader);

  Store& store_;
  Histories& histories_;
  const std::function<void(std::int64_t)> on_recorded_;
  std::optional<Batcher<Work>> queue_;  // From Start on.
};

}  // namespace octavo::recommendations
