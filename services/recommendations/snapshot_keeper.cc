#include "services/recommendations/snapshot_keeper.h"

#include <algorithm>
#include <utility>

#include "lib/base/clock.h"

namespace octavo::recommendations {
namespace {

// The worker is rung for each change; this is for a turn that failed.
constexpr std::chrono::seconds kInterval{10};

}  // namespace

SnapshotKeeper::SnapshotKeeper(obs::Log& log, obs::Metrics& metrics, Assortment::Render render)
    : render_(std::move(render)),
      models_{NamedModel{"", EmptyModel()}, NamedModel{}},
      worker_({.name = "recommendations_snapshots", .interval = kInterval}, log, metrics,
              [this](const std::stop_token& stop) { Rebuild(stop); }) {
  auto first = std::make_shared<Snapshot>();
  first->live.assortment = AssortmentOf({"", EmptyModel()}, {});
  Publish(std::move(first));
}

// Under mutex_, or before any thread.
void SnapshotKeeper::Publish(std::shared_ptr<Snapshot> next) {
  next->number = ++snapshot_count_;
  current_.store(std::move(next), std::memory_order_release);
}

// Under mutex_.
void SnapshotKeeper::Changed() {
  ++changes_;
  worker_.Ring();
}

void SnapshotKeeper::PutBook(Book book) {
  const std::int32_t id = book.id.value();
  auto kept = std::make_shared<const Book>(std::move(book));
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Book>& place = books_[id];
  if (place != nullptr && *place == *kept) return;
  place = std::move(kept);
  Changed();
}

void SnapshotKeeper::RemoveBook(BookId book) {
  const std::lock_guard lock(mutex_);
  if (books_.erase(book.value()) > 0) Changed();
}

void SnapshotKeeper::ReplaceBooks(std::vector<Book> books) {
  std::unordered_map<std::int32_t, std::shared_ptr<const Book>> kept;
  for (Book& book : books) {
    const std::int32_t id = book.id.value();
    kept[id] = std::make_shared<const Book>(std::move(book));
  }
  const std::lock_guard lock(mutex_);
  books_ = std::move(kept);
  Changed();
}

std::vector<std::shared_ptr<const Book>> SnapshotKeeper::books() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const Book>> books;
  books.reserve(books_.size());
  for (const auto& [id, book] : books_) books.push_back(book);
  return books;
}

void SnapshotKeeper::ReplaceStock(const std::unordered_map<std::int32_t, std::int64_t>& available) {
  const std::lock_guard lock(mutex_);
  in_stock_.clear();
  for (const auto& [book, count] : available) in_stock_[book] = count > 0;
  stock_told_ = true;
  // A shop whose inventory has never received a book does not keep stock here: everything may be shown.
  stock_known_ = !available.empty();
  PublishStock();
}

void SnapshotKeeper::PutStock(BookId book, std::int64_t available) {
  const std::lock_guard lock(mutex_);
  const bool in_stock = available > 0;
  const auto [place, is_new] = in_stock_.try_emplace(book.value(), in_stock);
  const bool same = place->second == in_stock && !is_new;
  place->second = in_stock;
  if (!stock_told_ || (stock_known_ && same)) return;
  if (!std::exchange(stock_known_, true)) return PublishStock();
  // A copy of the bits: 125 KB for a million books, 10 µs.
  auto next = std::make_shared<Snapshot>(*current_.load());
  for (ModelView* view : {&next->live, &next->challenger}) {
    if (view->assortment == nullptr) continue;
    const ItemIndex item = view->assortment->ItemOf(book);
    if (item == recommender::kNoIndex || !view->assortment->all().set.Contains(item)) continue;
    in_stock ? view->available.Add(item) : view->available.Remove(item);
  }
  Publish(std::move(next));
}

// Under mutex_: the same books with all of the stock anew.
void SnapshotKeeper::PublishStock() {
  auto next = std::make_shared<Snapshot>(*current_.load());
  FillAvailable(*next);
  Publish(std::move(next));
}

void SnapshotKeeper::SetModels(NamedModel live, NamedModel challenger) {
  const std::lock_guard lock(mutex_);
  models_ = {std::move(live), std::move(challenger)};
  if (models_[0].model == nullptr) models_[0] = {"", EmptyModel()};
  Changed();
}

void SnapshotKeeper::WaitUntilCurrent() {
  std::unique_lock lock(mutex_);
  awaited_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this, wanted = changes_] { return covered_ >= wanted; });
  awaited_ = false;
}

// Under mutex_. Whoever is not known to be out of stock counts as in stock only while the stock is not known at all.
bool SnapshotKeeper::IsAvailable(std::int32_t book) const {
  if (!stock_known_) return true;
  const auto found = in_stock_.find(book);
  return found != in_stock_.end() && found->second;
}

// Under mutex_.
void SnapshotKeeper::FillAvailable(Snapshot& snapshot) const {
  for (ModelView* view : {&snapshot.live, &snapshot.challenger}) {
    if (view->assortment == nullptr) continue;
    const Assortment& assortment = *view->assortment;
    view->available = recommender::ItemSet(assortment.items());
    for (const ItemIndex item : assortment.all().members) {
      if (IsAvailable(assortment.BookOf(item).value())) view->available.Add(item);
    }
  }
}

std::shared_ptr<const Assortment> SnapshotKeeper::AssortmentOf(const NamedModel& model,
                                                               const std::vector<std::shared_ptr<const Book>>& books) const {
  if (model.model == nullptr) return nullptr;
  return std::make_shared<const Assortment>(model.name, model.model, books, render_);
}

void SnapshotKeeper::Rebuild(const std::stop_token& stop) {
  const SystemClock clock;  // For how long work takes; no answer depends on it.
  std::unique_lock lock(mutex_);
  if (covered_ == changes_) return;
  if (!awaited_) changed_.wait_for(lock, stop, rest_, [this] { return awaited_; });
  if (stop.stop_requested()) return;
  const std::uint64_t changes = changes_;
  const std::array<NamedModel, 2> models = models_;
  lock.unlock();
  const auto begin = clock.MonotonicNow();
  const std::vector<std::shared_ptr<const Book>> books = this->books();
  auto next = std::make_shared<Snapshot>();
  next->live.assortment = AssortmentOf(models[0], books);
  next->challenger.assortment = AssortmentOf(models[1], books);
  rest_ = std::max<std::chrono::nanoseconds>(kGathering, kRestPerWork * (clock.MonotonicNow() - begin));
  lock.lock();
  FillAvailable(*next);
  Publish(std::move(next));
  covered_ = changes;
  changed_.notify_all();
}

}  // namespace octavo::recommendations
