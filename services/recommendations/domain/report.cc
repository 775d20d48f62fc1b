#include "services/recommendations/domain/report.h"

#include <algorithm>
#include <cmath>

namespace octavo::recommendations {

Interval WilsonInterval(std::int64_t successes, std::int64_t trials) {
  if (trials <= 0) return {};
  constexpr double kZ = 1.959963984540054;  // Two-sided 95 %.
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(std::clamp<std::int64_t>(successes, 0, trials)) / n;
  const double scale = 1 + kZ * kZ / n;
  const double middle = (p + kZ * kZ / (2 * n)) / scale;
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / scale;
  return {.share = p, .low = std::max(0.0, middle - half), .high = std::min(1.0, middle + half)};
}

Interval DifferenceOf(const Interval& a, const Interval& b) {
  const double share = b.share - a.share;
  return {.share = share,
          .low = share - std::hypot(b.share - b.low, a.high - a.share),
          .high = share + std::hypot(b.high - b.share, a.share - a.low)};
}

}  // namespace octavo::recommendations
