// Synthetic readers with the skews of real ones, for tests and scaling benchmarks: a few books have most of the readers
// (Zipf-Mandelbrot), a few readers have most of the books (log-normal), readers keep to a few tastes, and within a taste to a few
// authors. No real person's data.
#pragma once

#include <cstdint>
#include <functional>

namespace octavo::synthetic {

struct ReadersOptions {
  std::uint32_t books = 10000;
  std::uint32_t readers = 20000;
  std::uint64_t interactions = 1000000;  // Drawn; repeated pairs fall away, so that a little fewer come out.
  std::uint32_t tastes = 0;              // 0: one per 250 books, at least 4.
  double popularity_exponent = 0.9;      // Of Zipf's law within a taste.
  double history_spread = 1.0;           // Standard deviation of the logarithm of the history length.
  double wander = 0.1;                   // Share of books taken from any taste.
  std::uint64_t seed = 1;
};

struct Interaction {
  std::uint32_t reader;
  std::uint32_t book;
  std::int64_t time;  // Seconds since 1970, within the year 2025, ascending for each reader.
};

// Calls `take` for every interaction, reader by reader. The same options give the same readers.
void GenerateReaders(const ReadersOptions& options, const std::function<void(const Interaction&)>& take);

}  // namespace octavo::synthetic
