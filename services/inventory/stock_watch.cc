#include "services/inventory/stock_watch.h"

#include <algorithm>
#include <span>

namespace octavo::inventory {
namespace {

constexpr std::size_t kPageSize = 500;

}  // namespace

void StockWatch::Turn() {
  const StockHub::Watched watched = hub_.watched();
  for (std::size_t at = 0; at < watched.books.size(); at += kPageSize) {
    const std::size_t count = std::min(kPageSize, watched.books.size() - at);
    hub_.Publish(store_.GetStocks(std::span(watched.books).subspan(at, count)));
  }
  if (!watched.everything) return;
  const std::vector<Stock> page = store_.ListStocks(next_, static_cast<int>(kPageSize));
  hub_.Publish(page);
  next_ = page.size() < kPageSize ? BookId{} : page.back().book;
}

}  // namespace octavo::inventory
