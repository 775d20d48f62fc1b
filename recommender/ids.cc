#include "recommender/ids.h"

#include <functional>

#include "lib/base/check.h"

namespace octavo::recommender {

std::size_t IdTable::Slot(std::string_view id) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(id)&mask;
  while (slots_[slot] != kNoIndex && this->id(slots_[slot]) != id) slot = (slot + 1) & mask;
  return slot;
}

void IdTable::Grow() {
  slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, kNoIndex);
  for (std::uint32_t i = 0; i < size(); ++i) slots_[Slot(id(i))] = i;
}

std::uint32_t IdTable::Intern(std::string_view id) {
  if (slots_.size() < 2 * (size() + 1)) Grow();
  const std::size_t slot = Slot(id);
  if (slots_[slot] != kNoIndex) return slots_[slot];
  CHECK(size() + 1 < kNoIndex);
  const auto index = static_cast<std::uint32_t>(size());
  bytes_ += id;
  offsets_.push_back(bytes_.size());
  slots_[slot] = index;
  return index;
}

std::uint32_t IdTable::Find(std::string_view id) const { return slots_.empty() ? kNoIndex : slots_[Slot(id)]; }

}  // namespace octavo::recommender
