#include "recommender/neighbours.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "recommender/gram.h"
#include "recommender/parallel.h"

namespace octavo::recommender {
namespace {

bool Better(const Neighbour& a, const Neighbour& b) { return a.weight != b.weight ? a.weight > b.weight : a.item < b.item; }

// The `count` best of `found` by ascending item.
void KeepBest(std::vector<Neighbour>& found, std::size_t count) {
  if (found.size() > count) {
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end(), Better);
    found.resize(count);
  }
  std::sort(found.begin(), found.end(), [](const Neighbour& a, const Neighbour& b) { return a.item < b.item; });
}

class Finder {
 public:
  Finder(const TrainingData& data, const Settings& settings)
      : data_(data),
        settings_(settings),
        user_weights_(UserWeights(data, settings.neighbour_user_exponent)),
        row_norm_(data.items()),
        column_norm_(data.items()),
        every_book_(settings.candidates + std::size_t{1} >= data.items()) {
    for (ItemIndex i = 0; i < data.items(); ++i) {
      float norm = 0;
      for (const TrainingData::Entry& reader : data.ReadersOf(i)) {
        norm += user_weights_[reader.index] * reader.value * reader.value;
      }
      row_norm_[i] = std::pow(norm, -settings.row_exponent);
      column_norm_[i] = std::pow(norm, -settings.column_exponent);
    }
  }

  // `row` has one zero per book and is left so.
  std::vector<Neighbour> Of(ItemIndex item, std::vector<float>& row, std::vector<ItemIndex>& room) const {
    std::vector<Neighbour> found;
    const std::span<const ItemIndex> touched = AddRow(data_, user_weights_, item, row, room);
    if (every_book_) {
      for (ItemIndex other = 0; other < data_.items(); ++other) {
        if (other != item) found.push_back({other, Similarity(other, item, row[other])});
      }
    } else {
      found.reserve(touched.size());
      for (const ItemIndex other : touched) {
        if (other != item) found.push_back({other, row_norm_[other] * row[other]});
      }
      if (settings_.shrinkage != 0) {  // Without it the order is that of the cheaper expression.
        for (Neighbour& n : found) n.weight = Similarity(n.item, item, row[n.item]);
      }
      KeepBest(found, settings_.candidates);
      for (Neighbour& n : found) n.weight = Similarity(n.item, item, row[n.item]);
    }
    for (const ItemIndex other : touched) row[other] = 0;
    found.shrink_to_fit();  // It had room for every book that shares a reader, and every list stays.
    return found;
  }

 private:
  float Similarity(ItemIndex read, ItemIndex asked, float shared) const {
    if (shared == 0) return 0;
    const float norm = 1 / (row_norm_[read] * column_norm_[asked]) + settings_.shrinkage;
    return std::pow(shared / norm, settings_.similarity_power);
  }

  const TrainingData& data_;
  const Settings& settings_;
  const std::vector<float> user_weights_;
  std::vector<float> row_norm_;     // s(i, i)^-row_exponent.
  std::vector<float> column_norm_;  // s(j, j)^-column_exponent.
  const bool every_book_;
};

}  // namespace

NeighbourLists FindNeighbours(const TrainingData& data, const Settings& settings, int threads, const StepFunction& step) {
  const Finder finder(data, settings);
  std::vector<std::vector<Neighbour>> lists(data.items());
  std::vector<std::vector<float>> rows(static_cast<std::size_t>(threads));
  std::vector<std::vector<ItemIndex>> rooms(static_cast<std::size_t>(threads));
  ParallelFor(data.items(), 64, threads, [&](int thread, std::size_t begin, std::size_t end) {
    if (!step(end - begin)) return;
    std::vector<float>& row = rows[static_cast<std::size_t>(thread)];
    std::vector<ItemIndex>& room = rooms[static_cast<std::size_t>(thread)];
    row.resize(data.items(), 0);
    for (std::size_t item = begin; item < end; ++item) {
      lists[item] = finder.Of(static_cast<ItemIndex>(item), row, room);
    }
  });
  return NeighbourLists(std::move(lists));
}

}  // namespace octavo::recommender
