#include "services/marketplace/event_queue.h"

#include <chrono>
#include <utility>

#include "lib/base/uuid.h"
#include "lib/rpc/values.h"

namespace octavo::marketplace {
namespace {

constexpr std::chrono::seconds kSendBudget{2};

}  // namespace

EventQueue::EventQueue(rpc::Peer<RecommendationsService>& recommendations, const Clock& clock, Random& random, obs::Log& log,
                       obs::Metrics& metrics)
    : recommendations_(recommendations),
      clock_(clock),
      random_(random),
      // The second attempt carries the same event ids, so that an answer lost on the way counts nothing twice.
      outbox_({.name = "readers_events",
               .waiting_max = kWaitingMax,
               .group_max = kGroupMax,
               .attempts_max = 2,
               .tell_each_loss = false},
              log, metrics, [this](std::span<Message> group) { return Send(group); }) {}

void EventQueue::Add(recommendations::v1::EventType type, const std::string& reader, const std::string& book,
                     const std::string& shelf) {
  Message message;
  recommendations::v1::Event& event = *message.mutable_event();
  event.set_event_id(NewUuid(clock_, random_));
  event.set_reader(reader);
  event.set_book(book);
  event.set_type(type);
  event.set_shelf(shelf);
  *event.mutable_event_time() = rpc::ToProto(clock_.Now());
  (void)outbox_.Add(std::move(message));  // What does not fit is counted there.
}

Status EventQueue::Send(std::span<const Message> group) {
  TRY(recommendations_.SendAll(&RecommendationsService::Stub::RecordEvents, group, {.budget = kSendBudget}));
  return Ok();
}

}  // namespace octavo::marketplace
