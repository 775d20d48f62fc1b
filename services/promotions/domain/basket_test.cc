#include "services/promotions/domain/basket.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"
#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

std::string Refused(const Basket& basket) {
  const Status status = CheckBasket(basket);
  return status.ok() ? "" : status.error().violations[0].field;
}

// Each value of `field` is taken from `least` to `most` and refused on both sides.
template <typename Set>
void ExpectRange(const char* field, std::int64_t least, std::int64_t most, const Set& set) {
  const auto refused = [&](std::int64_t value) {
    Basket basket = TestBasket({{1, 100}, {1, 200}});
    set(basket, value);
    return Refused(basket);
  };
  EXPECT_EQ(refused(least), "") << field;
  EXPECT_EQ(refused(most), "") << field;
  EXPECT_EQ(refused(least - 1), field);
  EXPECT_EQ(refused(most + 1), field);
}

TEST(CheckBasketTest, EveryNumberHasItsRange) {
  ExpectRange("lines[1].quantity", 1, 10'000, [](Basket& b, std::int64_t value) { b.lines[1].quantity = value; });
  ExpectRange("lines[0].unit_price", 0, 1'000'000'000,
              [](Basket& b, std::int64_t value) { b.lines[0].unit_price_minor = value; });
  ExpectRange("lines[1].tax_basis_points", 0, 10'000,
              [](Basket& b, std::int64_t value) { b.lines[1].tax_rate = BasisPoints{value}; });
  ExpectRange("lines[1].fixed_price.discount_max_basis_points", 0, 10'000,
              [](Basket& b, std::int64_t value) { b.lines[1].fixed_price_discount_max = BasisPoints{value}; });
  ExpectRange("delivery_price", 0, 1'000'000'000, [](Basket& b, std::int64_t value) { b.delivery_minor = value; });
  ExpectRange("delivery_tax_basis_points", 0, 10'000,
              [](Basket& b, std::int64_t value) { b.delivery_tax_rate = BasisPoints{value}; });
}

TEST(CheckBasketTest, EveryListHasItsLength) {
  for (const auto& [extra, field] : {std::pair(0, ""), {1, "lines"}}) {
    EXPECT_EQ(Refused(TestBasket(std::vector<TestLine>(static_cast<std::size_t>(500 + extra), TestLine{1, 100}))), field);
  }
  for (const auto& [count, good] : {std::pair(50U, true), {51U, false}}) {
    Basket basket = TestBasket({{1, 100}});
    basket.lines[0].categories.assign(count, "categories/a");
    EXPECT_EQ(Refused(basket), good ? "" : "lines[0].categories");
    basket = TestBasket({{1, 100}});
    basket.lines[0].authors.assign(count, "authors/a");
    EXPECT_EQ(Refused(basket), good ? "" : "lines[0].authors");
  }
  Basket codes = TestBasket({{1, 100}});
  codes.codes.assign(5, "X");
  EXPECT_EQ(Refused(codes), "");
  codes.codes.push_back("X");
  EXPECT_EQ(Refused(codes), "codes");
}

TEST(CheckBasketTest, HoldsAHundredThousandUnits) {
  std::vector<TestLine> lines(10, TestLine{10'000, 1});
  EXPECT_EQ(Refused(TestBasket(lines)), "");
  lines.push_back({1, 1});
  EXPECT_EQ(Refused(TestBasket(lines)), "lines");
}

TEST(CheckBasketTest, EveryLineHasAnIdOfItsOwn) {
  Basket basket = TestBasket({{1, 100}, {1, 200}});
  basket.lines[1].id = basket.lines[0].id;
  EXPECT_EQ(Refused(basket), "lines[1].line_id");
  basket.lines[1].id = "";
  EXPECT_EQ(Refused(basket), "lines[1].line_id");
}

}  // namespace
}  // namespace octavo::promotions
