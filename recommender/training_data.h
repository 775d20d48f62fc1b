// TrainingData: interactions arranged for training. Books are renumbered by popularity (0 has the most readers; equal ones by
// id). It has both directions: the books of a reader and the readers of a book. Readers of more than kReaderBooksMax books have
// no books here. Immutable.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recommender/interactions.h"

namespace octavo::recommender {

class TrainingData {
 public:
  struct Entry {
    std::uint32_t index;  // A book of a reader, or a reader of a book.
    float value;          // The interaction's weight^weight_power.
  };

  TrainingData(const Interactions& interactions, float weight_power);

  std::size_t users() const { return user_offsets_.size() - 1; }
  std::size_t items() const { return item_offsets_.size() - 1; }
  std::span<const Entry> BooksOf(std::size_t user) const { return Slice(by_user_, user_offsets_, user); }
  std::span<const Entry> ReadersOf(std::size_t item) const { return Slice(by_item_, item_offsets_, item); }

  // The number that the interactions give the book with our number, and the other way.
  ItemIndex original(ItemIndex item) const { return original_[item]; }
  ItemIndex renumbered(ItemIndex original) const { return renumbered_[original]; }

 private:
  static std::span<const Entry> Slice(const std::vector<Entry>& all, const std::vector<std::uint64_t>& offsets,
                                      std::size_t index) {
    return std::span(all).subspan(offsets[index], offsets[index + 1] - offsets[index]);
  }

  std::vector<ItemIndex> original_;
  std::vector<ItemIndex> renumbered_;
  std::vector<std::uint64_t> user_offsets_;
  std::vector<std::uint64_t> item_offsets_;
  std::vector<Entry> by_user_;  // Of each reader by ascending book.
  std::vector<Entry> by_item_;  // Of each book by ascending reader.
};

}  // namespace octavo::recommender
