#include "services/recommendations/recorder.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/failure.h"

namespace octavo::recommendations {
namespace {

constexpr int kReplayPage = 10'000;  // 2 MB of events at a time.
constexpr int kDeletePage = 2'000;   // In one transaction: 20 ms of work while other writers wait.

Error NotTaken(HandedIn end) {
  if (end == HandedIn::kClosed) return {Code::kUnavailable, "STOPPING", "the service is stopping; try another one"};
  return {Code::kResourceExhausted, "OVERLOADED", "the event log has too much to write; try again in a moment"};
}

// What a failed write tells its callers; the database's own words go to nobody here.
Error ErrorOf(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    return failure.error();
  } catch (...) {
    return {Code::kInternal, "INTERNAL", "the event log could not be written"};
  }
}

}  // namespace

Result<Tally::Counts> Tally::Wait() {
  std::unique_lock lock(mutex_);
  none_pending_.wait(lock, [this] { return pending_ == 0; });
  if (error_) return *error_;
  return counts_;
}

void Tally::Expect() {
  const std::lock_guard lock(mutex_);
  ++pending_;
}

void Tally::Stored(bool is_new) {
  const std::lock_guard lock(mutex_);
  ++(is_new ? counts_.recorded : counts_.repeated);
  if (--pending_ == 0) none_pending_.notify_all();
}

void Tally::Failed(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
  if (--pending_ == 0) none_pending_.notify_all();
}

Recorder::Recorder(Store& store, Histories& histories, std::function<void(std::int64_t)> on_recorded)
    : store_(store), histories_(histories), on_recorded_(std::move(on_recorded)) {}

Recorder::~Recorder() { Stop(); }

std::int64_t Recorder::Replay(std::int64_t position) {
  std::int64_t newer = 0;
  for (std::int64_t read = 0;;) {
    const std::vector<StoredEvent> page = store_.EventsAfter(read, kReplayPage, Impressions::kWithout);
    for (const StoredEvent& stored : page) {
      histories_.Apply(stored.event);
      newer += stored.position > position ? 1 : 0;
    }
    if (page.size() < kReplayPage) return newer;
    read = page.back().position;
  }
}

void Recorder::Start() {
  queue_.emplace(
      BatchLimits{.batch_max = kBatchMax, .waiting_max = kQueueMax, .wait_max = kWaitMax, .room_wait = kWaitMax},
      [this](std::span<Work* const> batch) {
        WriteAll(batch);
        return Batch::kDone;
      },
      OwnThread{});
}

void Recorder::Stop() {
  if (queue_) queue_->Close();
}

void Recorder::Record(Event event, std::shared_ptr<Tally> tally) {
  CHECK(queue_.has_value());
  tally->Expect();
  const HandedIn end = queue_->Post(std::make_unique<Work>(Work{.event = std::move(event), .tally = tally}));
  if (end != HandedIn::kDone) tally->Failed(NotTaken(end));
}

Status Recorder::Do(std::function<void()> command) {
  CHECK(queue_.has_value());
  Work work{.command = std::move(command)};
  if (const HandedIn end = queue_->Run(work); end != HandedIn::kDone) return NotTaken(end);
  return work.error ? Status(*work.error) : Ok();
}

Status Recorder::Merge(const ReaderId& from, const ReaderId& to) {
  if (from == to) return Ok();
  return Do([&] {
    store_.Merge(from, to);
    histories_.Merge(from, to);
  });
}

Status Recorder::Forget(const ReaderId& reader) {
  return Do([&] {
    store_.DeleteReader(reader);
    histories_.Forget(reader);
  });
}

Status Recorder::ApplyOrder(const OrderChange& change) {
  return Do([&] {
    const AppliedOrder applied = store_.ApplyOrder(change);
    for (const Event& purchase : applied.purchases) histories_.Apply(purchase);
    for (const ReaderId& reader : std::set<ReaderId>(applied.robbed.begin(), applied.robbed.end())) Reread(reader);
    if (!applied.purchases.empty()) on_recorded_(static_cast<std::int64_t>(applied.purchases.size()));
  });
}

Status Recorder::FollowOrdersAnew() {
  return Do([&] { store_.FollowOrdersAnew(); });
}

Result<std::int64_t> Recorder::ForgetSource(const std::string& source) {
  std::int64_t deleted = 0;
  // Page by page, so that events of others come between.
  for (bool more = true; more;) {
    TRY(Do([&] {
      const std::vector<ReaderId> readers = store_.DeleteSource(source, kDeletePage);
      for (const ReaderId& reader : std::set<ReaderId>(readers.begin(), readers.end())) Reread(reader);
      deleted += static_cast<std::int64_t>(readers.size());
      more = readers.size() == kDeletePage;
    }));
  }
  return deleted;
}

void Recorder::Reread(const ReaderId& reader) {
  histories_.Forget(reader);
  std::int64_t position = 0;
  for (;;) {
    const std::vector<StoredEvent> page = store_.EventsOf(reader, position, kReplayPage);
    for (const StoredEvent& stored : page) histories_.Apply(stored.event);
    if (page.size() < kReplayPage) return;
    position = page.back().position;
  }
}

// Commands stand between the events as they came. Throws nothing: what a batch threw would be run again.
void Recorder::WriteAll(std::span<Work* const> batch) {
  while (!batch.empty()) {
    const auto is_command = [](const Work* work) { return work->command != nullptr; };
    const auto events = static_cast<std::size_t>(std::find_if(batch.begin(), batch.end(), is_command) - batch.begin());
    StoreEvents(batch.first(events));
    batch = batch.subspan(events);
    if (batch.empty()) return;
    try {
      batch.front()->command();
    } catch (...) {
      batch.front()->error = ErrorOf(std::current_exception());
    }
    batch = batch.subspan(1);
  }
}

void Recorder::StoreEvents(std::span<Work* const> events) {
  const std::vector<std::exception_ptr> thrown = RunIsolated(events, [this](std::span<Work* const> part) {
    Append(part);
    return Batch::kDone;
  });
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (thrown[i]) events[i]->error = ErrorOf(thrown[i]);
  }
  try {
    TellOf(events);
  } catch (...) {
    for (Work* work : events) work->error = ErrorOf(std::current_exception());
  }
  for (const Work* work : events) work->error ? work->tally->Failed(*work->error) : work->tally->Stored(work->position != 0);
}

void Recorder::Append(std::span<Work* const> events) {
  std::vector<Event> stored;
  stored.reserve(events.size());
  for (const Work* work : events) stored.push_back(work->event);
  const std::vector<std::int64_t> positions = store_.Append(stored);
  for (std::size_t i = 0; i < events.size(); ++i) events[i]->position = positions[i];
}

// The histories and whoever counts learn of the events that are new.
void Recorder::TellOf(std::span<Work* const> events) {
  std::int64_t telling = 0;
  for (const Work* work : events) {
    if (work->position == 0) continue;
    histories_.Apply(work->event);
    telling += work->event.type == EventType::kImpression ? 0 : 1;
  }
  if (telling > 0) on_recorded_(telling);
}

}  // namespace octavo::recommendations
