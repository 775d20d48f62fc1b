// Recommender: answers from a model: recommendations for a reader, similar books, and reasons; single or in batches.
//
//     Recommender recommender(model);
//     Scratch scratch(recommender);                  // One per thread, made once.
//     for (const Recommendation& r : recommender.Recommend({.history = history, .k = 10}, scratch)) …
//
// A Recommender is immutable: any number of threads may ask, each with its own Scratch. Recommend, Similar and
// Explain allocate nothing. Equal questions get equal answers: equal scores are ordered by item number, the
// popular first, and chance comes only from the seed in the question. History entries with an unknown number are
// skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "recommender/ids.h"
#include "recommender/model.h"
#include "recommender/overlay.h"

namespace octavo::recommender {

// A set of items as a bitmap: a category's books, the books in stock. A number beyond its size is not in it.
class ItemSet {
 public:
  explicit ItemSet(std::size_t items) : words_((items + 63) / 64), size_(items) {}

  void Add(ItemIndex item) { words_[item / 64] |= std::uint64_t{1} << (item % 64); }
  void Remove(ItemIndex item) { words_[item / 64] &= ~(std::uint64_t{1} << (item % 64)); }
  bool Contains(ItemIndex item) const { return item < size_ && (words_[item / 64] >> (item % 64) & 1) != 0; }
  // The items 64 * word … 64 * word + 63 as bits.
  std::uint64_t Word(std::size_t word) const { return word < words_.size() ? words_[word] : 0; }
  std::size_t size() const { return size_; }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

// Which author and series each item belongs to: any number of groups per item, all in one numbering.
class ItemGroups {
 public:
  // `groups[item]` are the groups of `item`; items beyond its size have none.
  explicit ItemGroups(const std::vector<std::vector<std::uint32_t>>& groups);

  std::span<const std::uint32_t> Of(ItemIndex item) const {
    if (item + std::size_t{1} >= offsets_.size()) return {};
    return std::span(groups_).subspan(offsets_[item], offsets_[item + 1] - offsets_[item]);
  }

 private:
  std::vector<std::uint32_t> offsets_;
  std::vector<std::uint32_t> groups_;
};

struct HistoryEntry {
  ItemIndex item = kNoIndex;
  float weight = 1;  // As in training: a purchase may weigh more than a look. Clamped to [1e-6, 1e6].
};

struct Filters {
  const ItemSet* category = nullptr;           // Only these; null: any.
  const ItemSet* available = nullptr;          // Only these; null: any.
  std::span<const ItemIndex> exclusions = {};  // Never these.
  bool exclude_history = true;
};

struct Diversity {
  const ItemGroups* groups = nullptr;  // Null: no limit.
  std::uint32_t per_group_max = 0;     // At most so many of one author or series; 0: no limit.
};

struct Query {
  std::span<const HistoryEntry> history = {};  // Oldest first. Only the last kHistoryMax entries count.
  std::size_t k = 10;                          // Clamped to kAnswersMax.
  Filters filters = {};
  Diversity diversity = {};
  // Popular books fill the places for which the model has no answer. `exploration` (0: none, 1: lively) shuffles
  // them gently by `seed`, so that new readers do not all see the same ten books. Personal answers are not
  // shuffled.
  bool fill = true;
  float exploration = 0;
  std::uint64_t seed = 0;
};

enum class Source : std::uint8_t {
  kPersonal,  // From the books in the history.
  kPopular,   // Filled in.
};

struct Recommendation {
  ItemIndex item = kNoIndex;
  float score = 0;  // Comparable within one answer only; of a popular fill, 0.
  Source source = Source::kPersonal;

  bool operator==(const Recommendation&) const = default;
};

// "Because you read `item`": its share of the score.
struct Reason {
  ItemIndex item = kNoIndex;
  float contribution = 0;

  bool operator==(const Reason&) const = default;
};

// 4,096 books: more than nearly anyone reads. The last ones matter most.
inline constexpr std::size_t kHistoryMax = 4096;
inline constexpr std::size_t kAnswersMax = 1000;

class Scratch;

class Recommender {
 public:
  explicit Recommender(std::shared_ptr<const Model> model, std::shared_ptr<const Overlay> overlay = nullptr);

  const Model& model() const { return *model_; }
  // Known to the model, then the overlay's new books.
  std::size_t items() const { return model_->items() + (overlay_ == nullptr ? 0 : overlay_->new_items()); }
  // The number of the book with this id, among the model's and the overlay's, or kNoIndex.
  ItemIndex Find(std::string_view id) const;
  std::string_view id(ItemIndex item) const;

  // The best answers, best first; the view lives in `scratch` until its next use.
  std::span<const Recommendation> Recommend(const Query& query, Scratch& scratch) const;
  // Books that readers of `item` want next. Of `query`, k, filters and diversity count; history entries are excluded if it says
  // so; an unknown item has no similar books.
  std::span<const Recommendation> Similar(ItemIndex item, const Query& query, Scratch& scratch) const;
  // The books of `history` that contributed most to the score of `item`, at most k; only positive contributions.
  std::span<const Reason> Explain(std::span<const HistoryEntry> history, ItemIndex item, std::size_t k, Scratch& scratch) const;

  // One answer per query, in their order; the same as asking one by one. Uses `threads` threads; allocates.
  std::vector<std::vector<Recommendation>> RecommendBatch(std::span<const Query> queries, int threads = 1) const;

 private:
  friend class Scratch;
  std::size_t RowSize(ItemIndex item) const;
  void Accumulate(ItemIndex item, float weight, Scratch& scratch) const;
  std::span<const Recommendation> Select(const Query& query, Scratch& scratch) const;
  void TakeBest(const Query& query, std::size_t k, Scratch& scratch) const;
  void TakeFromAll(const Query& query, std::size_t k, const Recommendation& last, Scratch& scratch) const;
  void TakePopular(const Query& query, std::size_t k, Scratch& scratch) const;
  void Explore(const Query& query, std::size_t k, Scratch& scratch) const;

  std::shared_ptr<const Model> model_;  // Shared: answers under way keep the old model while a new one is swapped in.
  std::shared_ptr<const Overlay> overlay_;
};

// The working memory of one thread: 8 bytes per item of the recommender it was made for. It may be used with
// another recommender of no more items; with one of more items it grows (and allocates) once.
class Scratch {
 public:
  Scratch() = default;
  explicit Scratch(const Recommender& recommender) { Fit(recommender.items()); }

 private:
  friend class Recommender;
  void Fit(std::size_t items);
  void Forbid(ItemIndex item);
  void Wipe(std::size_t items);
  bool Admit(const Recommendation& candidate, const Diversity& diversity);

  std::vector<float> scores_;  // All "untouched" between queries.
  // Nearly every book gets a score, so walking over all books in order is faster than recording which.
  bool dense_ = false;
  std::vector<ItemIndex> touched_;  // Those with a score, unless dense_: the first touched_size_; the rest is room.
  std::size_t touched_size_ = 0;
  std::vector<Recommendation> pool_;
  std::vector<Recommendation> answers_;
  std::vector<Reason> reasons_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> group_counts_;  // Group and how many answers it has.
};

// The last events of a visit as a history: the latest weighs 1, each older one `decay` times the next. Writes
// at most out.size() entries, oldest first, and returns the part of `out` that was filled.
std::span<const HistoryEntry> SessionHistory(std::span<const ItemIndex> events, float decay, std::span<HistoryEntry> out);

}  // namespace octavo::recommender
