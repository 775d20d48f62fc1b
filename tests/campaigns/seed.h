// CampaignSeed: the seed of a campaign's random choices: OCTAVO_TEST_SEED, or a new one each time; a campaign prints it.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "lib/base/random.h"

namespace octavo::campaigns {

inline std::uint64_t CampaignSeed() {
  static const std::uint64_t seed = [] {
    const char* const text = std::getenv("OCTAVO_TEST_SEED");
    return text == nullptr ? SystemRandom().Next() : std::strtoull(text, nullptr, 10);
  }();
  return seed;
}

}  // namespace octavo::campaigns
