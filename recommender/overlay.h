// Overlay: books that a model has not seen yet, and rows of weights that lead to and from them. Built from
// metadata (metadata.h) whenever the catalogue changes; a Recommender adds its rows to the model's. Immutable
// once built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "recommender/ids.h"
#include "recommender/model.h"

namespace octavo::recommender {

class Overlay {
 public:
  // New items are numbered from `model_items` in the order of `ids`. `rows[item]` adds to the row of any
  // item, known or new, by ascending column; an empty tail may be left out.
  struct Entry {
    ItemIndex column = kNoIndex;
    float weight = 0;
  };
  Overlay(std::size_t model_items, IdTable ids, const std::vector<std::vector<Entry>>& rows);

  std::size_t new_items() const { return ids_.size(); }
  ItemIndex Find(std::string_view id) const {
    const std::uint32_t index = ids_.Find(id);
    return index == kNoIndex ? kNoIndex : static_cast<ItemIndex>(model_items_ + index);
  }
  std::string_view id(ItemIndex item) const { return ids_.id(static_cast<std::uint32_t>(item - model_items_)); }
  Model::Row row(ItemIndex item) const {
    if (item + std::size_t{1} >= offsets_.size()) return {};
    const std::uint64_t begin = offsets_[item];
    const std::uint64_t count = offsets_[item + 1] - begin;
    return {std::span(columns_).subspan(begin, count), std::span(weights_).subspan(begin, count)};
  }

 private:
  std::size_t model_items_;
  IdTable ids_;
  std::vector<std::uint64_t> offsets_ = {0};
  std::vector<ItemIndex> columns_;
  std::vector<float> weights_;
};

}  // namespace octavo::recommender
