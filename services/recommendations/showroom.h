// Showroom: what may be suggested at the moment. It keeps this service's copy of the catalogue and of the stock and the
// models in use, and lays out a Display from them: a new one for a change of the stock at once, and one for changes of
// books or models in the background.
//
// Thread-safe. The display is swapped; nobody who reads it ever waits.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/recommendations/assortment.h"
#include "services/recommendations/domain/chance.h"

namespace octavo::recommendations {

// One model with the books it may suggest.
struct Stand {
  std::shared_ptr<const Assortment> assortment;  // Shared by the displays that differ in stock only.
  // In the catalogue and, where the stock is known, in stock.
  recommender::ItemSet available{0};
};

// Immutable.
struct Display {
  std::uint64_t number = 0;  // From 1, another for each display of a showroom.
  Stand live;
  Stand challenger;  // Its assortment is null while no model is tried against the live one.

  const Stand& Of(Arm arm) const { return arm == Arm::kChallenger && challenger.assortment ? challenger : live; }
};

struct NamedModel {
  std::string name;
  std::shared_ptr<const recommender::Model> model;
};

class Showroom {
 public:
  // Changes that come within this time are laid out together; an import changes thousands of books. Where laying out
  // takes long, so much longer is waited that it takes at most a fifth of a core.
  static constexpr std::chrono::milliseconds kGathering{100};
  static constexpr int kRestPerWork = 4;

  // `render` makes what Assortment::RenderedOf keeps.
  explicit Showroom(Assortment::Render render = nullptr);
  // Ends the background work.
  ~Showroom();
  Showroom(const Showroom&) = delete;
  Showroom& operator=(const Showroom&) = delete;

  // What answers are made of; never null. std::atomic<shared_ptr> because each answer must hold on to the display it
  // began with while another takes its place.
  std::shared_ptr<const Display> display() const { return display_.load(std::memory_order_acquire); }

  void PutBook(Book book);
  void RemoveBook(BookId book);
  // Replaces the whole copy: after the catalogue was found to be another one.
  void ReplaceBooks(std::vector<Book> books);
  std::vector<std::shared_ptr<const Book>> books() const;

  // The whole stock: books that are not in `available` have none.
  void ReplaceStock(const std::unordered_map<std::int32_t, std::int64_t>& available);
  // One book's, as it changes. Counts only once the whole stock has been told.
  void PutStock(BookId book, std::int64_t available);

  // Puts models to use; a null model of the challenger ends the trial.
  void SetModels(NamedModel live, NamedModel challenger);

  // Waits until everything told before is on display.
  void Settle();

 private:
  void Arrange();
  void Touch();
  void Show(std::shared_ptr<Display> next);
  void ShowStock();
  std::shared_ptr<const Assortment> Lay(const NamedModel& model, const std::vector<std::shared_ptr<const Book>>& books) const;
  recommender::ItemSet AvailableIn(const Assortment& assortment) const;
  bool IsAvailable(std::int32_t book) const;

  const Assortment::Render render_;
  std::atomic<std::shared_ptr<const Display>> display_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable arranged_;
  std::unordered_map<std::int32_t, std::shared_ptr<const Book>> books_;  // Guarded by mutex_, as all below.
  bool stock_told_ = false;                                              // The whole of it, once.
  bool stock_known_ = false;                                             // And it held a book, then or since.
  std::unordered_map<std::int32_t, bool> in_stock_;
  std::array<NamedModel, 2> models_;
  std::uint64_t displays_ = 0;
  std::uint64_t change_ = 0;  // Counts what was told …
  std::uint64_t shown_ = 0;   // … and how much of it is on display.
  bool settling_ = false;     // Somebody waits: do not gather.
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace octavo::recommendations
