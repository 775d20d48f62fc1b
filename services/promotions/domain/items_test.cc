#include "services/promotions/domain/items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/base/random.h"

namespace octavo::promotions {
namespace {

using testing::ElementsAre;

Line LineOf(std::string id) {
  return {.id = std::move(id),
          .book = BookId(2),
          .unit_price_minor = 1'000,
          .categories = {"b"},
          .authors = {"b"},
          .fixed_price_discount_max = BasisPoints{500},
          .tax_rate = BasisPoints{700}};
}

// A line and those that differ from it in one thing that a price can depend on.
std::vector<Line> LinesThatDiffer() {
  std::vector<Line> lines(13, LineOf(""));
  lines[1].unit_price_minor = 1'001;
  lines[2].unit_price_minor = 999;
  lines[3].book = BookId(1);
  lines[4].book = BookId(3);
  lines[5].tax_rate = BasisPoints{699};
  lines[6].tax_rate = BasisPoints{701};
  lines[7].fixed_price_discount_max = BasisPoints{0};  // The law forbids every discount.
  lines[8].fixed_price_discount_max.reset();           // No law forbids any.
  lines[9].categories = {"a"};
  lines[10].categories = {"b", "c"};
  lines[11].authors = {"a"};
  lines[12].authors = {"b", "c"};
  return lines;
}

TEST(MakeItemsTest, LinesThatDifferInAnythingAreItemsOfTheirOwn) {
  const std::vector<Line> lines = LinesThatDiffer();
  for (std::size_t a = 0; a < lines.size(); ++a) {
    for (std::size_t b = 0; b < lines.size(); ++b) {
      Basket basket{.lines = {lines[a], lines[b]}};
      basket.lines[0].id = "1";
      basket.lines[1].id = "2";
      EXPECT_EQ(MakeItems(basket).size(), a == b ? 1U : 2U) << a << " and " << b;
    }
  }
}

TEST(MakeItemsTest, TheOrderAndTheSplitOfTheLinesDoNotMatter) {
  const auto lines_of = [](const std::vector<Item>& items) {
    std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::optional<std::int64_t>, std::vector<std::string>,
                           std::vector<std::string>, std::int64_t>>
        values;
    for (const Item& item : items) {
      const Line& line = *item.line;
      const auto cap = line.fixed_price_discount_max;
      values.emplace_back(line.unit_price_minor, line.book.value(), line.tax_rate.value,
                          cap ? std::optional(cap->value) : std::nullopt, line.categories, line.authors, item.quantity);
    }
    return values;
  };
  Basket basket{.lines = LinesThatDiffer()};
  for (std::size_t i = 0; i < basket.lines.size(); ++i) {
    basket.lines[i].id = std::to_string(i);
    basket.lines[i].quantity = static_cast<std::int64_t>(i) + 2;
  }
  const auto expected = lines_of(MakeItems(basket));

  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Basket other = basket;
    const std::size_t split = random.Below(other.lines.size());
    other.lines.push_back(other.lines[split]);
    other.lines.back().id = "the rest";
    other.lines.back().quantity = 1;
    --other.lines[split].quantity;
    for (std::size_t i = other.lines.size(); i > 1; --i) std::swap(other.lines[i - 1], other.lines[random.Below(i)]);
    EXPECT_EQ(lines_of(MakeItems(other)), expected);
  }
}

TEST(MakeItemsTest, TheDearestComesFirstThenTheLowerBook) {
  Basket basket{.lines = {LineOf("1"), LineOf("2"), LineOf("3")}};
  basket.lines[0].book = BookId(3);
  basket.lines[2].unit_price_minor = 1'001;
  std::vector<std::string> ids;
  for (const Item& item : MakeItems(basket)) ids.push_back(item.line->id);
  EXPECT_THAT(ids, ElementsAre("3", "2", "1"));
}

TEST(MakeItemsTest, PositionsAreByLineId) {
  const Basket basket{.lines = {LineOf("b"), LineOf("c"), LineOf("a")}};
  const std::vector<Item> items = MakeItems(basket);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_THAT(items[0].positions, ElementsAre(2, 0, 1));
  EXPECT_EQ(items[0].quantity, 3);
}

TEST(MakeItemsTest, TheFloorIsTheLeastPriceThatTheLawAllows) {
  for (const std::int64_t price : {0, 1, 3, 19, 20, 21, 999, 1'000, 10'001, 9'999'999}) {
    for (const std::int64_t rate : {0, 1, 499, 500, 501, 3'333, 9'999, 10'000}) {
      Basket basket{.lines = {LineOf("1")}};
      basket.lines[0].unit_price_minor = price;
      basket.lines[0].fixed_price_discount_max = BasisPoints{rate};
      const std::int64_t floor = MakeItems(basket)[0].floor_minor;
      const auto is_legal = [&](std::int64_t paid) { return (price - paid) * 10'000 <= price * rate; };
      EXPECT_TRUE(is_legal(floor)) << price << " at " << rate;
      EXPECT_FALSE(is_legal(floor - 1) && floor > 0) << price << " at " << rate;
      basket.lines[0].fixed_price_discount_max.reset();
      EXPECT_EQ(MakeItems(basket)[0].floor_minor, 0);
    }
  }
}

TEST(ItemIndexTest, MarksWhatTheSelectionNamesLessWhatItExcludes) {
  Basket basket{.lines = {LineOf("1"), LineOf("2"), LineOf("3")}};
  basket.lines[0].book = BookId(1);
  basket.lines[1].categories = {"c"};
  basket.lines[2].book = BookId(3);
  basket.lines[2].authors = {"c"};
  const std::vector<Item> items = MakeItems(basket);
  const ItemIndex index(items);

  EXPECT_THAT(index.Mark({}), ElementsAre(1, 1, 1));
  EXPECT_THAT(index.Mark({.books = {BookId(3)}}), ElementsAre(0, 0, 1));
  EXPECT_THAT(index.Mark({.categories = {"b"}}), ElementsAre(1, 0, 1));
  EXPECT_THAT(index.Mark({.authors = {"b"}}), ElementsAre(1, 1, 0));
  EXPECT_THAT(index.Mark({.books = {BookId(1)}, .categories = {"c"}}), ElementsAre(1, 1, 0));
  EXPECT_THAT(index.Mark({.excluded_books = {BookId(2)}}), ElementsAre(1, 0, 1));
  EXPECT_THAT(index.Mark({.authors = {"b"}, .excluded_books = {BookId(1)}}), ElementsAre(0, 1, 0));
  EXPECT_THAT(index.Mark({.books = {BookId(9)}, .categories = {"z"}, .authors = {"z"}}), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace octavo::promotions
