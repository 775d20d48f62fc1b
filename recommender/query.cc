#include "recommender/query.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "lib/base/check.h"
#include "recommender/parallel.h"

namespace octavo::recommender {
namespace {

// Minus zero: no sum of weights that are not zero ever comes back to it, so it marks a score that nothing has
// touched.
constexpr float kUntouched = -0.0F;
constexpr std::size_t kGroupsMax = 16;              // Authors and series of one book that count.
constexpr std::size_t kPoolMax = 16 * kAnswersMax;  // 192 KB of a scratch.
constexpr float kNever = -std::numeric_limits<float>::infinity();
// Walking over a book costs about a fourth of recording that it has a score and coming back to it.
constexpr std::size_t kWalkPerTouch = 4;

bool IsUntouched(float score) { return std::bit_cast<std::uint32_t>(score) == std::bit_cast<std::uint32_t>(kUntouched); }

bool Better(const Recommendation& a, const Recommendation& b) { return a.score != b.score ? a.score > b.score : a.item < b.item; }

// splitmix64, as in lib/base/random.h, but a pure function of seed and item.
std::uint64_t Mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

// A standard Gumbel variable: adding one to each logarithm of a weight and taking the largest draws by
// weight.
float Gumbel(std::uint64_t seed, ItemIndex item) {
  const double uniform = (static_cast<double>(Mix(seed ^ Mix(item)) >> 11) + 0.5) * 0x1p-53;
  return static_cast<float>(-std::log(-std::log(uniform)));
}

bool Passes(const Filters& filters, ItemIndex item) {
  return (filters.category == nullptr || filters.category->Contains(item)) &&
         (filters.available == nullptr || filters.available->Contains(item));
}

// Calls visit(item) for each item in [begin, end) that passes, ascending, until it says false; a word at a
// time, so that a small category in a large catalogue is found quickly.
template <typename Visit>
void ForEachPassing(const Filters& filters, ItemIndex begin, std::size_t end, const Visit& visit) {
  for (std::size_t word = begin / 64; word * 64 < end; ++word) {
    std::uint64_t bits = ~std::uint64_t{0};
    if (filters.category != nullptr) bits &= filters.category->Word(word);
    if (filters.available != nullptr) bits &= filters.available->Word(word);
    for (; bits != 0; bits &= bits - 1) {
      const std::size_t item = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      if (item < begin) continue;
      if (item >= end || !visit(static_cast<ItemIndex>(item))) return;
    }
  }
}

// Calls visit(item, score) for each item that passes and has at least `threshold`, which visit may raise; ascending. Most runs of
// 64 books have none, and one comparison skips them, which the compiler does for several at once.
template <typename Visit>
void ForEachAbove(const Filters& filters, std::span<const float> scores, const float& threshold, const Visit& visit) {
  constexpr std::size_t kWord = 64;
  for (std::size_t begin = 0; begin < scores.size(); begin += kWord) {
    std::uint64_t bits = ~std::uint64_t{0};
    if (filters.category != nullptr) bits &= filters.category->Word(begin / kWord);
    if (filters.available != nullptr) bits &= filters.available->Word(begin / kWord);
    if (bits == 0) continue;
    const std::span<const float> word = scores.subspan(begin, std::min(kWord, scores.size() - begin));
    const float least = threshold;
    int above = 0;
    for (const float score : word) above |= score >= least ? 1 : 0;
    if (above == 0) continue;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if ((bits >> i & 1) != 0 && word[i] >= threshold) visit(static_cast<ItemIndex>(begin + i), word[i]);
    }
  }
}

// Prefetches the memory of a row: rows are anywhere in the model, and waiting for each in turn takes longer than adding it
// up.
void Fetch(const Model::Row& row) {
  constexpr std::size_t kPerLine = 64 / sizeof(float);
  for (std::size_t i = 0; i < row.columns.size(); i += kPerLine) {
    __builtin_prefetch(&row.columns[i]);
    __builtin_prefetch(&row.weights[i]);
  }
}

float PowerOf(float weight, float power) {
  const float clamped = std::clamp(std::isnan(weight) ? 1.0F : weight, 1e-6F, 1e6F);
  if (power == 0 || clamped == 1) return 1;
  if (power == 1) return clamped;
  return power == 0.5F ? std::sqrt(clamped) : std::pow(clamped, power);
}

}  // namespace

ItemGroups::ItemGroups(const std::vector<std::vector<std::uint32_t>>& groups) {
  offsets_.reserve(groups.size() + 1);
  offsets_.push_back(0);
  for (const std::vector<std::uint32_t>& of_item : groups) {
    groups_.insert(groups_.end(), of_item.begin(), of_item.end());
    offsets_.push_back(static_cast<std::uint32_t>(groups_.size()));
  }
}

