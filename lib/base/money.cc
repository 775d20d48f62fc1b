#include "lib/base/money.h"
#include "lib/base/quoted.h"

#include <algorithm>
#include <numeric>

#include "lib/base/check.h"

namespace octavo {

// Currencies with their exponents from ISO 4217 (list one). A currency that a bookseller misses is a line here.
struct CurrencyTable {
  static std::span<const Currency> All() {
    static const Currency kAll[] = {
        {"EUR", 2}, {"USD", 2}, {"GBP", 2}, {"CHF", 2}, {"SEK", 2}, {"NOK", 2}, {"DKK", 2}, {"PLN", 2}, {"CZK", 2}, {"HUF", 2},
        {"RON", 2}, {"BGN", 2}, {"CAD", 2}, {"AUD", 2}, {"NZD", 2}, {"INR", 2}, {"CNY", 2}, {"BRL", 2}, {"MXN", 2}, {"ZAR", 2},
        {"TRY", 2}, {"ILS", 2}, {"UAH", 2}, {"SGD", 2}, {"HKD", 2}, {"THB", 2}, {"ARS", 2}, {"JPY", 0}, {"KRW", 0}, {"CLP", 0},
        {"ISK", 0}, {"VND", 0}, {"KWD", 3}, {"BHD", 3}, {"TND", 3}, {"JOD", 3}, {"OMR", 3},
    };
    return kAll;
  }
};

namespace {

__extension__ using Wide = __int128;

std::int64_t Narrow(Wide value) {
  CHECK(value <= INT64_MAX);
  CHECK(value >= INT64_MIN);
  return static_cast<std::int64_t>(value);
}

// numerator / denominator rounded half up in magnitude; denominator > 0.
Wide DivideHalfUp(Wide numerator, Wide denominator) {
  CHECK(denominator > 0);
  const Wide magnitude = numerator < 0 ? -numerator : numerator;
  if (magnitude <= INT64_MAX / 4 && denominator <= INT64_MAX / 4) {  // Nearly always; a wide division takes 10 times as long.
    const auto narrow = static_cast<std::int64_t>(magnitude);
    const auto by = static_cast<std::int64_t>(denominator);
    const std::int64_t rounded = (2 * narrow + by) / (2 * by);
    return numerator < 0 ? -rounded : rounded;
  }
  const Wide rounded = (2 * magnitude + denominator) / (2 * denominator);
  return numerator < 0 ? -rounded : rounded;
}

}  // namespace

Result<Currency> Currency::Parse(std::string_view code) {
  for (const Currency& currency : CurrencyTable::All()) {
    if (currency.code() == code) return currency;
  }
  return Error{Code::kInvalidArgument, "UNKNOWN_CURRENCY",
               Quoted(code) + " is not an ISO 4217 currency code that this shop knows"};
}

Money Money::operator+(Money other) const {
  CHECK(currency_ == other.currency_);
  return Money(Narrow(Wide{minor_} + other.minor_), currency_);
}

Money Money::operator-(Money other) const { return *this + -other; }

Money Money::operator-() const { return Money(Narrow(-Wide{minor_}), currency_); }

Money Money::operator*(std::int64_t factor) const { return Money(Narrow(Wide{minor_} * factor), currency_); }

Money Money::Share(BasisPoints rate) const { return Money(Narrow(DivideHalfUp(Wide{minor_} * rate.value, 10'000)), currency_); }

std::vector<Money> Money::Allocate(std::span<const std::int64_t> weights) const {
  Wide total = 0;
  for (const std::int64_t weight : weights) {
    CHECK(weight >= 0);
    total += weight;
  }
  CHECK(total > 0);

  const Wide magnitude = minor_ < 0 ? -Wide{minor_} : Wide{minor_};
  std::vector<Wide> shares(weights.size());
  std::vector<Wide> remainders(weights.size());
  Wide left = magnitude;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    shares[i] = magnitude * weights[i] / total;
    remainders[i] = magnitude * weights[i] % total;
    left -= shares[i];
  }

  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++shares[order[i]];

  std::vector<Money> parts;
  parts.reserve(weights.size());
  for (const Wide share : shares) parts.emplace_back(Narrow(minor_ < 0 ? -share : share), currency_);
  return parts;
}

std::strong_ordering Money::operator<=>(const Money& other) const {
  CHECK(currency_ == other.currency_);
  return minor_ <=> other.minor_;
}

std::string ToString(Money money) {
  const bool negative = money.minor() < 0;
  std::string digits = std::to_string(money.minor());
  if (negative) digits.erase(0, 1);
  const std::size_t exponent = static_cast<std::size_t>(money.currency().exponent());
  if (exponent > 0) {
    if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
    digits.insert(digits.size() - exponent, ".");
  }
  return (negative ? "-" : "") + digits + " " + std::string(money.currency().code());
}

}  // namespace octavo
