// SnapshotKeeper: keeps the Snapshot that answers are made from. It holds this service's copy of the catalogue and of the stock
// and the models in use. A change of the stock makes a new snapshot at once; changes of books and models are gathered and make
// one in the background (the worker `recommendations_snapshots`).
//
// Thread-safe. A snapshot is replaced, never changed; nobody who reads it ever waits.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/background/repeater.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/recommendations/assortment.h"
#include "services/recommendations/domain/chance.h"

namespace octavo::recommendations {

// One model with the books that it may suggest.
struct ModelView {
  std::shared_ptr<const Assortment> assortment;  // Shared by the snapshots that differ in stock only.
  // In the catalogue and, where the stock is known, in stock.
  recommender::ItemSet available{0};
};

// Immutable.
struct Snapshot {
  std::uint64_t number = 0;  // From 1, another for each snapshot of a keeper.
  ModelView live;
  ModelView challenger;  // Its assortment is null while no model is tried against the live one.

  const ModelView& Of(Arm arm) const { return arm == Arm::kChallenger && challenger.assortment ? challenger : live; }
};

struct NamedModel {
  std::string name;
  std::shared_ptr<const recommender::Model> model;
};

class SnapshotKeeper {
 public:
  // Changes that come within this time share one snapshot; an import changes thousands of books. Where making one takes long,
  // so much longer is waited that it takes at most a fifth of a core.
  static constexpr std::chrono::milliseconds kGathering{100};
  static constexpr int kRestPerWork = 4;

  // `render` makes what Assortment::RenderedOf keeps. `log` and `metrics` must outlive the keeper.
  SnapshotKeeper(obs::Log& log, obs::Metrics& metrics, Assortment::Render render = nullptr);
  SnapshotKeeper(const SnapshotKeeper&) = delete;
  SnapshotKeeper& operator=(const SnapshotKeeper&) = delete;

  // What answers are made from; never null. std::atomic<shared_ptr> because each answer must hold on to the snapshot that it
  // began with while another takes its place.
  std::shared_ptr<const Snapshot> current() const { return current_.load(std::memory_order_acquire); }

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

  // Waits until the current snapshot has all that was told before. Only while the keeper lives.
  void WaitUntilCurrent();

 private:
  // One turn of the worker: a snapshot of what has changed.
  void Rebuild(const std::stop_token& stop);
  void Changed();
  void Publish(std::shared_ptr<Snapshot> next);
  void PublishStock();
  std::shared_ptr<const Assortment> AssortmentOf(const NamedModel& model,
                                                 const std::vector<std::shared_ptr<const Book>>& books) const;
  void FillAvailable(Snapshot& snapshot) const;
  bool IsAvailable(std::int32_t book) const;

  const Assortment::Render render_;
  std::atomic<std::shared_ptr<const Snapshot>> current_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unordered_map<std::int32_t, std::shared_ptr<const Book>> books_;  // Guarded by mutex_, as all below to worker_.
  bool stock_told_ = false;                                              // The whole of it, once.
  bool stock_known_ = false;                                             // And it held a book, then or since.
  std::unordered_map<std::int32_t, bool> in_stock_;
  std::array<NamedModel, 2> models_;
  std::uint64_t snapshot_count_ = 0;
  std::uint64_t changes_ = 0;                   // How many were told …
  std::uint64_t covered_ = 0;                   // … and how many of them the current snapshot has.
  bool awaited_ = false;                        // Somebody waits for it: do not gather.
  std::chrono::nanoseconds rest_ = kGathering;  // The worker's own.
  background::Repeater worker_;                 // Last: it uses the rest.
};

}  // namespace octavo::recommendations
