// Gathering: calls that are made at the same time go out together. Whoever comes while nothing is under way goes at once;
// those who come meanwhile wait for its return, and the first of them then takes all of them along. So a lone caller never
// waits for company, and a crowd shares the cost of each journey. Thread-safe; has no thread of its own.
//
// One member's fault stays its own: a group that is refused as a whole, or whose journey throws, is taken apart, and each
// member goes alone. Nobody waits without a bound: a crowd above waiting_max is refused at once, and who is in no group after
// wait_max goes away with kLate.
//
//     Gathering<Question> questions_{{.group_max = 64}, [this](std::span<Question* const> group) { return AskAll(group); }};
//     ...
//     Question question{...};
//     if (questions_.Run(question) != Gathered::kDealtWith) return Overloaded();
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/completion.h"

namespace octavo {

// What became of a group.
enum class Journey {
  kDone,     // Each member has its answer.
  kRefused,  // As a whole, for what one of its members may have brought.
};

enum class Gathered {
  kDealtWith,
  kFull,  // waiting_max others wait already.
  kLate,  // In no group after wait_max.
};

struct GatheringLimits {
  std::size_t group_max = 64;
  std::size_t waiting_max = 1024;  // 1,024 waiting x a caller's thread each: more than any pool of threads here has.
  std::chrono::milliseconds wait_max{10'000};
};

template <typename Item>
class Gathering {
 public:
  // Deals with all items of a group, of which there is at least one. Of a group of one, the answer stands either way.
  using Send = std::function<Journey(std::span<Item* const>)>;

  Gathering(GatheringLimits limits, Send send) : limits_(limits), send_(std::move(send)) { CHECK(limits.group_max > 0); }

  // Returns when the item was dealt with, or is not going to be. Throws what Send throws for this item alone.
  [[nodiscard]] Gathered Run(Item& item) {
    Waiting self{.item = &item};
    switch (Begin(self)) {
      case Begun::kFull: return Gathered::kFull;
      case Begun::kLeads: break;
      case Begun::kWaits:
        if (!self.told.WaitFor(limits_.wait_max) && Leave(self)) return Gathered::kLate;
    }
    if (self.leads) Lead(self);
    if (self.thrown) std::rethrow_exception(self.thrown);
    return Gathered::kDealtWith;
  }

  // How many are in no group yet.
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  enum class Begun { kLeads, kWaits, kFull };

  // A call of Run, on its stack: gone soon after it was told.
  struct Waiting {
    Item* item;
    bool leads = false;                   // Guarded by mutex_ until it is told.
    std::exception_ptr thrown = nullptr;  // Set before it is told.
    Completion told = {};
  };

  Begun Begin(Waiting& self) {
    const std::lock_guard lock(mutex_);
    if (under_way_ && waiting_.size() >= limits_.waiting_max) return Begun::kFull;
    waiting_.push_back(&self);
    self.leads = !std::exchange(under_way_, true);
    return self.leads ? Begun::kLeads : Begun::kWaits;
  }
  // True when it is gone. Who is in a group, or was chosen to lead one, stays, and is told by then.
  bool Leave(Waiting& self) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find(waiting_.begin(), waiting_.end(), &self);
      if (!self.leads && found != waiting_.end()) {
        waiting_.erase(found);
        return true;
      }
    }
    self.told.Wait();
    return false;
  }
  void Lead(Waiting& self) {
    const std::vector<Waiting*> group = TakeGroup();  // Begins with this one.
    Deal(group);
    PassOn();
    for (Waiting* waiting : group) {
      if (waiting != &self) waiting->told.Set();
    }
  }
  // Never throws: the others would wait for ever.
  void Deal(const std::vector<Waiting*>& group) noexcept {
    std::vector<Item*> items;
    for (const Waiting* waiting : group) items.push_back(waiting->item);
    try {
      if (send_(items) == Journey::kDone || group.size() == 1) return;
    } catch (...) {
      if (group.size() == 1) {
        group.front()->thrown = std::current_exception();
        return;
      }
    }
    for (Waiting* waiting : group) Deal({waiting});
  }
  std::vector<Waiting*> TakeGroup() {
    const std::lock_guard lock(mutex_);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), limits_.group_max));
    std::vector<Waiting*> group(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    return group;
  }
  // The first of those who came meanwhile leads the next group.
  void PassOn() {
    Waiting* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      under_way_ = !waiting_.empty();
      if (!under_way_) return;
      next = waiting_.front();
      next->leads = true;
    }
    next->told.Set();
  }

  const GatheringLimits limits_;
  const Send send_;
  mutable std::mutex mutex_;
  std::deque<Waiting*> waiting_;  // Guarded by mutex_: in no group yet.
  bool under_way_ = false;        // Guarded by mutex_: somebody leads, or was told to.
};

}  // namespace octavo
