// Gathering: calls that are made at the same time go out together. Whoever comes while nothing is under way goes at once;
// those who come meanwhile wait for its return, and the first of them then takes all of them along. So a lone caller never
// waits for company, and a crowd shares the cost of each journey. Thread-safe; has no thread of its own.
//
//     Gathering<Question> questions_{64, [this](std::span<Question* const> group) { AskAll(group); }};
//     ...
//     Question question{...};
//     questions_.Run(question);   // AskAll has answered it, on this thread or on another's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/completion.h"

namespace octavo {

template <typename Item>
class Gathering {
 public:
  // Deals with all items of a group, of which there is at least one. Throwing ends the process: the others would wait for
  // ever.
  using Send = std::function<void(std::span<Item* const>)>;

  Gathering(std::size_t group_max, Send send) : group_max_(group_max), send_(std::move(send)) { CHECK(group_max > 0); }

  // Returns when the item was dealt with.
  void Run(Item& item) {
    Waiting self{.item = &item};
    if (!Begin(self)) self.told.Wait();
    if (!self.leads) return;

    const std::vector<Waiting*> group = TakeGroup();  // Begins with this one.
    std::vector<Item*> items;
    for (const Waiting* waiting : group) items.push_back(waiting->item);
    [&]() noexcept { send_(items); }();
    PassOn();
    for (Waiting* waiting : group) {
      if (waiting != &self) waiting->told.Set();
    }
  }

  // How many are in no group yet.
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  // A call of Run, on its stack: gone soon after it was told.
  struct Waiting {
    Item* item;
    bool leads = false;  // Set before it is told; else its item was dealt with.
    Completion told = {};
  };

  // True when nothing is under way: then this one leads.
  bool Begin(Waiting& self) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(&self);
    if (std::exchange(under_way_, true)) return false;
    self.leads = true;
    return true;
  }
  std::vector<Waiting*> TakeGroup() {
    const std::lock_guard lock(mutex_);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), group_max_));
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
      if (under_way_) next = waiting_.front();
    }
    if (next == nullptr) return;
    next->leads = true;
    next->told.Set();
  }

  const std::size_t group_max_;
  const Send send_;
  mutable std::mutex mutex_;
  std::deque<Waiting*> waiting_;  // Guarded by mutex_: in no group yet.
  bool under_way_ = false;        // Guarded by mutex_: somebody leads, or was told to.
};

}  // namespace octavo
