// Split: holds back a part of the interactions, for choosing settings or for measuring.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/result.h"
#include "recommender/interactions.h"

namespace octavo::recommender {

enum class SplitMode {
  kRandom,        // A random share of each reader's books, drawn by the seed.
  kTemporal,      // The latest share of all interactions: known data up to one moment, and what came after.
  kLeaveLastOut,  // The last book of each reader with at least two books.
};

// "random", "temporal", "leave-last-out"; anything else: INVALID_ARGUMENT (BAD_SPLIT).
Result<SplitMode> ParseSplitMode(std::string_view name);

struct SplitOptions {
  SplitMode mode = SplitMode::kRandom;
  double share = 0.2;  // Held back, in (0, 1). Of a reader's n books, floor(share * n + a draw), always leaving one.
  std::uint64_t seed = 1;
};

// Both parts number readers and books like the whole; together they are the whole.
struct Split {
  Interactions train;
  Interactions held_out;
};

// Fails with INVALID_ARGUMENT (NO_TIMESTAMPS) if a mode needs times and there are none, (NOTHING_HELD_OUT) if
// no reader has two books.
Result<Split> SplitInteractions(const Interactions& all, const SplitOptions& options);

}  // namespace octavo::recommender
