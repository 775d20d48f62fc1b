// Suggestion: one book of an answer. A plain value of 24 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "recommender/ids.h"

namespace octavo::recommendations {

using recommender::ItemIndex;

inline constexpr std::size_t kBecauseMax = 3;  // Books that a suggestion names as its reasons.

enum class Origin : std::uint8_t { kPersonal, kPopular, kExploration };

struct Suggestion {
  ItemIndex item = recommender::kNoIndex;
  float score = 0;
  Origin origin = Origin::kPersonal;
  std::uint8_t because_count = 0;
  std::array<ItemIndex, kBecauseMax> because = {};
};

}  // namespace octavo::recommendations
