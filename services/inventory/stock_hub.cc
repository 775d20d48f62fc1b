#include "services/inventory/stock_hub.h"

#include <algorithm>
#include <utility>

namespace octavo::inventory {

StockHub::Watch::~Watch() {
  const std::lock_guard lock(hub_.mutex_);
  --hub_.watch_count_;
  hub_.of_all_.erase(this);
  for (const BookId book : books_) {
    const auto watches = hub_.of_book_.find(book);
    if (watches == hub_.of_book_.end()) continue;  // Named twice.
    watches->second.erase(this);
    if (watches->second.empty()) hub_.of_book_.erase(watches);
  }
}

void StockHub::Watch::SetWaker(std::function<void()> waker) {
  const std::lock_guard lock(hub_.mutex_);
  waker_ = std::make_shared<const std::function<void()>>(std::move(waker));
}

void StockHub::Watch::Seen(const Stock& stock) {
  const std::lock_guard lock(hub_.mutex_);
  std::int64_t& version = versions_[stock.book];
  version = std::max(version, stock.version);
}

std::optional<Stock> StockHub::Watch::Take() {
  const std::lock_guard lock(hub_.mutex_);
  while (!order_.empty()) {
    const auto next = pending_.extract(order_.front());
    order_.pop_front();
    std::int64_t& version = versions_[next.key()];
    if (next.mapped().version <= version) continue;
    version = next.mapped().version;
    return next.mapped();
  }
  return std::nullopt;
}

bool StockHub::Watch::Offer(const Stock& stock) {
  const auto [pending, is_new] = pending_.try_emplace(stock.book, stock);
  if (!is_new) {
    if (stock.version > pending->second.version) pending->second = stock;
    return false;
  }
  order_.push_back(stock.book);
  return order_.size() == 1;
}

std::unique_ptr<StockHub::Watch> StockHub::Subscribe(std::vector<BookId> books) {
  std::unique_ptr<Watch> watch(new Watch(*this));
  watch->books_ = std::move(books);
  const std::lock_guard lock(mutex_);
  ++watch_count_;
  if (watch->books_.empty()) of_all_.insert(watch.get());
  for (const BookId book : watch->books_) of_book_[book].insert(watch.get());
  return watch;
}

void StockHub::Publish(std::span<const Stock> stocks) {
  std::vector<std::shared_ptr<const std::function<void()>>> wakers;
  {
    const std::lock_guard lock(mutex_);
    const auto offer = [&](Watch* watch, const Stock& stock) {
      if (watch->Offer(stock) && watch->waker_) wakers.push_back(watch->waker_);
    };
    for (const Stock& stock : stocks) {
      for (Watch* watch : of_all_) offer(watch, stock);
      const auto watches = of_book_.find(stock.book);
      if (watches == of_book_.end()) continue;
      for (Watch* watch : watches->second) offer(watch, stock);
    }
  }
  for (const auto& waker : wakers) (*waker)();
}

std::size_t StockHub::watch_count() const {
  const std::lock_guard lock(mutex_);
  return watch_count_;
}

StockHub::Watched StockHub::watched() const {
  const std::lock_guard lock(mutex_);
  Watched watched{.everything = !of_all_.empty()};
  watched.books.reserve(of_book_.size());
  for (const auto& [book, watches] : of_book_) watched.books.push_back(book);
  return watched;
}

}  // namespace octavo::inventory
