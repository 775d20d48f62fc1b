#include "services/recommendations/recorder.h"

#include <future>
#include <set>
#include <utility>
#include <vector>

#include "lib/base/failure.h"

namespace octavo::recommendations {
namespace {

constexpr int kReplayPage = 10'000;  // 2 MB of events at a time.
constexpr int kDeletePage = 2'000;   // In one transaction: 20 ms of work while other writers wait.

Error Stopping() { return Error{Code::kUnavailable, "STOPPING", "the service is stopping; try another one"}; }

// What a failed write tells its callers; the database's own words go to nobody here.
Error ErrorOf(const std::exception& exception) {
  if (const auto* failure = dynamic_cast<const Failure*>(&exception)) return failure->error();
  return Error{Code::kInternal, "INTERNAL", "the event log could not be written"};
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
  thread_ = std::thread([this] { Write(); });
}

void Recorder::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  room_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Recorder::Record(Event event, std::shared_ptr<Tally> tally) {
  tally->Expect();
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stopping_ || queue_.size() < kQueueMax; });
    if (!stopping_) {
      queue_.emplace_back(Waiting{std::move(event), std::move(tally)});
      work_.notify_one();
      return;
    }
  }
  tally->Failed(Stopping());
}

Status Recorder::Do(std::function<void()> run) {
  auto promise = std::make_shared<std::promise<Status>>();  // std::function must be copyable.
  std::future<Status> done = promise->get_future();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Stopping();
    // Not held back by kQueueMax: each caller waits here, so that there are never more than threads.
    queue_.emplace_back(Command{.run =
                                    [promise, run = std::move(run)] {
                                      run();
                                      promise->set_value(Ok());
                                    },
                                .fail = [promise](const Error& error) { promise->set_value(error); }});
  }
  work_.notify_one();
  return done.get();
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

void Recorder::Write() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;  // Stopping, and all is stored.
    std::vector<Waiting> batch;
    while (!queue_.empty() && batch.size() < kBatchMax && std::holds_alternative<Waiting>(queue_.front())) {
      batch.push_back(std::move(std::get<Waiting>(queue_.front())));
      queue_.pop_front();
    }
    std::optional<Command> command;
    if (batch.empty()) {
      command = std::move(std::get<Command>(queue_.front()));
      queue_.pop_front();
    }
    lock.unlock();
    room_.notify_all();
    command ? RunCommand(*command) : StoreBatch(std::move(batch));
    lock.lock();
  }
}

void Recorder::StoreBatch(std::vector<Waiting> batch) {
  std::vector<Event> events;
  events.reserve(batch.size());
  for (Waiting& waiting : batch) events.push_back(std::move(waiting.event));
  try {
    const std::vector<std::int64_t> positions = store_.Append(events);
    std::int64_t telling = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (positions[i] == 0) continue;
      histories_.Apply(events[i]);
      telling += events[i].type == EventType::kImpression ? 0 : 1;
    }
    on_recorded_(telling);
    for (std::size_t i = 0; i < events.size(); ++i) batch[i].tally->Stored(positions[i] != 0);
  } catch (const std::exception& exception) {
    const Error error = ErrorOf(exception);
    for (const Waiting& waiting : batch) waiting.tally->Failed(error);
  }
}

void Recorder::RunCommand(const Command& command) {
  try {
    command.run();
  } catch (const std::exception& exception) {
    command.fail(ErrorOf(exception));
  }
}

}  // namespace octavo::recommendations
