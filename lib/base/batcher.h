// Batcher: items that are handed in at the same time are dealt with in one batch, so that a crowd shares the cost of a commit or
// of a call, and a lone item never waits for company. Thread-safe.
//
// Who deals with a batch: by default one of those who wait. Whoever comes while no batch is under way leads at once; those who
// come meanwhile wait, and the first of them then leads the next batch. With OwnThread a thread of the batcher's own leads all of
// them, so that items can also be left there without waiting (Post).
//
// One member's fault stays its own: see RunIsolated. Nothing grows without a bound: who finds waiting_max items waiting is
// refused after room_wait, and an item that is in no batch after wait_max is taken back.
//
//     Batcher<Question> questions_{{.batch_max = 64}, [this](std::span<Question* const> batch) { return AskAll(batch); }};
//     ...
//     Question question{...};
//     if (questions_.Run(question) != HandedIn::kDone) return Overloaded();
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/completion.h"
#include "lib/base/failure.h"
#include "lib/base/mutex.h"

namespace octavo {

// What became of a batch.
enum class Batch {
  kDone,     // Each member has its answer.
  kRefused,  // As a whole, for what one of its members may have brought.
};

// What became of an item that was handed in.
enum class HandedIn {
  kDone,    // It was dealt with (Run), or will be (Post).
  kFull,    // waiting_max others wait already.
  kLate,    // It was in no batch after wait_max, and will be in none.
  kClosed,  // After Close.
};

struct BatchLimits {
  std::size_t batch_max = 64;
  std::size_t waiting_max = 1024;
  std::chrono::milliseconds wait_max{10'000};
  // Who finds waiting_max items waiting is held back for so long before it is refused.
  std::chrono::milliseconds room_wait{0};
};

// The batcher has a thread of its own. `after` runs on it behind each batch, when the members have been told.
struct OwnThread {
  std::function<void()> after = [] {};
};

// Whether one member of a batch may have brought this error upon all. What says that a service or a database is away, slow or
// busy would meet each of them alone as well; gRPC's own RESOURCE_EXHAUSTED, which has no reason, says that a message was too
// long.
inline bool MayBeOnesFault(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kCancelled: return false;
    case Code::kResourceExhausted: return error.reason == CodeName(Code::kResourceExhausted);
    default: return true;
  }
}
inline bool MayBeOnesFault(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    return MayBeOnesFault(failure.error());
  } catch (...) {
    return true;
  }
}

// Runs `work`, which gives a Batch, for the whole batch. Where it is refused, or throws what one member may have brought, each
// member runs alone; of a batch of one, the answer stands either way. Where what was thrown is nobody's fault, the members that
// have not run have the same exception: many that wait for what hangs, one behind the other, would wait for minutes. Gives what
// each threw; null for those that were dealt with.
template <typename Item, typename Work>
std::vector<std::exception_ptr> RunIsolated(std::span<Item* const> batch, const Work& work) {
  if (batch.empty()) return {};
  std::exception_ptr thrown;
  const auto run = [&](std::span<Item* const> part) {
    thrown = nullptr;
    try {
      return work(part);
    } catch (...) {
      thrown = std::current_exception();
      return MayBeOnesFault(thrown) ? Batch::kRefused : Batch::kDone;
    }
  };
  if (run(batch) == Batch::kDone || batch.size() == 1) return std::vector<std::exception_ptr>(batch.size(), thrown);
  std::vector<std::exception_ptr> each;
  while (each.size() < batch.size()) {
    const bool go_on = run(batch.subspan(each.size(), 1)) == Batch::kRefused || thrown == nullptr;
    each.resize(go_on ? each.size() + 1 : batch.size(), thrown);
  }
  return each;
}

template <typename Item>
class Batcher {
 public:
  // Deals with all items of a batch, of which there is at least one. Batches go one after the other.
  using Work = std::function<Batch(std::span<Item* const>)>;

  Batcher(BatchLimits limits, Work work) : limits_(limits), work_(std::move(work)) {
    CHECK(limits.batch_max > 0);
    CHECK(limits.waiting_max > 0);
  }
  Batcher(BatchLimits limits, Work work, OwnThread own) : Batcher(limits, std::move(work)) {
    own_thread_ = true;
    under_way_ = true;  // Always: no caller leads.
    thread_ = std::thread([this, after = std::move(own.after)] { LeadUntilClosed(after); });
  }
  // Nobody may be in a call.
  ~Batcher() { Close(); }
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Returns when the item was dealt with, or is not going to be. Throws what the work threw for this item.
  [[nodiscard]] HandedIn Run(Item& item) {
    Item* const one = &item;
    return RunAll({&one, 1}).front();
  }

