#include "services/marketplace/event_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/uuid.h"
#include "lib/rpc/values.h"

namespace octavo::marketplace {
namespace {

constexpr std::chrono::seconds kSendBudget{2};
// The second try carries the same event ids, so that an answer lost on the way counts nothing twice.
constexpr int kTriesMax = 2;

}  // namespace

EventQueue::EventQueue(rpc::Peer<RecommendationsService>& recommendations, const Clock& clock, Random& random,
                       obs::Metrics& metrics)
    : recommendations_(recommendations),
      clock_(clock),
      random_(random),
      sent_(metrics.Counter("marketplace_events_total", "What became of readers' events.", {{"outcome", "sent"}})),
      dropped_(metrics.Counter("marketplace_events_total", "What became of readers' events.", {{"outcome", "dropped"}})),
      thread_([this] { Work(); }) {}

EventQueue::~EventQueue() { Stop(); }

void EventQueue::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

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
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= kWaitingMax) {
      dropped_.Increment();
      return;
    }
    waiting_.push_back(std::move(message));
    ++added_;
  }
  wake_.notify_one();
}

void EventQueue::Flush() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this, target = added_] { return finished_ >= target; });
}

void EventQueue::Work() {
  while (true) {
    std::vector<Message> group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kGroupMax));
      group.assign(std::move_iterator(waiting_.begin()), std::move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
      if (stopping_) {  // One group more; the shop is closing.
        dropped_.Increment(static_cast<double>(waiting_.size()));
        waiting_.clear();
      }
    }
    Send(group);
    {
      const std::lock_guard lock(mutex_);
      finished_ += group.size();
    }
    done_.notify_all();
  }
}

void EventQueue::Send(const std::vector<Message>& group) {
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    if (recommendations_.SendAll(&RecommendationsService::Stub::RecordEvents, group, {.budget = kSendBudget}).ok()) {
      sent_.Increment(static_cast<double>(group.size()));
      return;
    }
  }
  dropped_.Increment(static_cast<double>(group.size()));
}

}  // namespace octavo::marketplace