void Scratch::Fit(std::size_t items) {
  if (scores_.size() < items) {
    scores_.resize(items, kUntouched);
    touched_.resize(items + 1);  // One more: Accumulate writes before it knows whether the entry stays.
  }
  if (pool_.capacity() == 0) {
    pool_.reserve(kPoolMax);
    answers_.reserve(kAnswersMax);
    reasons_.reserve(kHistoryMax);
    group_counts_.reserve(kAnswersMax * kGroupsMax);
  }
}

// Excludes an item from the answers.
void Scratch::Forbid(ItemIndex item) {
  if (!dense_ && IsUntouched(scores_[item])) touched_[touched_size_++] = item;
  scores_[item] = kNever;
}

// Makes all scores untouched again.
void Scratch::Wipe(std::size_t items) {
  if (dense_) std::fill_n(scores_.begin(), items, kUntouched);
  for (std::size_t i = 0; i < touched_size_; ++i) scores_[touched_[i]] = kUntouched;
  touched_size_ = 0;
  dense_ = false;
}

// Appends the candidate to the answers unless one of its groups is full.
bool Scratch::Admit(const Recommendation& candidate, const Diversity& diversity) {
  if (diversity.groups != nullptr && diversity.per_group_max > 0) {
    std::span<const std::uint32_t> groups = diversity.groups->Of(candidate.item);
    groups = groups.first(std::min(groups.size(), kGroupsMax));
    const auto count_of = [this](std::uint32_t group) {
      return std::find_if(group_counts_.begin(), group_counts_.end(),
                          [group](const auto& entry) { return entry.first == group; });
    };
    for (const std::uint32_t group : groups) {
      const auto found = count_of(group);
      if (found != group_counts_.end() && found->second >= diversity.per_group_max) return false;
    }
    for (const std::uint32_t group : groups) {
      const auto found = count_of(group);
      if (found != group_counts_.end()) {
        ++found->second;
      } else {
        group_counts_.emplace_back(group, 1);
      }
    }
  }
  answers_.push_back(candidate);
  return true;
}

Recommender::Recommender(std::shared_ptr<const Model> model, std::shared_ptr<const Overlay> overlay)
    : model_(std::move(model)), overlay_(std::move(overlay)) {
  CHECK(model_ != nullptr);
}

ItemIndex Recommender::Find(std::string_view id) const {
  const ItemIndex known = model_->Find(id);
  return known != kNoIndex || overlay_ == nullptr ? known : overlay_->Find(id);
}

std::string_view Recommender::id(ItemIndex item) const { return item < model_->items() ? model_->id(item) : overlay_->id(item); }

std::size_t Recommender::RowSize(ItemIndex item) const {
  std::size_t size = item < model_->items() ? model_->row(item).columns.size() : 0;
  if (overlay_ != nullptr && item < items()) size += overlay_->row(item).columns.size();
  return size;
}

void Recommender::Accumulate(ItemIndex item, float weight, Scratch& scratch) const {
  float* const scores = scratch.scores_.data();
  ItemIndex* const touched = scratch.touched_.data();
  std::size_t size = scratch.touched_size_;
  const auto add = [&](const Model::Row& row) {
    if (scratch.dense_) {
      for (std::size_t i = 0; i < row.columns.size(); ++i) scores[row.columns[i]] += weight * row.weights[i];
      return;
    }
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      const ItemIndex column = row.columns[i];
      const float score = scores[column];
      touched[size] = column;  // Kept only if this is the first touch: no branch to mispredict.
      size += IsUntouched(score) ? 1 : 0;
      scores[column] = score + weight * row.weights[i];
    }
  };
  if (item < model_->items()) add(model_->row(item));
  if (overlay_ != nullptr) add(overlay_->row(item));
  scratch.touched_size_ = size;
}

std::span<const Recommendation> Recommender::Recommend(const Query& query, Scratch& scratch) const {
  scratch.Fit(items());
  const std::span<const HistoryEntry> history = query.history.last(std::min(query.history.size(), kHistoryMax));
  std::size_t sums = 0;
  for (const HistoryEntry& entry : history) sums += RowSize(entry.item);
  scratch.dense_ = kWalkPerTouch * sums >= items();
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (i + 1 < history.size() && history[i + 1].item < model_->items()) Fetch(model_->row(history[i + 1].item));
    const HistoryEntry& entry = history[i];
    if (entry.item < items()) Accumulate(entry.item, PowerOf(entry.weight, model_->weight_power()), scratch);
  }
  return Select(query, scratch);
}

