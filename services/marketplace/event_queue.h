// EventQueue: what readers look at, on its way to the recommendations. A page adds and goes on; one thread
// sends what has gathered, in groups, at once when there is something. When the service is away the queue
// fills up, and then events are dropped and counted: a page never waits for its own statistics. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/obs/metrics.h"
#include "services/marketplace/shop.h"

namespace octavo::marketplace {

class EventQueue {
 public:
  static constexpr std::size_t kWaitingMax = 8192;  // x 200 bytes = 1.6 MB; a minute of a busy shop.
  static constexpr std::size_t kGroupMax = 500;

  // All must outlive the queue.
  EventQueue(rpc::Peer<RecommendationsService>& recommendations, const Clock& clock, Random& random, obs::Metrics& metrics);
  // Stop().
  ~EventQueue();

  // `reader` is "readers/…", `book` "books/…"; `shelf` may be empty.
  void Add(recommendations::v1::EventType type, const std::string& reader, const std::string& book, const std::string& shelf);

  // Waits until everything added before has been sent or given up. For tests.
  void Flush();
  // Tries to send one group more, then drops the rest and whatever comes later. Repeating it is harmless.
  void Stop();

 private:
  using Message = recommendations::v1::RecordEventsRequest;

  void Work();
  void Send(const std::vector<Message>& group);

  rpc::Peer<RecommendationsService>& recommendations_;
  const Clock& clock_;
  Random& random_;
  obs::Counter& sent_;
  obs::Counter& dropped_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<Message> waiting_;  // Guarded by mutex_.
  std::uint64_t added_ = 0;      // Guarded by mutex_.
  std::uint64_t finished_ = 0;   // Guarded by mutex_.
  bool stopping_ = false;        // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace octavo::marketplace
