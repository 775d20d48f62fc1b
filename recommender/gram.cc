#include "recommender/gram.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "recommender/parallel.h"

namespace octavo::recommender {

std::vector<float> UserWeights(const TrainingData& data, float exponent) {
  std::vector<float> weights(data.users());
  for (std::size_t u = 0; u < data.users(); ++u) {
    weights[u] = std::pow(static_cast<float>(std::max<std::size_t>(data.BooksOf(u).size(), 1)), -exponent);
  }
  return weights;
}

std::span<const ItemIndex> AddRow(const TrainingData& data, std::span<const float> user_weights, ItemIndex item,
                                  std::vector<float>& row, std::vector<ItemIndex>& room) {
  room.resize(data.items() + 1);
  std::size_t size = 0;
  for (const TrainingData::Entry& reader : data.ReadersOf(item)) {
    const float weight = user_weights[reader.index] * reader.value;
    for (const TrainingData::Entry& book : data.BooksOf(reader.index)) {
      const float value = row[book.index];
      room[size] = book.index;  // Stays only if this is the first touch.
      size += value == 0 ? 1 : 0;
      row[book.index] = value + weight * book.value;
    }
  }
  return std::span(room).first(size);
}

Gram::Gram(const TrainingData& data, std::vector<float> user_weights, int threads, std::size_t dense_bytes)
    : data_(data), user_weights_(std::move(user_weights)), diagonal_(data.items(), 0) {
  for (ItemIndex item = 0; item < data.items(); ++item) {
    for (const TrainingData::Entry& reader : data.ReadersOf(item)) {
      diagonal_[item] += user_weights_[reader.index] * reader.value * reader.value;
    }
  }
  const double dense_items = std::sqrt(2.0 * static_cast<double>(dense_bytes / sizeof(float)));
  const auto unread = std::find(diagonal_.begin(), diagonal_.end(), 0.0F);  // Books are in order of popularity.
  dense_items_ = std::min(static_cast<std::size_t>(unread - diagonal_.begin()), static_cast<std::size_t>(dense_items));
  triangle_.assign(dense_items_ == 0 ? 0 : TriangleRow(dense_items_), 0);
  std::vector<std::vector<float>> sums(static_cast<std::size_t>(threads));
  ParallelFor(dense_items_, 64, threads, [&](int thread, std::size_t begin, std::size_t end) {
    std::vector<float>& row = sums[static_cast<std::size_t>(thread)];
    row.resize(data.items(), 0);
    std::vector<ItemIndex> room;
    for (std::size_t i = begin; i < end; ++i) {
      for (const ItemIndex other : AddRow(data, user_weights_, static_cast<ItemIndex>(i), row, room)) {
        if (other < i) triangle_[TriangleRow(i) + other] = row[other];
        row[other] = 0;
      }
    }
  });
}

// Records who of the rare books' readers read which of `items`. First come the rare books, which find the readers, then the other
// books of those readers.
void Gram::Collect(std::span<const ItemIndex> items, std::size_t rare, Scratch& scratch) const {
  for (std::size_t i = rare; i < items.size(); ++i) {
    for (const TrainingData::Entry& reader : data_.ReadersOf(items[i])) {
      std::uint32_t& slot = scratch.slots_[reader.index];
      if (slot == 0) {
        scratch.users_.push_back(reader.index);
        slot = static_cast<std::uint32_t>(scratch.users_.size());
      }
      scratch.readings_.push_back({slot - 1, static_cast<std::uint32_t>(i), reader.value});
    }
  }
  for (std::size_t i = 0; i < rare; ++i) {
    for (const TrainingData::Entry& reader : data_.ReadersOf(items[i])) {
      if (const std::uint32_t slot = scratch.slots_[reader.index]; slot != 0) {
        scratch.readings_.push_back({slot - 1, static_cast<std::uint32_t>(i), reader.value});
      }
    }
  }
  for (const std::uint32_t user : scratch.users_) scratch.slots_[user] = 0;
}

void Gram::SumRare(std::span<const ItemIndex> items, Scratch& scratch) const {
  const auto first = std::lower_bound(items.begin(), items.end(), dense_items_);
  const auto rare = static_cast<std::size_t>(first - items.begin());
  if (rare == items.size()) return;
  scratch.users_.clear();
  scratch.readings_.clear();
  Collect(items, rare, scratch);
  // Counting sort by reader, which keeps the order within one: rare books first.
  scratch.begins_.assign(scratch.users_.size() + 1, 0);
  for (const Scratch::Reading& reading : scratch.readings_) ++scratch.begins_[reading.slot + 1];
  for (std::size_t i = 1; i < scratch.begins_.size(); ++i) scratch.begins_[i] += scratch.begins_[i - 1];
  scratch.sorted_.resize(scratch.readings_.size());
  for (const Scratch::Reading& reading : scratch.readings_) {
    scratch.sorted_[scratch.begins_[reading.slot]++] = reading;
  }
  // Each begin has moved on to its end, which is where the next one began.
  scratch.sums_.assign(items.size() * items.size(), 0);
  std::size_t begin = 0;
  for (std::size_t slot = 0; slot < scratch.users_.size(); ++slot) {
    const std::size_t end = scratch.begins_[slot];
    const float weight = user_weights_[scratch.users_[slot]];
    for (std::size_t a = begin; a < end && scratch.sorted_[a].position >= rare; ++a) {
      for (std::size_t b = a + 1; b < end; ++b) {
        const auto [earlier, later] = std::minmax(scratch.sorted_[a].position, scratch.sorted_[b].position);
        scratch.sums_[later * items.size() + earlier] += weight * scratch.sorted_[a].value * scratch.sorted_[b].value;
      }
    }
    begin = end;
  }
}

}  // namespace octavo::recommender
