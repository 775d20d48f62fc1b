#include "services/recommendations/showroom.h"

#include <algorithm>
#include <utility>

#include "lib/base/clock.h"

namespace octavo::recommendations {

Showroom::Showroom(Assortment::Render render) : render_(std::move(render)) {
  models_[0] = {"", EmptyModel()};
  auto first = std::make_shared<Display>();
  first->live = {Lay(models_[0], {}), recommender::ItemSet(0)};
  Show(std::move(first));
  thread_ = std::thread([this] { Arrange(); });
}

Showroom::~Showroom() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// Under mutex_, or before any thread.
void Showroom::Show(std::shared_ptr<Display> next) {
  next->number = ++displays_;
  display_.store(std::move(next), std::memory_order_release);
}

// Under mutex_.
void Showroom::Touch() {
  ++change_;
  changed_.notify_one();
}

void Showroom::PutBook(Book book) {
  const std::int32_t id = book.id.value();
  auto kept = std::make_shared<const Book>(std::move(book));
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Book>& place = books_[id];
  if (place != nullptr && *place == *kept) return;
  place = std::move(kept);
  Touch();
}

void Showroom::RemoveBook(BookId book) {
  const std::lock_guard lock(mutex_);
  if (books_.erase(book.value()) > 0) Touch();
}

void Showroom::ReplaceBooks(std::vector<Book> books) {
  std::unordered_map<std::int32_t, std::shared_ptr<const Book>> kept;
  for (Book& book : books) {
    const std::int32_t id = book.id.value();
    kept[id] = std::make_shared<const Book>(std::move(book));
  }
  const std::lock_guard lock(mutex_);
  books_ = std::move(kept);
  Touch();
}

std::vector<std::shared_ptr<const Book>> Showroom::books() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const Book>> books;
  books.reserve(books_.size());
  for (const auto& [id, book] : books_) books.push_back(book);
  return books;
}

void Showroom::ReplaceStock(const std::unordered_map<std::int32_t, std::int64_t>& available) {
  const std::lock_guard lock(mutex_);
  in_stock_.clear();
  for (const auto& [book, count] : available) in_stock_[book] = count > 0;
  stock_told_ = true;
  // A shop whose inventory has never received a book does not keep stock here: everything may be shown.
  stock_known_ = !available.empty();
  ShowStock();
}

void Showroom::PutStock(BookId book, std::int64_t available) {
  const std::lock_guard lock(mutex_);
  const bool in_stock = available > 0;
  const auto [place, is_new] = in_stock_.try_emplace(book.value(), in_stock);
  const bool same = place->second == in_stock && !is_new;
  place->second = in_stock;
  if (!stock_told_ || (stock_known_ && same)) return;
  if (!std::exchange(stock_known_, true)) return ShowStock();
  // A copy of the bits: 125 KB for a million books, 10 µs.
  auto next = std::make_shared<Display>(*display_.load());
  for (Stand* stand : {&next->live, &next->challenger}) {
    if (stand->assortment == nullptr) continue;
    const ItemIndex item = stand->assortment->ItemOf(book);
    if (item == recommender::kNoIndex || !stand->assortment->all().set.Contains(item)) continue;
    in_stock ? stand->available.Add(item) : stand->available.Remove(item);
  }
  Show(std::move(next));
}

// Under mutex_: the same books with all of the stock anew.
void Showroom::ShowStock() {
  auto next = std::make_shared<Display>(*display_.load());
  for (Stand* stand : {&next->live, &next->challenger}) {
    if (stand->assortment != nullptr) stand->available = AvailableIn(*stand->assortment);
  }
  Show(std::move(next));
}

void Showroom::SetModels(NamedModel live, NamedModel challenger) {
  const std::lock_guard lock(mutex_);
  models_ = {std::move(live), std::move(challenger)};
  if (models_[0].model == nullptr) models_[0] = {"", EmptyModel()};
  Touch();
}

void Showroom::Settle() {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = change_;
  settling_ = true;
  changed_.notify_one();
  arranged_.wait(lock, [&] { return shown_ >= wanted || stopping_; });
  settling_ = false;
}

// Under mutex_. Whoever is not known to be out of stock counts as in stock only while the stock is not known at all.
bool Showroom::IsAvailable(std::int32_t book) const {
  if (!stock_known_) return true;
  const auto found = in_stock_.find(book);
  return found != in_stock_.end() && found->second;
}

// Under mutex_.
recommender::ItemSet Showroom::AvailableIn(const Assortment& assortment) const {
  recommender::ItemSet available(assortment.items());
  for (const ItemIndex item : assortment.all().members) {
    if (IsAvailable(assortment.BookOf(item).value())) available.Add(item);
  }
  return available;
}

std::shared_ptr<const Assortment> Showroom::Lay(const NamedModel& model,
                                                const std::vector<std::shared_ptr<const Book>>& books) const {
  if (model.model == nullptr) return nullptr;
  return std::make_shared<const Assortment>(model.name, model.model, books, render_);
}

// The background thread: lays out what changed.
void Showroom::Arrange() {
  const SystemClock clock;  // For how long work takes; no answer depends on it.
  std::chrono::nanoseconds rest = kGathering;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || shown_ < change_; });
    if (stopping_) break;
    if (!settling_) changed_.wait_for(lock, rest, [this] { return stopping_ || settling_; });
    if (stopping_) break;
    const std::uint64_t change = change_;
    const std::array<NamedModel, 2> models = models_;
    lock.unlock();
    const auto begin = clock.MonotonicNow();
    const std::vector<std::shared_ptr<const Book>> books = this->books();
    auto next = std::make_shared<Display>();
    next->live.assortment = Lay(models[0], books);
    next->challenger.assortment = Lay(models[1], books);
    rest = std::max<std::chrono::nanoseconds>(kGathering, kRestPerWork * (clock.MonotonicNow() - begin));
    lock.lock();
    for (Stand* stand : {&next->live, &next->challenger}) {
      if (stand->assortment != nullptr) stand->available = AvailableIn(*stand->assortment);
    }
    Show(std::move(next));
    shown_ = change;
    arranged_.notify_all();
  }
  arranged_.notify_all();
}

}  // namespace octavo::recommendations
