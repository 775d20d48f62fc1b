// Random: the only source of randomness, so that a test can seed it. SystemRandom is the operating system's
// (getrandom), fit for secrets; SeededRandom repeats itself and is for choices that need no secrecy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/base/mutex.h"

namespace octavo {

class Random {
 public:
  virtual ~Random() = default;

  // Fills `out` with random bytes. Thread-safe.
  virtual void Fill(std::span<std::byte> out) = 0;

  std::uint64_t Next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t Below(std::uint64_t bound);
};

class SystemRandom final : public Random {
 public:
  void Fill(std::span<std::byte> out) override;
};

// splitmix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<std::byte> out) override;

 private:
  Mutex mutex_;
  std::uint64_t state_ OCTAVO_GUARDED_BY(mutex_);
};

// 64 bits from a generator of this thread's own, seeded by the operating system: a few nanoseconds, for identifiers and
// choices that need neither secrecy nor repetition (span ids, jitter).
std::uint64_t QuickRandom();

}  // namespace octavo
