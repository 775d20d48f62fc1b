// Money: an amount in integer minor units of one ISO 4217 currency. Never floating point.
// Adding or comparing amounts of two currencies is a bug and dies (CHECK), as does overflow.
// Rounding is half up (away from zero at exactly one half) and has a name wherever it happens.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace octavo {

// One hundredth of a percent. 10,000 basis points are the whole.
struct BasisPoints {
  std::int64_t value = 0;

  auto operator<=>(const BasisPoints&) const = default;
};

// An ISO 4217 currency by its three-letter code. Only currencies in the table of money.cc are known.
class Currency {
 public:
  // INVALID_ARGUMENT (UNKNOWN_CURRENCY) unless `code` is one of the known three-letter codes, upper case.
  static Result<Currency> Parse(std::string_view code);
  static Currency Eur() { return Currency("EUR", 2); }

  std::string_view code() const { return {code_, 3}; }
  int exponent() const { return exponent_; }  // Digits after the point: 0, 2 or 3.

  bool operator==(const Currency&) const = default;

 private:
  Currency(const char (&code)[4], int exponent) : code_{code[0], code[1], code[2]}, exponent_(exponent) {}

  char code_[3];
  std::int8_t exponent_;
  friend struct CurrencyTable;
};

class Money {
 public:
  Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  static Money Zero(Currency currency) { return Money(0, currency); }

  std::int64_t minor() const { return minor_; }
  Currency currency() const { return currency_; }

  Money operator+(Money other) const;
  Money operator-(Money other) const;
  Money operator-() const;
  Money operator*(std::int64_t factor) const;
  Money& operator+=(Money other) { return *this = *this + other; }
  Money& operator-=(Money other) { return *this = *this - other; }

  // `rate` of this amount, rounded half up: 10.05 EUR at 1,000 basis points is 1.01 EUR.
  Money Share(BasisPoints rate) const;

  // Splits this amount in proportion to `weights` (none negative, not all zero) by the largest-remainder method; ties
  // go to the lower index. The parts always add up to the whole.
  std::vector<Money> Allocate(std::span<const std::int64_t> weights) const;

  bool operator==(const Money&) const = default;
  std::strong_ordering operator<=>(const Money& other) const;

 private:
  std::int64_t minor_;
  Currency currency_;
};

// "12.90 EUR", "1200 JPY": for logs and plain text. Pages format by locale.
std::string ToString(Money money);

}  // namespace octavo
