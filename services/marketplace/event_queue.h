// EventQueue: sends what readers look at to the recommendations, by the outbox `readers_events`. A page adds an event and goes
// on. When the service is down the outbox fills up, and then events are lost and counted: a page never waits for statistics.
// Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "lib/background/outbox.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/marketplace/shop.h"

namespace octavo::marketplace {

class EventQueue {
 public:
  static constexpr std::size_t kWaitingMax = 8192;  // x 200 bytes = 1.6 MB: a minute of a busy shop.
  static constexpr std::size_t kGroupMax = 500;

  // All must outlive the queue.
  EventQueue(rpc::Peer<RecommendationsService>& recommendations, const Clock& clock, Random& random, obs::Log& log,
             obs::Metrics& metrics);

  // `reader` is "readers/…", `book` "books/…"; `shelf` may be empty.
  void Add(recommendations::v1::EventType type, const std::string& reader, const std::string& book, const std::string& shelf);

  // Waits until every event added before was sent or given up. For tests.
  void Flush() { outbox_.Flush(); }
  // Sends waiting events for a moment; later events are lost. Calling it again does nothing.
  void Stop() { outbox_.Stop(); }

 private:
  using Message = recommendations::v1::RecordEventsRequest;

  Status Send(std::span<const Message> group);

  rpc::Peer<RecommendationsService>& recommendations_;
  const Clock& clock_;
  Random& random_;
  background::Outbox<Message> outbox_;  // Last: its thread uses the rest.
};

}  // namespace octavo::marketplace
