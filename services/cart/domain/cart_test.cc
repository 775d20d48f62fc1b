#include "services/cart/domain/cart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "lib/base/random.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "services/cart/domain/availability.h"

namespace octavo::cart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp kNoon = FakeClock::kNoon;

// Of lines {book, quantity, saved for later}.
Cart CartOf(const std::string& id, const std::vector<std::tuple<int, int, bool>>& lines) {
  Cart cart{.id = CartId{id}};
  for (const auto& [book, quantity, later] : lines) {
    EXPECT_THAT(Add(cart, BookId{book}, quantity, {}, kNoon), IsOk());
    EXPECT_THAT(SetSavedForLater(cart, BookId{book}, later), IsOk());
  }
  return cart;
}

std::vector<std::string> Lines(const Cart& cart) {
  std::vector<std::string> lines;
  for (const Line& line : cart.lines) {
    lines.push_back(std::to_string(line.book.value()) + "x" + std::to_string(line.quantity) +
                    (line.saved_for_later ? " later" : ""));
  }
  return lines;
}

TEST(AddTest, AddsToTheLineUpToTheMost) {
  Cart cart = CartOf("v-1", {{1, 60, false}});

  EXPECT_THAT(Add(cart, BookId{1}, 60, {.title = "New"}, kNoon), IsOk());

  EXPECT_THAT(Lines(cart), ElementsAre("1x99"));
  EXPECT_EQ(cart.lines[0].seen.title, "New");
}

TEST(AddTest, TakesUpAgainWhatWasSavedForLater) {
  Cart cart = CartOf("v-1", {{1, 2, true}});

  EXPECT_THAT(Add(cart, BookId{1}, 1, {}, kNoon), IsOk());

  EXPECT_THAT(Lines(cart), ElementsAre("1x3"));
}

TEST(AddTest, NumbersTheLinesInTheirOrder) {
  const Cart cart = CartOf("v-1", {{7, 1, false}, {3, 1, true}, {5, 1, false}});

  for (std::size_t i = 0; i < cart.lines.size(); ++i) EXPECT_EQ(cart.lines[i].position, static_cast<std::int64_t>(i) + 1);
}

