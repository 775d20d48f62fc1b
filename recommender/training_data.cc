#include "recommender/training_data.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octavo::recommender {

TrainingData::TrainingData(const Interactions& interactions, float weight_power) {
  const std::size_t items = interactions.items().size();
  const std::size_t users = interactions.users().size();
  std::vector<std::uint32_t> readers(items, 0);
  const auto books_of = [&interactions](UserIndex u) {
    const auto books = interactions.ItemsOf(u);
    return books.size() <= kReaderBooksMax ? books : books.first(0);
  };
  for (UserIndex u = 0; u < users; ++u) {
    for (const ItemIndex item : books_of(u)) ++readers[item];
  }
  original_.resize(items);
  std::iota(original_.begin(), original_.end(), 0);
  std::sort(original_.begin(), original_.end(), [&](ItemIndex a, ItemIndex b) {
    return readers[a] != readers[b] ? readers[a] > readers[b] : interactions.items().id(a) < interactions.items().id(b);
  });
  renumbered_.resize(items);
  item_offsets_.assign(items + 1, 0);
  for (ItemIndex i = 0; i < items; ++i) {
    renumbered_[original_[i]] = i;
    item_offsets_[i + 1] = item_offsets_[i] + readers[original_[i]];
  }
  user_offsets_.assign(users + 1, 0);
  by_user_.reserve(interactions.size());
  by_item_.resize(item_offsets_.back());
  std::vector<std::uint64_t> next(item_offsets_.begin(), item_offsets_.end() - 1);
  for (UserIndex u = 0; u < users; ++u) {
    const auto books = books_of(u);
    const auto weights = interactions.WeightsOf(u);
    for (std::size_t i = 0; i < books.size(); ++i) {
      const float value = weight_power == 0 ? 1 : std::pow(weights[i], weight_power);
      by_user_.push_back({renumbered_[books[i]], value});
      by_item_[next[by_user_.back().index]++] = {u, value};
    }
    user_offsets_[u + 1] = by_user_.size();
    std::sort(by_user_.begin() + static_cast<std::ptrdiff_t>(user_offsets_[u]), by_user_.end(),
              [](const Entry& a, const Entry& b) { return a.index < b.index; });
  }
}

}  // namespace octavo::recommender