std::span<const Recommendation> Recommender::Similar(ItemIndex item, const Query& query, Scratch& scratch) const {
  scratch.Fit(items());
  if (item >= items()) return {};
  Accumulate(item, 1, scratch);
  scratch.Forbid(item);
  Query without_fill = query;
  without_fill.fill = false;
  return Select(without_fill, scratch);
}

// Chooses the answers from the scores, then wipes the scores for the next query.
std::span<const Recommendation> Recommender::Select(const Query& query, Scratch& scratch) const {
  const std::size_t k = std::min(query.k, kAnswersMax);
  if (query.filters.exclude_history) {
    for (const HistoryEntry& entry : query.history) {
      if (entry.item < items()) scratch.Forbid(entry.item);
    }
  }
  for (const ItemIndex item : query.filters.exclusions) {
    if (item < items()) scratch.Forbid(item);
  }
  scratch.answers_.clear();
  scratch.group_counts_.clear();
  TakeBest(query, k, scratch);
  if (query.fill && scratch.answers_.size() < k) TakePopular(query, k, scratch);
  scratch.Wipe(items());
  return scratch.answers_;
}

void Recommender::TakeBest(const Query& query, std::size_t k, Scratch& scratch) const {
  if (k == 0) return;
  const bool diverse = query.diversity.groups != nullptr && query.diversity.per_group_max > 0;
  // With a limit per group some of the best fall away: take four times as many, which nearly always is
  // enough.
  const std::size_t wanted = std::min(diverse ? 4 * k : k, kPoolMax / 2);
  std::vector<Recommendation>& pool = scratch.pool_;
  pool.clear();
  float threshold = std::numeric_limits<float>::min();  // Only positive scores count.
  bool dropped = false;
  const auto offer = [&](ItemIndex item, float score) {
    pool.push_back({item, score, Source::kPersonal});
    if (pool.size() < 2 * wanted) return;
    std::nth_element(pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(wanted) - 1, pool.end(), Better);
    pool.resize(wanted);
    threshold = pool.back().score;
    dropped = true;
  };
  if (scratch.dense_) {
    ForEachAbove(query.filters, std::span(scratch.scores_).first(items()), threshold, offer);
  } else {
    for (std::size_t i = 0; i < scratch.touched_size_; ++i) {
      const ItemIndex item = scratch.touched_[i];
      const float score = scratch.scores_[item];
      if (score >= threshold && Passes(query.filters, item)) offer(item, score);
    }
  }
  std::sort(pool.begin(), pool.end(), Better);
  if (pool.size() > wanted) {
    pool.resize(wanted);
    dropped = true;
  }
  for (const Recommendation& candidate : pool) {
    if (scratch.answers_.size() == k) return;
    scratch.Admit(candidate, query.diversity);
  }
  if (diverse && dropped && scratch.answers_.size() < k) TakeFromAll(query, k, pool.back(), scratch);
}

// Rare: one group fills the pool. Walks over all scores in order; items after the pool's `last` have not been considered yet.
void Recommender::TakeFromAll(const Query& query, std::size_t k, const Recommendation& last, Scratch& scratch) const {
  if (scratch.dense_) {
    std::iota(scratch.touched_.begin(), scratch.touched_.begin() + static_cast<std::ptrdiff_t>(items()), ItemIndex{0});
    scratch.touched_size_ = items();
  }
  const auto better = [&scratch](ItemIndex a, ItemIndex b) { return Better({a, scratch.scores_[a]}, {b, scratch.scores_[b]}); };
  std::sort(scratch.touched_.begin(), scratch.touched_.begin() + static_cast<std::ptrdiff_t>(scratch.touched_size_), better);
  for (std::size_t i = 0; i < scratch.touched_size_ && scratch.answers_.size() < k; ++i) {
    const Recommendation candidate{scratch.touched_[i], scratch.scores_[scratch.touched_[i]], Source::kPersonal};
    if (candidate.score <= 0) break;
    if (Better(last, candidate) && Passes(query.filters, candidate.item)) scratch.Admit(candidate, query.diversity);
  }
}

// Adds popular books: item numbers ascend with falling popularity, so these are the first that
// pass.
void Recommender::TakePopular(const Query& query, std::size_t k, Scratch& scratch) const {
  for (const Recommendation& answer : scratch.answers_) scratch.Forbid(answer.item);
  if (query.exploration > 0) Explore(query, k, scratch);
  ForEachPassing(query.filters, 0, items(), [&](ItemIndex item) {
    if (scratch.answers_.size() == k) return false;
    if (scratch.scores_[item] != kNever) scratch.Admit({item, 0, Source::kPopular}, query.diversity);
    return true;
  });
}

