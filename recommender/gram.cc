#include "recommender/gram.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "recommender/parallel.h"

namespace octavo::recommender {

std::vector<float> UserWeights(const TrainingData& data, float exponent) {
  std::vector<float> weights(data.users());
  for (std::size_t u = 0; u < data.users(); ++u) {
    weights[u] = std::pow(static_cast<float>(std::max<std::size_t>(data.BooksOf(u).size(), 1)), -exponent);
  }
  return weights;
}

void AddRow(const TrainingData& data, std::span<const float> user_weights, ItemIndex item,
            std::vector<float>& row, std::vector<ItemIndex>& touched) {
  touched.resize(data.items() + 1);
  std::size_t size = 0;
  for (const TrainingData::Entry& reader : data.ReadersOf(item)) {
    const float weight = user_weights[reader.index] * reader.value;
    for (const TrainingData::Entry& book : data.BooksOf(reader.index)) {
      const float value = row[book.index];
      touched[size] = book.index;  // Stays only if this is the first touch.
      size += value == 0 ? 1 : 0;
      row[book.index] = value + weight * book.value;
    }
  }
  touched.resize(size);
}

Gram::Gram(const TrainingData& data, std::span<const float> user_weights, int threads,
           std::size_t dense_bytes) {
  const std::size_t items = data.items();
  dense_items_ =
      std::min(items, static_cast<std::size_t>(std::sqrt(2.0 * static_cast<double>(dense_bytes) / 4)));
  triangle_.assign(dense_items_ == 0 ? 0 : TriangleRow(dense_items_), 0);
  diagonal_.resize(items);
  rows_.resize(items);
  std::mutex blocks_mutex;  // Guards blocks_ and entries_.
  std::vector<std::vector<float>> sums(static_cast<std::size_t>(threads), std::vector<float>(items, 0));
  ParallelFor(items, 64, threads, [&](int thread, std::size_t begin, std::size_t end) {
    std::vector<float>& row = sums[static_cast<std::size_t>(thread)];
    std::vector<ItemIndex> touched;
    std::vector<Entry> entries;
    for (std::size_t i = begin; i < end; ++i) {
      AddRow(data, user_weights, static_cast<ItemIndex>(i), row, touched);
      diagonal_[i] = row[i];
      if (i < dense_items_) {
        for (const ItemIndex other : touched) {
          if (other < i) triangle_[TriangleRow(i) + other] = row[other];
        }
      } else {
        const std::size_t before = entries.size();
        for (const ItemIndex other : touched) {
          if (other < i) entries.push_back({other, row[other]});
        }
        rows_[i].count = entries.size() - before;
      }
      for (const ItemIndex other : touched) row[other] = 0;
    }
    if (entries.empty()) return;
    auto block = std::make_unique<Entry[]>(entries.size());
    std::copy(entries.begin(), entries.end(), block.get());
    const Entry* at = block.get();
    for (std::size_t i = begin; i < end; ++i) {
      rows_[i].entries = at;
      at += rows_[i].count;
    }
    const std::lock_guard lock(blocks_mutex);
    entries_ += entries.size();
    blocks_.push_back(std::move(block));
  });
}

std::size_t Gram::bytes() const {
  return triangle_.size() * sizeof(float) + entries_ * sizeof(Entry) + rows_.size() * sizeof(Row) +
         diagonal_.size() * sizeof(float);
}

}  // namespace octavo::recommender
