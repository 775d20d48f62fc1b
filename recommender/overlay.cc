#include "recommender/overlay.h"

#include <utility>

namespace octavo::recommender {

Overlay::Overlay(std::size_t model_items, IdTable ids, const std::vector<std::vector<Entry>>& rows)
    : model_items_(model_items), ids_(std::move(ids)) {
  offsets_.reserve(rows.size() + 1);
  for (const std::vector<Entry>& row : rows) {
    for (const Entry& entry : row) {
      columns_.push_back(entry.column);
      weights_.push_back(entry.weight);
    }
    offsets_.push_back(columns_.size());
  }
}

}  // namespace octavo::recommender
