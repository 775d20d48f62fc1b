// Gram: how often books are read together, each reader weighted: entry (i, j) is the sum over the readers of
// both of weight(reader) * value(reader, i) * value(reader, j). Exact for every pair.
//
// Books are numbered by popularity, and each pair is kept once, with the less popular book: its row is short.
// Pairs among the most popular books stand in a dense triangle instead. Immutable once made; any threads may
// read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "recommender/training_data.h"

namespace octavo::recommender {

// books^-exponent for each reader: the more a reader has read, the less each pair of them says.
std::vector<float> UserWeights(const TrainingData& data, float exponent);

class Gram {
 public:
  struct Entry {
    ItemIndex item;
    float value;
  };

  // `dense_bytes` bounds the dense triangle. 512 MB hold the pairs of the 16,384 most popular books.
  Gram(const TrainingData& data, std::span<const float> user_weights, int threads,
       std::size_t dense_bytes = std::size_t{512} << 20);

  std::size_t items() const { return diagonal_.size(); }
  float diagonal(ItemIndex item) const { return diagonal_[item]; }
  std::size_t bytes() const;

  // Calls found(position in `items`, position in `items`, value) for every pair of different books among
  // `items` (each once, ascending) whose entry is not zero, in a fixed order. `positions` has one zero per
  // book and is left so.
  template <typename Found>
  void ForPairs(std::span<const ItemIndex> items, std::vector<std::uint16_t>& positions,
                const Found& found) const;

 private:
  std::span<const Entry> RowOf(ItemIndex item) const { return {rows_[item].entries, rows_[item].count}; }
  static std::size_t TriangleRow(std::size_t item) { return item * (item - 1) / 2; }

  struct Row {
    const Entry* entries = nullptr;
    std::size_t count = 0;
  };

  std::size_t dense_items_ = 0;                   // The first so many books have their pairs in triangle_.
  std::vector<float> triangle_;                   // Pair (i, j), j < i, at TriangleRow(i) + j.
  std::vector<Row> rows_;                         // Of the others: more popular books, ascending.
  std::vector<std::unique_ptr<Entry[]>> blocks_;  // Where the rows' entries live.
  std::size_t entries_ = 0;
  std::vector<float> diagonal_;
};

// Adds up entry (item, ·) for all books: `row` has one zero per book; `touched` receives the books that are
// not zero any more, in order of first touch, the book itself among them.
void AddRow(const TrainingData& data, std::span<const float> user_weights, ItemIndex item,
            std::vector<float>& row, std::vector<ItemIndex>& touched);

template <typename Found>
void Gram::ForPairs(std::span<const ItemIndex> items, std::vector<std::uint16_t>& positions,
                    const Found& found) const {
  for (std::size_t i = 0; i < items.size(); ++i) positions[items[i]] = static_cast<std::uint16_t>(i + 1);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i] < dense_items_) {
      const float* const row = triangle_.data() + TriangleRow(items[i]);
      for (std::size_t j = 0; j < i; ++j) {
        if (const float value = row[items[j]]; value != 0) found(i, j, value);
      }
      continue;
    }
    for (const Entry& entry : RowOf(items[i])) {
      if (const std::uint16_t position = positions[entry.item]; position != 0)
        found(i, position - 1U, entry.value);
    }
  }
  for (const ItemIndex item : items) positions[item] = 0;
}

}  // namespace octavo::recommender
