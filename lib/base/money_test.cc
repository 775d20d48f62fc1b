#include "lib/base/money.h"

#include <gtest/gtest.h>

namespace octavo {
namespace {

Money Eur(std::int64_t minor) { return Money(minor, Currency::Eur()); }

std::vector<std::int64_t> Split(std::int64_t minor, std::vector<std::int64_t> weights) {
  std::vector<std::int64_t> parts;
  for (const Money part : Eur(minor).Allocate(weights)) parts.push_back(part.minor());
  return parts;
}

TEST(MoneyTest, SharesRoundHalfUp) {
  const struct {
    std::int64_t minor, basis_points, share;
  } kCases[] = {{1005, 1000, 101}, {1004, 1000, 100}, {-1005, 1000, -101}, {999, 3333, 333}, {0, 5000, 0}, {1, 5000, 1}};

  for (const auto& test : kCases) EXPECT_EQ(Eur(test.minor).Share(BasisPoints{test.basis_points}), Eur(test.share));
}

TEST(MoneyTest, PartsAddUpToTheWhole) {
  EXPECT_EQ(Split(100, {1, 1, 1}), (std::vector<std::int64_t>{34, 33, 33}));
  EXPECT_EQ(Split(-100, {1, 1, 1}), (std::vector<std::int64_t>{-34, -33, -33}));
  EXPECT_EQ(Split(5, {0, 3, 7}), (std::vector<std::int64_t>{0, 2, 3}));
}

TEST(MoneyTest, AddingCurrenciesIsABug) {
  const Money yen(100, *Currency::Parse("JPY"));

  EXPECT_THROW((void)(Eur(1) + yen), Bug);
}

TEST(MoneyTest, OverflowIsABugRatherThanAWrongSum) { EXPECT_THROW((void)(Eur(INT64_MAX) + Eur(1)), Bug); }

TEST(CurrencyTest, KnowsItsExponentAndRefusesOthers) {
  EXPECT_EQ(Currency::Parse("KWD")->exponent(), 3);
  EXPECT_EQ(Currency::Parse("eur").error().reason, "UNKNOWN_CURRENCY");
}

TEST(MoneyTest, PrintsByTheExponentOfItsCurrency) {
  EXPECT_EQ(ToString(Eur(1290)), "12.90 EUR");
  EXPECT_EQ(ToString(Eur(-5)), "-0.05 EUR");
  EXPECT_EQ(ToString(Money(1200, *Currency::Parse("JPY"))), "1200 JPY");
}

}  // namespace
}  // namespace octavo
