#include "lib/base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "lib/base/check.h"

namespace octavo {
namespace {

std::uint64_t SplitMix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

}  // namespace

std::uint64_t QuickRandom() {
  thread_local std::uint64_t state = SystemRandom().Next();
  return SplitMix(state);
}

std::uint64_t Random::Next() {
  std::uint64_t value = 0;
  Fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::uint64_t Random::Below(std::uint64_t bound) {
  CHECK(bound > 0);
  // Rejection keeps it uniform: values in the last, incomplete run of `bound` are drawn again.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = Next();
  while (value >= limit) value = Next();
  return value % bound;
}

void SystemRandom::Fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t count = getrandom(out.data(), std::min<std::size_t>(out.size(), 256), 0);
    CHECK(count > 0);
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

void SeededRandom::Fill(std::span<std::byte> out) {
  const MutexLock lock(mutex_);
  while (!out.empty()) {
    const std::uint64_t mixed = SplitMix(state_);
    const std::size_t count = std::min(out.size(), sizeof mixed);
    std::memcpy(out.data(), &mixed, count);
    out = out.subspan(count);
  }
}

}  // namespace octavo
