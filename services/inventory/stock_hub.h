// StockHub: tells those who watch about stocks as they change. Fed after each commit; never makes a writer wait for a
// reader: a slow one finds the latest stock of each book, and misses those in between.
//
// Commits may be published in another order than they happened. What a watch gives is in order all the same: of each
// book, versions only ever grow.
//
// Memory: a watch holds at most one waiting stock, and one version number, per book that it watches.
// Thread-safe. Must outlive its watches.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/inventory/domain/stock.h"

namespace octavo::inventory {

class StockHub {
 public:
  class Watch {
   public:
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Called, from any thread and outside of any lock, when there is something to take where there was nothing.
    void SetWaker(std::function<void()> waker);
    // The reader got this stock elsewhere (a first reading): it and older ones are not given any more.
    void Seen(const Stock& stock);
    // The next change, if there is one.
    std::optional<Stock> Take();

   private:
    friend class StockHub;
    explicit Watch(StockHub& hub) : hub_(hub) {}
    // Whether the waker is to be called.
    bool Offer(const Stock& stock);

    StockHub& hub_;
    // All guarded by hub_.mutex_.
    std::vector<BookId> books_;
    std::shared_ptr<const std::function<void()>> waker_;  // Shared: called after the lock is given back.
    std::deque<BookId> order_;                            // Of those in pending_.
    std::unordered_map<BookId, Stock> pending_;
    std::unordered_map<BookId, std::int64_t> versions_;  // Given to the reader.
  };

  // Watches these books; empty: all.
  std::unique_ptr<Watch> Subscribe(std::vector<BookId> books);
  void Publish(std::span<const Stock> stocks);

  std::size_t watch_count() const;
  struct Watched {
    std::vector<BookId> books;  // Of those who named some, each once, in no order.
    bool everything = false;    // Somebody watches all.
  };
  Watched watched() const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_set<Watch*> of_all_;
  std::unordered_map<BookId, std::unordered_set<Watch*>> of_book_;
  std::size_t watch_count_ = 0;
};

}  // namespace octavo::inventory
