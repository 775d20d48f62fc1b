// Pool<Item>: up to items_max items, made when they are needed and kept for the next. Whoever finds none
// waits, but neither too many nor for too long: then Overloaded is thrown. Thread-safe; outlives its leases.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/mutex.h"
#include "lib/db/errors.h"

namespace octavo::db {

template <typename Item>
class Pool {
 public:
  struct Limits {
    int items_max = 1;
    int waiting_max = 0;
    std::chrono::milliseconds wait_max{0};
  };
  using Make = std::function<std::unique_ptr<Item>()>;

  // An item for one user; goes back to the pool when the lease goes.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : pool_(other.pool_), item_(std::move(other.item_)) { other.pool_ = nullptr; }
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->Return(std::move(item_));
    }

    Item& operator*() const { return *item_; }
    Item* operator->() const { return item_.get(); }
    // The item is broken: it is destroyed, and another is made in its place when one is needed.
    void Discard() { item_.reset(); }

   private:
    friend class Pool;
    Lease(Pool* pool, std::unique_ptr<Item> item) : pool_(pool), item_(std::move(item)) {}

    Pool* pool_;
    std::unique_ptr<Item> item_;
  };

  Pool(const Limits& limits, Make make) : limits_(limits), make_(std::move(make)) {
    CHECK(limits.items_max > 0);
    CHECK(limits.waiting_max >= 0);
  }
  ~Pool() { CHECK_SHARED(leased_ == 0); }

  // Throws Overloaded, or what `make` throws.
  Lease Take() {
    std::unique_ptr<Item> item = TakePlace();
    if (item == nullptr) {
      try {
        item = make_();  // Without the lock: it may take long.
      } catch (...) {
        Return(nullptr);
        throw;
      }
    }
    return Lease(this, std::move(item));
  }

  // Destroys the items nobody uses: their server has gone.
  void DropIdle() {
    std::vector<std::unique_ptr<Item>> dropped;
    const MutexLock lock(mutex_);
    dropped.swap(idle_);
  }

  // How many threads wait for an item.
  int waiting() const {
    const MutexLock lock(mutex_);
    return waiting_;
  }

 private:
  // The right to one of the items_max places, with the item that is in it or null for one to be made.
  std::unique_ptr<Item> TakePlace() {
    MutexLock lock(mutex_);
    if (leased_ == limits_.items_max) {
      if (waiting_ >= limits_.waiting_max) throw Overloaded("too many calls wait for a connection");
      ++waiting_;
      const bool free =
          freed_.wait_for(lock, limits_.wait_max, [this]() OCTAVO_REQUIRES(mutex_) { return leased_ < limits_.items_max; });
      --waiting_;
      if (!free) throw Overloaded("no connection became free in time");
    }
    ++leased_;
    if (idle_.empty()) return nullptr;
    std::unique_ptr<Item> item = std::move(idle_.back());  // The warmest.
    idle_.pop_back();
    return item;
  }

  void Return(std::unique_ptr<Item> item) {
    const MutexLock lock(mutex_);
    --leased_;
    if (item != nullptr) idle_.push_back(std::move(item));
    freed_.notify_one();
  }

  const Limits limits_;
  const Make make_;

  mutable Mutex mutex_;
  ConditionVariable freed_;
  std::vector<std::unique_ptr<Item>> idle_ OCTAVO_GUARDED_BY(mutex_);
  int leased_ OCTAVO_GUARDED_BY(mutex_) = 0;
  int waiting_ OCTAVO_GUARDED_BY(mutex_) = 0;
};

}  // namespace octavo::db
