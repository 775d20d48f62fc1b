// Neighbours: for each book asked for, the books whose readers most often read it too. Item-kNN with the
// exponents of the two sides apart (Verstrepen & Goethals 2014; Settings has the formula).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "recommender/settings.h"
#include "recommender/training_data.h"

namespace octavo::recommender {

struct Neighbour {
  ItemIndex item;
  float weight;
};

// Lists of neighbours, one per book asked for, each by ascending item.
class NeighbourLists {
 public:
  NeighbourLists() = default;
  explicit NeighbourLists(std::vector<std::vector<Neighbour>> lists) : lists_(std::move(lists)) {}

  std::size_t items() const { return lists_.size(); }
  std::span<const Neighbour> Of(ItemIndex item) const { return lists_[item]; }
  std::span<Neighbour> Of(ItemIndex item) { return lists_[item]; }

 private:
  std::vector<std::vector<Neighbour>> lists_;
};

// Called with how many more books are done; false stops the work, whose result is then of no use.
using StepFunction = std::function<bool(std::size_t)>;

NeighbourLists FindNeighbours(const TrainingData& data, const Settings& settings, int threads, const StepFunction& step);

}  // namespace octavo::recommender