  // The same for several, which are handed in one behind the other; when there is no room for all, none is. Throws what the work
  // threw for the first that failed, when all have ended.
  [[nodiscard]] std::vector<HandedIn> RunAll(std::span<Item* const> items) {
    std::vector<Call> calls(items.size());
    std::vector<Waiting> waiting;
    for (std::size_t i = 0; i < items.size(); ++i) waiting.push_back({.item = items[i], .call = &calls[i]});
    std::vector<HandedIn> ends(items.size(), Enter(std::move(waiting)));
    if (items.empty() || ends.front() != HandedIn::kDone) return ends;
    std::exception_ptr thrown;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!Await(calls[i])) ends[i] = HandedIn::kLate;
      if (calls[i].thrown && !thrown) thrown = calls[i].thrown;
    }
    if (thrown) std::rethrow_exception(thrown);
    return ends;
  }

  // Leaves the item with the batcher, which has a thread of its own. The work tells whom it concerns what became of it; what it
  // throws is lost.
  [[nodiscard]] HandedIn Post(std::unique_ptr<Item> item) {
    CHECK(own_thread_);
    std::vector<Waiting> one(1);
    one.front().item = item.get();
    one.front().owned = std::move(item);
    return Enter(std::move(one));
  }

  // Refuses what comes from now on; what waits is still dealt with. Ends the own thread. Repeating it does nothing.
  void Close() {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
    }
    come_.notify_all();
    room_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  // How many items are in no batch yet.
  std::size_t waiting() const {
    const MutexLock lock(mutex_);
    return waiting_.size();
  }

 private:
  // Of an item that somebody waits for, on the stack of the waiting call: gone soon after it was told.
  struct Call {
    bool entered = false;                 // By Enter alone, before anybody else knows of it: it leads at once.
    bool leads = false;                   // Under the mutex of the batcher until it is told.
    std::exception_ptr thrown = nullptr;  // Set before it is told.
    Completion told = {};
  };
  struct Waiting {
    Item* item = nullptr;
    Call* call = nullptr;  // Null: nobody waits.
    std::unique_ptr<Item> owned = nullptr;
  };

  HandedIn Enter(std::vector<Waiting> entering) {
    MutexLock lock(mutex_);
    const auto may_enter = [&]() OCTAVO_REQUIRES(mutex_) {
      return closed_ || waiting_.size() + entering.size() <= limits_.waiting_max;
    };
    if (!room_.wait_for(lock, limits_.room_wait, may_enter)) return HandedIn::kFull;
    if (closed_) return HandedIn::kClosed;
    if (entering.empty()) return HandedIn::kDone;
    if (!std::exchange(under_way_, true)) entering.front().call->entered = true;
    for (Waiting& one : entering) waiting_.push_back(std::move(one));
    come_.notify_one();
    return HandedIn::kDone;
  }

  // False: it was taken back.
  bool Await(Call& call) {
    if (!call.entered) {
      if (!call.told.WaitFor(limits_.wait_max) && TakeBack(call)) return false;
      if (!call.leads) return true;
    }
    const std::vector<Waiting> batch = TakeBatch();  // Begins with this one.
    Deal(batch);
    PassOn();
    Tell(batch, &call);
    return true;
  }

  // True when it is gone. What is in a batch, or was chosen to lead one, stays, and is told by then.
  bool TakeBack(Call& call) {
    {
      const MutexLock lock(mutex_);
      const auto found =
          std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) { return waiting.call == &call; });
      if (!call.leads && found != waiting_.end()) {
        waiting_.erase(found);
        return true;
      }
    }
    call.told.Wait();
    return false;
  }

  void LeadUntilClosed(const std::function<void()>& after) {
    while (WaitForItems()) {
      const std::vector<Waiting> batch = TakeBatch();
      if (batch.empty()) continue;  // What was there has been taken back.
      Deal(batch);
      Tell(batch, nullptr);
      after();
    }
  }

  // False: it is closed, and nothing waits any more.
  bool WaitForItems() {
    MutexLock lock(mutex_);
    come_.wait(lock, [this]() OCTAVO_REQUIRES(mutex_) { return closed_ || !waiting_.empty(); });
    return !waiting_.empty();
  }

  std::vector<Waiting> TakeBatch() {
    std::vector<Waiting> batch;
    {
      const MutexLock lock(mutex_);
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), limits_.batch_max));
      std::move(waiting_.begin(), end, std::back_inserter(batch));
      waiting_.erase(waiting_.begin(), end);
    }
    room_.notify_all();
    return batch;
  }

  // Never throws: the others would wait for ever.
  void Deal(const std::vector<Waiting>& batch) noexcept {
    std::vector<Item*> items;
    for (const Waiting& waiting : batch) items.push_back(waiting.item);
    const std::vector<std::exception_ptr> thrown = RunIsolated(std::span<Item* const>(items), work_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (batch[i].call != nullptr) batch[i].call->thrown = thrown[i];
    }
  }

  static void Tell(const std::vector<Waiting>& batch, const Call* self) {
    for (const Waiting& waiting : batch) {
      if (waiting.call != nullptr && waiting.call != self) waiting.call->told.Set();
    }
  }

  // The first of those who came meanwhile leads the next batch.
  void PassOn() {
    Call* next = nullptr;
    {
      const MutexLock lock(mutex_);
      under_way_ = !waiting_.empty();
      if (!under_way_) return;
      next = waiting_.front().call;
      next->leads = true;
    }
    next->told.Set();
  }

  const BatchLimits limits_;
  const Work work_;
  bool own_thread_ = false;  // Set in the constructor.
  mutable Mutex mutex_;
  ConditionVariable come_;  // Items, or the end: for the own thread.
  ConditionVariable room_;
  std::deque<Waiting> waiting_ OCTAVO_GUARDED_BY(mutex_);  // In no batch yet.
  bool under_way_ OCTAVO_GUARDED_BY(mutex_) = false;       // Somebody leads, or was told to.
  bool closed_ OCTAVO_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace octavo