TEST(AddTest, AddsAtLeastOneCopy) {
  Cart cart{.id = CartId{"v-1"}};
  EXPECT_THROW((void)Add(cart, BookId{1}, 0, {}, kNoon), Bug);
  EXPECT_THAT(Add(cart, BookId{1}, 1'000, {}, kNoon), IsOk());
  EXPECT_THAT(Lines(cart), ElementsAre("1x99"));
}

TEST(ItemCountTest, CountsTheCopiesThatAreNotSavedForLater) {
  EXPECT_EQ(CartOf("v-1", {{1, 2, false}, {2, 50, true}, {3, 4, false}}).item_count(), 6);
}

TEST(SeeAvailabilityTest, IsOfTheCopiesInTheLineAndOfNoOtherBook) {
  Cart cart = CartOf("v-1", {{1, 3, false}, {2, 3, false}});

  SeeAvailability(cart, BookId{1}, StockLevel{.available = 2});
  SeeAvailability(cart, BookId{9}, StockLevel{.available = 2});

  EXPECT_EQ(cart.lines[0].seen.availability, Availability::kPartly);
  EXPECT_EQ(cart.lines[1].seen.availability, Availability::kUnknown);
}

TEST(AddTest, RefusesLineOneHundredAndOne) {
  Cart cart{.id = CartId{"v-1"}};
  for (int book = 1; book <= 100; ++book) ASSERT_THAT(Add(cart, BookId{book}, 1, {}, kNoon), IsOk());

  EXPECT_THAT(Add(cart, BookId{101}, 1, {}, kNoon), HasReason("CART_FULL"));
  EXPECT_THAT(Add(cart, BookId{7}, 1, {}, kNoon), IsOk());
}

TEST(SetQuantityTest, SetsAndRemovesAndKnowsItsLines) {
  Cart cart = CartOf("v-1", {{1, 2, false}, {2, 2, false}});

  EXPECT_THAT(SetQuantity(cart, BookId{1}, 5), IsOk());
  EXPECT_THAT(SetQuantity(cart, BookId{2}, 0), IsOk());

  EXPECT_THAT(Lines(cart), ElementsAre("1x5"));
  EXPECT_THAT(SetQuantity(cart, BookId{2}, 1), HasReason("UNKNOWN_LINE"));
  EXPECT_THAT(SetSavedForLater(cart, BookId{2}, true), HasReason("UNKNOWN_LINE"));
}

TEST(MergeTest, KeepsTheLargerQuantityAndTheOrder) {
  Cart from = CartOf("v-1", {{1, 3, false}, {2, 1, true}, {4, 1, false}, {5, 1, true}});
  Cart to = CartOf("c-1", {{5, 2, true}, {1, 1, true}, {4, 7, false}});
  from.codes = {"A", "B"};
  to.codes = {"B"};

  Merge(from, to);

  EXPECT_THAT(Lines(to), ElementsAre("5x2 later", "1x3", "4x7", "2x1 later"));
  EXPECT_THAT(to.codes, ElementsAre("B", "A"));
  EXPECT_THAT(from.lines, IsEmpty());
  EXPECT_THAT(from.codes, IsEmpty());
}

TEST(MergeTest, TakesAtMostFiveCodesAndDropsTheOthers) {
  Cart from = CartOf("v-1", {});
  Cart to = CartOf("c-1", {});
  from.codes = {"A", "E", "F", "G"};
  to.codes = {"A", "B", "C", "D"};

  Merge(from, to);

  EXPECT_THAT(to.codes, ElementsAre("A", "B", "C", "D", "E"));
}

// The invariants in cart.h, and what merging promises: nothing is lost, and merging twice is merging once.
TEST(MergeTest, KeepsWhatIsAlwaysTrueOfACart) {
  SeededRandom random(11);
  SCOPED_TRACE("seed 11");
  const auto random_cart = [&](const char* id) {
    Cart cart{.id = CartId{id}};
    while (random.Below(60) != 0) {
      const auto book = BookId(static_cast<std::int64_t>(random.Below(150)));
      (void)Add(cart, book, static_cast<std::int64_t>(random.Below(99)) + 1, {}, kNoon);  // Until it is full.
      if (random.Below(4) == 0) (void)SetSavedForLater(cart, book, true);
    }
    return cart;
  };
  for (int run = 0; run < 100; ++run) {
    const Cart guest = random_cart("v-1"), customer = random_cart("c-1");
    Cart from = guest, to = customer;
    Merge(from, to);

    std::map<BookId, Line> merged;
    for (const Line& line : to.lines) {
      EXPECT_TRUE(merged.emplace(line.book, line).second) << "a book stands in one line";
      EXPECT_TRUE(line.quantity >= 1 && line.quantity <= 99);
    }
    EXPECT_TRUE(std::ranges::adjacent_find(to.lines, std::ranges::greater_equal(), &Line::position) == to.lines.end())
        << "the lines stand by their positions, which differ";
    EXPECT_LE(to.lines.size(), 200u);
    for (const Cart* source : {&guest, &customer}) {
      for (const Line& line : source->lines) {
        EXPECT_GE(merged.at(line.book).quantity, line.quantity);
        EXPECT_FALSE(merged.at(line.book).saved_for_later && !line.saved_for_later) << "what is to be bought stays so";
      }
    }
    Cart again = guest;
    const Cart once = to;
    Merge(again, to);
    EXPECT_EQ(to.lines, once.lines);
  }
}

TEST(MergeTest, LosesNothingWhereAllDoesNotFit) {
  Cart to = CartOf("c-1", {});
  for (int guest = 0; guest < 3; ++guest) {
    Cart from = CartOf("v-1", {});
    for (int i = 1; i <= 100; ++i) ASSERT_THAT(Add(from, BookId{guest * 100 + i}, 1, {}, kNoon), IsOk());
    Merge(from, to);
    EXPECT_EQ(from.lines.size(), guest < 2 ? 0u : 100u);
  }
  EXPECT_EQ(to.lines.size(), kMergedLinesMax);
}

TEST(ClearOrderedTest, TakesAtMostWhatWasOrderedOfTheLinesThatCount) {
  Cart cart = CartOf("v-1", {{1, 3, false}, {2, 1, false}, {3, 1, true}});
  cart.codes = {"SPRING"};

  ClearOrdered(cart, {{BookId{1}, 2}, {BookId{2}, 9}, {BookId{3}, 1}, {BookId{4}, 1}});
  EXPECT_THAT(Lines(cart), ElementsAre("1x1", "3x1 later"));
  EXPECT_THAT(cart.codes, ElementsAre("SPRING"));

  ClearOrdered(cart, {{BookId{1}, 1}});
  EXPECT_THAT(Lines(cart), ElementsAre("3x1 later"));
  EXPECT_THAT(cart.codes, IsEmpty());
  EXPECT_EQ(cart.item_count(), 0);
}

TEST(NamesTest, AreExactlyOurs) {
  for (const std::string name : {"carts/v-1", "carts/c-0193583c-5a00-7abc", "carts/v-a.b_c:d~e"}) {
    const auto id = ParseCartName(name, "name");
    ASSERT_THAT(id, IsOk()) << name;
    EXPECT_EQ(CartName(*id), name);
  }
  EXPECT_THAT(ParseCartName("carts/v-" + std::string(128, 'x'), "name"), IsOk());
  const std::string too_long = "carts/v-" + std::string(129, 'x');
  for (const std::string& name :
       std::vector<std::string>{"", "carts/", "carts/v-", "carts/x-1", "carts/v-a/b", "carts/v-ä", "cart/v-1", too_long}) {
    EXPECT_THAT(ParseCartName(name, "name"), HasReason("INVALID_FIELD")) << name;
  }
}

TEST(CheckCodesTest, TrimsAndNamesABadOne) {
  EXPECT_THAT(*CheckCodes({" spring ", "spring", "ß"}), ElementsAre("spring", "ß"));
  EXPECT_EQ(CheckCodes({"ok", " "}).error().violations[0].field, "codes[1]");
  EXPECT_EQ(CheckCodes({"a\nb"}).error().violations[0].field, "codes[0]");
  EXPECT_EQ(CheckCodes({std::string(65, 'x')}).error().violations[0].field, "codes[0]");
  EXPECT_EQ(CheckCodes({"1", "2", "3", "4", "5", "6"}).error().violations[0].field, "codes");
}

TEST(CheckCodesTest, TakesTheMostAndLongest) {
  EXPECT_THAT(CheckCodes({"1", "2", "3", "4", "5"}), IsOk());
  EXPECT_THAT(CheckCodes({std::string(64, 'x')}), IsOk());
  EXPECT_THAT(CheckCodes({"two words"}), IsOk());
  for (const char* control : {"a\x01z", "a\x1fz", "a\x7fz"}) EXPECT_THAT(CheckCodes({control}), HasReason("INVALID_FIELD"));
}

TEST(CheckQuantityTest, KnowsItsEnds) {
  for (const std::int64_t good : {1, 99}) EXPECT_THAT(CheckAddedQuantity(good), IsOk()) << good;
  for (const std::int64_t bad : {-1, 0, 100}) EXPECT_THAT(CheckAddedQuantity(bad), HasReason("INVALID_FIELD")) << bad;
  for (const std::int64_t good : {0, 99}) EXPECT_THAT(CheckSetQuantity(good), IsOk()) << good;
  for (const std::int64_t bad : {-1, 100}) EXPECT_THAT(CheckSetQuantity(bad), HasReason("INVALID_FIELD")) << bad;
}

TEST(CheckRequestIdTest, IsShortAndPlain) {
  for (const std::string& good : {std::string("a"), std::string("order:12~x_y.z-9"), std::string(128, 'x')}) {
    EXPECT_THAT(CheckRequestId(good), IsOk()) << good;
  }
  for (const std::string& bad : {std::string(), std::string("a b"), std::string(129, 'x')}) {
    EXPECT_THAT(CheckRequestId(bad), HasReason("INVALID_FIELD")) << bad;
  }
}

struct AvailabilityCase {
  std::int64_t quantity;
  std::optional<StockLevel> stock;
  Availability availability;
};

class AvailabilityTest : public testing::TestWithParam<AvailabilityCase> {};

TEST_P(AvailabilityTest, SaysWhatCanBeHad) {
  EXPECT_EQ(AvailabilityOf(GetParam().quantity, GetParam().stock), GetParam().availability);
}

INSTANTIATE_TEST_SUITE_P(Every, AvailabilityTest,
                         testing::Values(AvailabilityCase{2, StockLevel{2, 0}, Availability::kOnShelf},
                                         AvailabilityCase{2, StockLevel{1, 0}, Availability::kPartly},
                                         AvailabilityCase{2, StockLevel{1, 1}, Availability::kToOrder},
                                         AvailabilityCase{3, StockLevel{1, 1}, Availability::kPartly},
                                         AvailabilityCase{2, StockLevel{0, 2}, Availability::kToOrder},
                                         AvailabilityCase{2, StockLevel{0, 1}, Availability::kSoldOut},
                                         AvailabilityCase{1, StockLevel{0, 0}, Availability::kSoldOut},
                                         AvailabilityCase{1, std::nullopt, Availability::kUnknown}));

}  // namespace
}  // namespace octavo::cart
