// IdTable: maps ids, which are any strings, to dense numbers from 0, in the order of their first use. A plain value; many threads
// may read it at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace octavo::recommender {

using ItemIndex = std::uint32_t;
using UserIndex = std::uint32_t;
inline constexpr std::uint32_t kNoIndex = UINT32_MAX;

class IdTable {
 public:
  // The number of `id`, given to it now if it is new. At most kNoIndex - 1 ids of together 2^40 bytes fit.
  std::uint32_t Intern(std::string_view id);
  // The number of `id`, or kNoIndex.
  std::uint32_t Find(std::string_view id) const;

  std::string_view id(std::uint32_t index) const {
    return std::string_view(bytes_).substr(offsets_[index], offsets_[index + 1] - offsets_[index]);
  }
  std::size_t size() const { return offsets_.size() - 1; }

 private:
  std::size_t Slot(std::string_view id) const;
  void Grow();

  std::string bytes_;
  std::vector<std::uint64_t> offsets_ = {0};
  std::vector<std::uint32_t> slots_;  // Open addressing with linear probing; a power of two, at most half full.
};

}  // namespace octavo::recommender
