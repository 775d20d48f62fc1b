// StockHub: tells watchers about stocks as they change. It is called after each commit and never makes a writer wait
// for a reader: a slow reader gets the latest stock of each book and misses those in between.
//
// Commits may be published in another order than they happened. A watch sorts this out: the versions of a book only
// grow.
//
// Memory: a watch holds at most one waiting stock, and one version number, per book that it watches. Thread-safe. Must
// outlive its watches.
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

    // Called on any thread, outside of any lock, when there is a first stock to take.
    void SetWaker(std::function<void()> waker);
    // The reader got this stock elsewhere (its first reading): neither it nor older ones are given any more.
    void Seen(const Stock& stock);
    // The next change, if there is one.
    std::optional<Stock> Take();

   private:
    friend class StockHub;
    explicit Watch(StockHub& hub) : hub_(hub) {}
    // Whether the waker must be called.
    bool Offer(const Stock& stock);

    StockHub& hub_;
    // All guarded by hub_.mutex_.
    std::vector<BookId> books_;
    std::shared_ptr<const std::function<void()>> waker_;  // Shared, because it is called after the lock is released.
    std::deque<BookId> order_;                            // The books of pending_, in order.
    std::unordered_map<BookId, Stock> pending_;
    std::unordered_map<BookId, std::int64_t> versions_;  // Given to the reader.
  };

  // Watches these books; empty: all books.
  std::unique_ptr<Watch> Subscribe(std::vector<BookId> books);
  void Publish(std::span<const Stock> stocks);

  std::size_t watch_count() const;
  struct Watched {
    std::vector<BookId> books;  // Of watches with named books; each once, in no order.
    bool everything = false;    // Some watch wants all books.
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
