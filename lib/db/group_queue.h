// GroupQueue: many threads hand pieces of work to one, which takes them in groups: whatever gathered while it
// was busy with the group before. That is how many Writes come to share one commit without anybody waiting on
// purpose. Thread-safe; Pop is for one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "lib/base/check.h"

namespace octavo::db {

// Does not own its items; they stay where they are until their owner learns that they are done.
template <typename Item>
class GroupQueue {
 public:
  GroupQueue(std::size_t waiting_max, std::size_t group_max, std::chrono::microseconds group_wait)
      : waiting_max_(waiting_max), group_max_(group_max), group_wait_(group_wait) {
    CHECK(waiting_max > 0);
    CHECK(group_max > 0);
  }

  // False when the queue is full or closed.
  [[nodiscard]] bool Push(Item* item) {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() >= waiting_max_) return false;
    waiting_.push_back(item);
    changed_.notify_one();
    return true;
  }

  // All of them, one behind the other; none when there is no room for all.
  [[nodiscard]] bool PushAll(std::span<Item* const> items) {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() + items.size() > waiting_max_) return false;
    waiting_.insert(waiting_.end(), items.begin(), items.end());
    changed_.notify_one();
    return true;
  }

  // Takes back an item that no group holds yet; false when it is too late.
  [[nodiscard]] bool Remove(Item* item) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find(waiting_.begin(), waiting_.end(), item);
    if (found == waiting_.end()) return false;
    waiting_.erase(found);
    return true;
  }

  // Waits for at least one item, then `group_wait` for more, and takes up to `group_max`, oldest first. Empty
  // once the queue is closed and nothing waits any more.
  std::vector<Item*> Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (group_wait_.count() > 0) {
      changed_.wait_for(lock, group_wait_, [this] { return closed_ || waiting_.size() >= group_max_; });
    }
    const std::size_t count = std::min(waiting_.size(), group_max_);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Item*> group(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    return group;
  }

  // How many items no group holds yet.
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  // Refuses what comes from now on; what waits is still handed out.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t waiting_max_;
  const std::size_t group_max_;
  const std::chrono::microseconds group_wait_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item*> waiting_;  // Guarded by mutex_.
  bool closed_ = false;        // Guarded by mutex_.
};

}  // namespace octavo::db
