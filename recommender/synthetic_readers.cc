#include "recommender/synthetic_readers.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/random.h"

namespace octavo::synthetic {
namespace {

constexpr std::int64_t kBegin = 1735689600;  // 2025-01-01 UTC.
constexpr std::int64_t kYear = 365 * 24 * 3600;
// Books of one author are adjacent; readers who took one often take the next.
constexpr std::uint32_t kAuthorBooks = 8;
constexpr double kSameAuthor = 0.25;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  double Uniform() { return static_cast<double>(random_.Next() >> 11) * 0x1p-53; }
  std::uint64_t Below(std::uint64_t bound) { return random_.Below(bound); }
  double Normal() {  // Box and Muller.
    const double radius = std::sqrt(-2 * std::log(1 - Uniform()));
    return radius * std::cos(2 * std::numbers::pi * Uniform());
  }

 private:
  SeededRandom random_;
};

// Ranks 0 … count - 1 with weight (rank + 3)^-exponent, drawn by the inverse of the continuous law: constant
// time.
std::uint32_t Zipf(Draw& draw, std::uint32_t count, double exponent) {
  const double power = 1 - exponent;
  const double low = std::pow(3, power);
  const double high = std::pow(3.0 + count, power);
  const double place = std::pow(low + draw.Uniform() * (high - low), 1 / power) - 3;
  return std::min(count - 1, static_cast<std::uint32_t>(std::max(place, 0.0)));
}

}  // namespace

void GenerateReaders(const ReadersOptions& options, const std::function<void(const Interaction&)>& take) {
  CHECK(options.books >= 4 && options.readers > 0 && options.popularity_exponent != 1);
  Draw draw(options.seed);
  const std::uint32_t tastes = std::min(options.books, options.tastes > 0 ? options.tastes : std::max(4U, options.books / 250));
  // Book `rank` of taste t is rank * tastes + t: each taste has its own best-sellers.
  const std::uint32_t per_taste = options.books / tastes;
  const double mean = static_cast<double>(options.interactions) / options.readers;
  const double location = std::log(mean) - options.history_spread * options.history_spread / 2;
  std::vector<std::uint32_t> history;
  for (std::uint32_t reader = 0; reader < options.readers; ++reader) {
    const double length = std::exp(location + options.history_spread * draw.Normal());
    const auto wanted = static_cast<std::size_t>(std::clamp(length, 1.0, options.books / 4.0) + draw.Uniform());
    const std::uint64_t own[3] = {Zipf(draw, tastes, 0.5), Zipf(draw, tastes, 0.5), Zipf(draw, tastes, 0.5)};
    history.clear();
    for (std::size_t i = 0; i < wanted; ++i) {
      if (!history.empty() && draw.Uniform() < kSameAuthor) {
        const std::uint32_t last = history.back();
        const std::uint32_t rank =
            last / tastes / kAuthorBooks * kAuthorBooks + static_cast<std::uint32_t>(draw.Below(kAuthorBooks));
        history.push_back(std::min(rank, per_taste - 1) * tastes + last % tastes);
        continue;
      }
      const std::uint64_t taste = draw.Uniform() < options.wander ? draw.Below(tastes) : own[draw.Below(3)];
      history.push_back(Zipf(draw, per_taste, options.popularity_exponent) * tastes + static_cast<std::uint32_t>(taste));
    }
    std::sort(history.begin(), history.end());
    history.erase(std::unique(history.begin(), history.end()), history.end());
    for (std::size_t i = history.size(); i > 1; --i) std::swap(history[i - 1], history[draw.Below(i)]);
    std::int64_t time = kBegin + static_cast<std::int64_t>(draw.Uniform() * kYear / 2);
    const auto step = kYear / 2 / static_cast<std::int64_t>(history.size() + 1);
    for (const std::uint32_t book : history) {
      time += static_cast<std::int64_t>(draw.Below(static_cast<std::uint64_t>(step) + 1));
      take({reader, book, time});
    }
  }
}

}  // namespace octavo::synthetic