// The first of the popular and a few of the new books, drawn by their number of readers: a Gumbel variable is added to its
// logarithm, larger for a livelier order.
void Recommender::Explore(const Query& query, std::size_t k, Scratch& scratch) const {
  const float exploration = std::min(query.exploration, 1.0F);
  const std::size_t missing = k - scratch.answers_.size();
  const std::size_t wanted = std::min(std::max<std::size_t>(8 * missing, 64), kPoolMax / 2);
  std::vector<Recommendation>& pool = scratch.pool_;
  pool.clear();
  // A new book counts as if it had as many readers as the average book.
  const auto books = static_cast<float>(std::max<std::size_t>(model_->items(), 1));
  const float readers_mean = static_cast<float>(model_->interactions()) / books;
  const auto offer = [&](ItemIndex item) {
    if (scratch.scores_[item] == kNever) return;
    const float readers = item < model_->items() ? static_cast<float>(model_->readers(item)) : readers_mean;
    pool.push_back({item, std::log1p(readers) + exploration * Gumbel(query.seed, item), Source::kPopular});
  };
  ForEachPassing(query.filters, 0, model_->items(), [&](ItemIndex item) {
    offer(item);
    return pool.size() < wanted;
  });
  const std::size_t room = pool.size() + wanted / 8;
  ForEachPassing(query.filters, static_cast<ItemIndex>(model_->items()), items(), [&](ItemIndex item) {
    offer(item);
    return pool.size() < room;
  });
  std::sort(pool.begin(), pool.end(), Better);
  for (Recommendation& candidate : pool) {
    if (scratch.answers_.size() == k) return;
    candidate.score = 0;
    if (scratch.Admit(candidate, query.diversity)) scratch.Forbid(candidate.item);
  }
}

std::span<const Reason> Recommender::Explain(std::span<const HistoryEntry> history, ItemIndex item, std::size_t k,
                                             Scratch& scratch) const {
  scratch.Fit(items());
  std::vector<Reason>& reasons = scratch.reasons_;
  reasons.clear();
  const auto weight_in = [item](const Model::Row& row) {
    const auto at = std::lower_bound(row.columns.begin(), row.columns.end(), item);
    if (at == row.columns.end() || *at != item) return 0.0F;
    return row.weights[static_cast<std::size_t>(at - row.columns.begin())];
  };
  for (const HistoryEntry& entry : history.last(std::min(history.size(), kHistoryMax))) {
    if (entry.item >= items() || entry.item == item) continue;
    float weight = entry.item < model_->items() ? weight_in(model_->row(entry.item)) : 0;
    if (overlay_ != nullptr) weight += weight_in(overlay_->row(entry.item));
    const float contribution = weight * PowerOf(entry.weight, model_->weight_power());
    if (contribution > 0) reasons.push_back({entry.item, contribution});
  }
  const auto stronger = [](const Reason& a, const Reason& b) {
    return a.contribution != b.contribution ? a.contribution > b.contribution : a.item < b.item;
  };
  const std::size_t wanted = std::min(k, reasons.size());
  std::partial_sort(reasons.begin(), reasons.begin() + static_cast<std::ptrdiff_t>(wanted), reasons.end(), stronger);
  return std::span(reasons).first(wanted);
}

std::vector<std::vector<Recommendation>> Recommender::RecommendBatch(std::span<const Query> queries, int threads) const {
  std::vector<std::vector<Recommendation>> answers(queries.size());
  std::vector<Scratch> scratches(static_cast<std::size_t>(std::max(threads, 1)));
  ParallelFor(queries.size(), 64, threads, [&](int thread, std::size_t begin, std::size_t end) {
    Scratch& scratch = scratches[static_cast<std::size_t>(thread)];
    for (std::size_t i = begin; i < end; ++i) {
      const std::span<const Recommendation> answer = Recommend(queries[i], scratch);
      answers[i].assign(answer.begin(), answer.end());
    }
  });
  return answers;
}

std::span<const HistoryEntry> SessionHistory(std::span<const ItemIndex> events, float decay, std::span<HistoryEntry> out) {
  const std::size_t count = std::min(events.size(), out.size());
  float weight = 1;
  for (std::size_t i = count; i-- > 0;) {
    out[i] = {events[events.size() - count + i], weight};
    weight *= decay;
  }
  return out.first(count);
}

}  // namespace octavo::recommender
