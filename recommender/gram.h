// Gram: how often books are read together, with a weight for each reader: entry (i, j) is the sum over the readers of both of
// weight(reader) * value(reader, i) * value(reader, j). Exact for every pair.
//
// Books are numbered by popularity. Pairs among the most popular books are summed once and stored in a dense triangle. Any other
// pair has a book with few readers, and is summed over these when it is needed: for a hundred books at a time that is faster than
// reading stored rows, and takes no memory. Immutable; any threads may read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recommender/training_data.h"

namespace octavo::recommender {

// books^-exponent for each reader: the more a reader has read, the less each pair of their books means.
std::vector<float> UserWeights(const TrainingData& data, float exponent);

class Gram {
 public:
  // The working memory of one thread: 4 bytes per reader.
  class Scratch {
   public:
    explicit Scratch(std::size_t users) : slots_(users, 0) {}

   private:
    friend class Gram;
    struct Reading {
      std::uint32_t slot;
      std::uint32_t position;
      float value;
    };

    std::vector<std::uint32_t> slots_;  // 1 + the place in users_ of a reader met; all zero between questions.
    std::vector<std::uint32_t> users_;
    std::vector<Reading> readings_;      // In the order met.
    std::vector<Reading> sorted_;        // By slot.
    std::vector<std::uint32_t> begins_;  // Where each slot's readings begin in sorted_.
    std::vector<float> sums_;            // Pair (i, j), j < i, by positions, at i * count + j.
  };

  // `data` must outlive it. `dense_bytes` bounds the dense triangle: 512 MB hold the pairs of the 16,384 most
  // popular books.
  Gram(const TrainingData& data, std::vector<float> user_weights, int threads, std::size_t dense_bytes = std::size_t{512} << 20);

  std::size_t items() const { return diagonal_.size(); }
  std::size_t users() const { return user_weights_.size(); }
  float diagonal(ItemIndex item) const { return diagonal_[item]; }

  // Calls found(later, earlier, value) for every pair of books among `items` (each once, ascending) whose entry is not
  // zero, by their positions in `items`, in a fixed order.
  template <typename Found>
  void ForPairs(std::span<const ItemIndex> items, Scratch& scratch, const Found& found) const;

 private:
  static std::size_t TriangleRow(std::size_t item) { return item * (item - 1) / 2; }
  // Sums the pairs of which at least one book is not in the triangle.
  void SumRare(std::span<const ItemIndex> items, Scratch& scratch) const;
  void Collect(std::span<const ItemIndex> items, std::size_t rare, Scratch& scratch) const;

  const TrainingData& data_;
  const std::vector<float> user_weights_;
  std::size_t dense_items_ = 0;  // The first so many books have their pairs in triangle_.
  std::vector<float> triangle_;  // Pair (i, j), j < i, at TriangleRow(i) + j.
  std::vector<float> diagonal_;
};

// Adds up entry (item, ·) for all books: `row` has one zero per book. Gives the books that are no longer zero, in the order of
// their first change, including the book itself; they are stored in `room`, which grows once.
std::span<const ItemIndex> AddRow(const TrainingData& data, std::span<const float> user_weights, ItemIndex item,
                                  std::vector<float>& row, std::vector<ItemIndex>& room);

template <typename Found>
void Gram::ForPairs(std::span<const ItemIndex> items, Scratch& scratch, const Found& found) const {
  SumRare(items, scratch);
  for (std::size_t i = 1; i < items.size(); ++i) {
    const bool dense = items[i] < dense_items_;
    const float* const row = dense ? triangle_.data() + TriangleRow(items[i]) : scratch.sums_.data() + i * items.size();
    for (std::size_t j = 0; j < i; ++j) {
      if (const float value = row[dense ? items[j] : j]; value != 0) found(i, j, value);
    }
  }
}

}  // namespace octavo::recommender
