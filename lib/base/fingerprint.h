// Fingerprint: a hash that is the same on every machine and in every version, for values that are stored and compared later. It
// is not secret and proves nothing: anybody can find a collision. FNV-1a, 64 bits (Fowler, Noll, Vo;
// http://www.isthe.com/chongo/tech/comp/fnv/).
#pragma once

#include <cstdint>
#include <string_view>

namespace octavo {

inline constexpr std::uint64_t kFingerprintSeed = 0xcbf29ce484222325;

// For several texts: the fingerprint of one is the seed of the next.
constexpr std::uint64_t Fingerprint(std::string_view bytes, std::uint64_t seed = kFingerprintSeed) {
  std::uint64_t hash = seed;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace octavo
