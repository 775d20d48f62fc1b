// What must hold for every basket: random baskets and campaigns from a printed seed, and every small basket against a
// reference that lists its units one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "lib/base/money.h"
#include "lib/base/random.h"
#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

// ------------------------------------------------------------------------------------------ random baskets

class RandomShop {
 public:
  explicit RandomShop(std::uint64_t seed) : random_(seed) {}

  std::int64_t Between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(most - least + 1)));
  }
  bool Chance(int percent) { return Between(1, 100) <= percent; }

  // Few books at few prices, so that items are merged, ties happen and cents are left over.
  Line RandomLine(int number) {
    const std::int64_t book = Between(1, 6);
    Line line{.id = "line-" + std::to_string(number), .book = BookId(book), .quantity = Between(1, 7)};
    line.unit_price_minor = 33 * book + Between(0, 1) * 7;
    line.categories = {"categories/" + std::to_string(book % 3)};
    line.authors = {"authors/" + std::to_string(book % 2)};
    line.tax_rate = BasisPoints{book % 2 == 0 ? 700 : 1900};
    if (book == 5) line.fixed_price_discount_max = BasisPoints{500};
    if (book == 6) line.fixed_price_discount_max = BasisPoints{0};
    return line;
  }

  Basket RandomBasket() {
    Basket basket;
    const int lines = static_cast<int>(Between(1, 8));
    for (int i = 0; i < lines; ++i) basket.lines.push_back(RandomLine(i));
    basket.delivery_minor = Between(0, 1) * 390;
    basket.delivery_tax_rate = BasisPoints{1900};
    basket.tax_mode = Chance(50) ? TaxMode::kInclusive : TaxMode::kExclusive;
    return basket;
  }

  Selection RandomSelection() {
    Selection selection;
    if (Chance(40)) selection.categories = {"categories/" + std::to_string(Between(0, 2))};
    if (Chance(20)) selection.authors = {"authors/" + std::to_string(Between(0, 1))};
    if (Chance(20)) selection.books = {BookId(Between(1, 6))};
    if (Chance(20)) selection.excluded_books = {BookId(Between(1, 6))};
    return selection;
  }

  Effect RandomEffect() {
    switch (Between(0, 5)) {
      case 0: return PercentOff{BasisPoints{Between(1, 10'000)}};
      case 1: return AmountOff{Between(1, 250)};
      case 2: return OrderPercentOff{BasisPoints{Between(1, 10'000)}};
      case 3: return OrderAmountOff{Between(1, 900)};
      case 4: return FreeDelivery{};
      default: break;
    }
    BuyXGetY groups{.buy_quantity = Between(1, 4), .get_quantity = Between(1, 3)};
    if (Chance(40)) groups.get_items = RandomSelection();
    if (Chance(30)) groups.group_max = Between(1, 2);
    if (Chance(30)) groups.rate = BasisPoints{Between(1, 9'999)};
    return groups;
  }

  std::vector<Campaign> RandomCampaigns() {
    std::vector<Campaign> campaigns;
    const std::int64_t count = Between(0, 7);
    for (std::int64_t id = 1; id <= count; ++id) {
      Campaign campaign = TestCampaign(id, RandomEffect());
      campaign.items = RandomSelection();
      campaign.stackable = Chance(50);
      if (Chance(20)) campaign.threshold_minor = Between(1, 1'500);
      if (Chance(20)) campaign.budget_minor = Between(1, 1'500);
      Normalise(campaign);
      campaigns.push_back(std::move(campaign));
    }
    return campaigns;
  }

  template <typename T>
  void Shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random_.Below(i)]);
  }

 private:
  SeededRandom random_;
};

constexpr std::uint64_t kSeeds = 4'000;

// Everything of a quote that does not hang on how quantities are split over lines.
struct Essence {
  std::int64_t total_minor = 0;
  std::int64_t discount_minor = 0;
  std::int64_t tax_minor = 0;
  std::int64_t delivery_minor = 0;
  std::vector<std::tuple<std::int64_t, Reason, std::int64_t, std::int64_t>> outcomes;
  // Of each book and list price: what its units cost, sorted.
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::int64_t>> units;

  bool operator==(const Essence&) const = default;
};

Essence EssenceOf(const Basket& basket, const Quote& quote) {
  Essence essence{quote.total_minor, quote.discount_minor, quote.tax_minor, quote.delivery_minor};
  for (const Outcome& outcome : quote.outcomes) {
    essence.outcomes.emplace_back(outcome.campaign->value(), outcome.reason, outcome.amount_minor, outcome.free_quantity);
  }
  for (std::size_t i = 0; i < basket.lines.size(); ++i) {
    auto& units = essence.units[{basket.lines[i].book.value(), basket.lines[i].unit_price_minor}];
    const auto totals = UnitTotals(quote.lines[i]);
    units.insert(units.end(), totals.begin(), totals.end());
    std::sort(units.begin(), units.end());
  }
  return essence;
}

TEST(QuoteProperties, TheOrderOfLinesAndCampaignsChangesNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShop shop(seed);
    Basket basket = shop.RandomBasket();
    std::vector<Campaign> campaigns = shop.RandomCampaigns();
    const Quote before = PriceOf(basket, campaigns);
    std::map<std::string, std::int64_t> line_totals;
    for (const QuotedLine& line : before.lines) line_totals[basket.lines[line.line].id] = line.total_minor;
    const Essence essence = EssenceOf(basket, before);

    shop.Shuffle(basket.lines);
    shop.Shuffle(campaigns);
    const Quote after = PriceOf(basket, campaigns);

    ASSERT_EQ(EssenceOf(basket, after), essence);
    for (const QuotedLine& line : after.lines) ASSERT_EQ(line.total_minor, line_totals[basket.lines[line.line].id]);
  }
}

TEST(QuoteProperties, HowQuantitiesAreSplitOverLinesChangesNothing) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShop shop(seed);
    const Basket whole = shop.RandomBasket();
    const std::vector<Campaign> campaigns = shop.RandomCampaigns();
    Basket split = whole;
    split.lines.clear();
    for (const Line& line : whole.lines) {
      std::int64_t left = line.quantity;
      while (left > 0) {
        Line part = line;
        part.quantity = shop.Between(1, left);
        part.id = std::to_string(shop.Between(0, 9)) + "-" + std::to_string(split.lines.size());
        left -= part.quantity;
        split.lines.push_back(std::move(part));
      }
    }

    ASSERT_EQ(EssenceOf(split, PriceOf(split, campaigns)), EssenceOf(whole, PriceOf(whole, campaigns)));
  }
}

TEST(QuoteProperties, ALineThatNoCampaignMeansChangesNothingElse) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShop shop(seed);
    Basket basket = shop.RandomBasket();
    std::vector<Campaign> campaigns = shop.RandomCampaigns();
    const BookId unrelated(77);
    const auto exclude = [&](Selection& selection) { selection.excluded_books.push_back(unrelated); };
    for (Campaign& campaign : campaigns) {
      exclude(campaign.items);
      auto* groups = std::get_if<BuyXGetY>(&campaign.effect);
      if (groups != nullptr && groups->get_items) exclude(*groups->get_items);
    }
    const Quote before = PriceOf(basket, campaigns);

    basket.lines.push_back({.id = "0", .book = unrelated, .quantity = 3, .unit_price_minor = shop.Between(1, 300)});
    const Quote after = PriceOf(basket, campaigns);

    ASSERT_EQ(after.total_minor, before.total_minor + after.lines.back().subtotal_minor);
    ASSERT_EQ(after.discount_minor, before.discount_minor);
    for (std::size_t i = 0; i < before.lines.size(); ++i) ASSERT_EQ(after.lines[i].units, before.lines[i].units);
  }
}

void ExpectPartsAddUp(const Basket& basket, const Quote& quote) {
  std::map<CampaignId, std::int64_t> by_campaign;
  std::int64_t lines_minor = 0;
  std::int64_t gross_minor = quote.gross_delivery_minor;
  std::int64_t tax_minor = quote.delivery_tax_minor;
  for (const QuotedLine& line : quote.lines) {
    const Line& asked = basket.lines[line.line];
    std::int64_t units = 0;
    std::int64_t paid = 0;
    std::int64_t unit_tax = 0;
    std::int64_t gross = 0;
    std::int64_t dearer_gross = INT64_MAX;
    std::int64_t dearer = INT64_MAX;
    for (const UnitShare& share : line.units) {
      ASSERT_GT(share.quantity, 0);
      ASSERT_GE(share.total_minor, 0);
      ASSERT_LE(share.total_minor, dearer) << "units are listed dearest first";
      dearer = share.total_minor;
      units += share.quantity;
      paid += share.quantity * share.total_minor;
      unit_tax += share.quantity * share.tax_minor;
      gross += share.quantity * share.gross_minor;
      ASSERT_LE(share.gross_minor, dearer_gross) << "also with the tax";
      dearer_gross = share.gross_minor;
    }
    ASSERT_EQ(units, asked.quantity);
    ASSERT_EQ(paid, line.total_minor) << "paid is the sum of the units' shares";
    ASSERT_EQ(unit_tax, line.tax_minor);
    ASSERT_EQ(gross, line.gross_minor);
    std::int64_t off = 0;
    for (const Adjustment& adjustment : line.adjustments) {
      ASSERT_GE(adjustment.amount_minor, 0);
      off += adjustment.amount_minor;
      by_campaign[adjustment.campaign] += adjustment.amount_minor;
    }
    ASSERT_EQ(line.subtotal_minor, asked.quantity * asked.unit_price_minor);
    ASSERT_EQ(line.total_minor, line.subtotal_minor - off);
    lines_minor += line.total_minor;
    gross_minor += line.gross_minor;
    tax_minor += line.tax_minor;
  }
  ASSERT_EQ(quote.tax_minor, tax_minor);
  ASSERT_EQ(quote.subtotal_minor - quote.discount_minor, lines_minor);
  ASSERT_EQ(quote.total_minor,
            lines_minor + quote.delivery_minor + (basket.tax_mode == TaxMode::kExclusive ? quote.tax_minor : 0));
  ASSERT_EQ(quote.total_minor, gross_minor) << "what is paid for lines and delivery is what is paid";
  for (const Outcome& outcome : quote.outcomes) {
    ASSERT_EQ(outcome.applied(), outcome.message.empty());
    ASSERT_TRUE(outcome.applied() || outcome.amount_minor == 0);
    if (outcome.applied() && by_campaign.contains(*outcome.campaign)) {
      ASSERT_EQ(outcome.amount_minor, by_campaign[*outcome.campaign]);
    }
    ASSERT_TRUE(outcome.applied() || !by_campaign.contains(*outcome.campaign));
  }
}

TEST(QuoteProperties, PartsAddUpToTheWholeAndNothingIsNegative) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShop shop(seed);
    const Basket basket = shop.RandomBasket();
    const std::vector<Campaign> campaigns = shop.RandomCampaigns();

    const Quote quote = PriceOf(basket, campaigns);

    ExpectPartsAddUp(basket, quote);
    if (HasFatalFailure()) return;
    for (const Campaign& campaign : campaigns) {
      const std::int64_t bound = campaign.budget_minor > 0 ? campaign.budget_minor : INT64_MAX;
      ASSERT_LE(AmountOf(quote, campaign.id.value()), bound);
    }
  }
}

// The tax of a line, or of nothing, shared out over `units` by what each costs.
std::vector<std::int64_t> SharesOfTax(std::int64_t tax_minor, std::vector<std::int64_t> units) {
  if (tax_minor == 0) return std::vector<std::int64_t>(units.size());
  std::vector<std::int64_t> shares;
  for (const Money& share : Money(tax_minor, Currency::Eur()).Allocate(units)) shares.push_back(share.minor());
  return shares;
}

// What is contained in a price or added to it, half up, as a fraction of whole numbers.
std::int64_t TaxOf(std::int64_t minor, const BasisPoints& rate, TaxMode mode) {
  const std::int64_t whole = mode == TaxMode::kExclusive ? 10'000 : 10'000 + rate.value;
  return (minor * rate.value * 2 + whole) / (whole * 2);
}

// Baskets with one line a book, as orders have: what each line and unit costs with its tax, computed anew from the shares
// without it, unit by unit.
TEST(QuoteProperties, GrossSharesAreTheSharesAndTheirPartOfATaxThatIsAdded) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShop shop(seed);
    Basket basket = shop.RandomBasket();
    for (std::size_t i = 0; i < basket.lines.size(); ++i) basket.lines[i].book = BookId(static_cast<std::int64_t>(i) + 1);

    const Quote quote = PriceOf(basket, shop.RandomCampaigns());

    const bool added = basket.tax_mode == TaxMode::kExclusive;
    std::int64_t rest = quote.total_minor;
    for (const QuotedLine& line : quote.lines) {
      ASSERT_EQ(line.tax_minor, TaxOf(line.total_minor, basket.lines[line.line].tax_rate, basket.tax_mode));
      ASSERT_EQ(line.gross_minor, line.total_minor + (added ? line.tax_minor : 0));
      std::vector<std::int64_t> units = UnitTotals(line);
      const std::vector<std::int64_t> taxes = SharesOfTax(added ? line.tax_minor : 0, units);
      for (std::size_t i = 0; i < units.size(); ++i) units[i] += taxes[i];
      ASSERT_EQ(UnitGross(line), units);
      rest -= line.gross_minor;
    }
    ASSERT_EQ(quote.gross_delivery_minor, rest) << "the delivery is what the lines leave";
    ASSERT_EQ(quote.delivery_tax_minor, TaxOf(quote.delivery_minor, basket.delivery_tax_rate, basket.tax_mode));
  }
}

TEST(QuoteProperties, NoUnitFallsBelowItsFixedPrice) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShop shop(seed);
    const Basket basket = shop.RandomBasket();

    const Quote quote = PriceOf(basket, shop.RandomCampaigns());

    for (const QuotedLine& line : quote.lines) {
      const Line& asked = basket.lines[line.line];
      if (!asked.fixed_price_discount_max) continue;
      const std::int64_t allowed = asked.unit_price_minor * asked.fixed_price_discount_max->value / 10'000;
      for (const UnitShare& share : line.units) ASSERT_GE(share.total_minor, asked.unit_price_minor - allowed);
    }
  }
}

// ------------------------------------------------------------------------------------------ buy X get Y, exhaustively

constexpr std::int64_t kPrices[] = {500, 700, 1100};
constexpr int kUnitsAtMost = 6;

// Every basket of 1 to 6 units at three prices, as counts by price.
void ForEachSmallBasket(const std::function<void(const std::vector<std::int64_t>&)>& visit) {
  for (std::int64_t a = 0; a <= kUnitsAtMost; ++a) {
    for (std::int64_t b = 0; a + b <= kUnitsAtMost; ++b) {
      for (std::int64_t c = 0; a + b + c <= kUnitsAtMost; ++c) {
        if (a + b + c > 0) visit({a, b, c});
      }
    }
  }
}

// The rule to the letter, over units listed one by one.
std::int64_t ReferenceSameSet(std::vector<std::int64_t> prices, std::size_t x, std::size_t y, std::size_t groups_max) {
  std::sort(prices.rbegin(), prices.rend());
  std::int64_t free = 0;
  std::size_t groups = 0;
  for (std::size_t begin = 0; begin + x + y <= prices.size() && groups < groups_max; begin += x + y, ++groups) {
    for (std::size_t i = begin + x; i < begin + x + y; ++i) free += prices[i];
  }
  return free;
}

TEST(BuyXGetYExhaustively, OfOneSelectionTheLastOfEachGroupAreFree) {
  std::int64_t checked = 0;
  ForEachSmallBasket([&](const std::vector<std::int64_t>& counts) {
    std::vector<TestLine> lines;
    std::vector<std::int64_t> prices;
    for (std::size_t p = 0; p < counts.size(); ++p) {
      if (counts[p] > 0) lines.push_back({counts[p], kPrices[p]});
      prices.insert(prices.end(), static_cast<std::size_t>(counts[p]), kPrices[p]);
    }
    for (std::int64_t x = 1; x <= 3; ++x) {
      for (std::int64_t y = 1; y <= 3; ++y) {
        for (std::int64_t most = 0; most <= 2; ++most) {
          const Campaign campaign = TestCampaign(1, BuyXGetY{.buy_quantity = x, .get_quantity = y, .group_max = most});

          const Quote quote = PriceOf(TestBasket(lines), {campaign});

          const auto bound = most == 0 ? SIZE_MAX : static_cast<std::size_t>(most);
          ASSERT_EQ(quote.discount_minor,
                    ReferenceSameSet(prices, static_cast<std::size_t>(x), static_cast<std::size_t>(y), bound))
              << testing::PrintToString(prices) << " x=" << x << " y=" << y << " at most " << most;
          ++checked;
        }
      }
    }
  });
  EXPECT_EQ(checked, 83 * 9 * 3);
}

// A unit is in the bought selection, in the free one, or in both.
enum class In { kBuys, kGets, kBoth };
struct ReferenceUnit {
  std::int64_t price = 0;
  In in = In::kBuys;
};

// Tries every way to call each unit bought, free or neither: the most groups, and among those the cheapest free units.
class ReferenceTwoSets {
 public:
  ReferenceTwoSets(const std::vector<ReferenceUnit>& units, int x, int y, int groups_max)
      : units_(units), x_(x), y_(y), groups_max_(groups_max) {
    Try(0, 0, 0, 0);
  }
  std::int64_t free_minor() const { return best_free_; }

 private:
  void Try(std::size_t i, int bought, int freed, std::int64_t free_minor) {
    if (i == units_.size()) {
      const int groups = bought / x_;
      if (bought % x_ != 0 || freed != groups * y_ || groups > groups_max_ || groups < best_groups_) return;
      if (groups > best_groups_ || free_minor < best_free_) best_free_ = free_minor;
      best_groups_ = groups;
      return;
    }
    Try(i + 1, bought, freed, free_minor);
    if (units_[i].in != In::kGets) Try(i + 1, bought + 1, freed, free_minor);
    if (units_[i].in != In::kBuys) Try(i + 1, bought, freed + 1, free_minor + units_[i].price);
  }

  const std::vector<ReferenceUnit>& units_;
  const int x_;
  const int y_;
  const int groups_max_;
  int best_groups_ = 0;
  std::int64_t best_free_ = 0;
};

// Every multiset of `left` units over the nine kinds (three prices, three memberships).
void ForEachTwoSetBasket(int left, std::size_t kind, std::vector<std::int64_t>& counts,
                         const std::function<void(const std::vector<std::int64_t>&)>& visit) {
  if (kind + 1 == counts.size()) {
    counts[kind] = left;
    visit(counts);
    return;
  }
  for (counts[kind] = 0; counts[kind] <= left; ++counts[kind]) {
    ForEachTwoSetBasket(left - static_cast<int>(counts[kind]), kind + 1, counts, visit);
  }
}

TEST(BuyXGetYExhaustively, OfTwoSelectionsTheCheapestPossibleAreFree) {
  std::int64_t checked = 0;
  for (int units = 1; units <= kUnitsAtMost; ++units) {
    std::vector<std::int64_t> counts(9);
    ForEachTwoSetBasket(units, 0, counts, [&](const std::vector<std::int64_t>& kinds) {
      std::vector<TestLine> lines;
      std::vector<ReferenceUnit> listed;
      for (std::size_t k = 0; k < kinds.size(); ++k) {
        if (kinds[k] == 0) continue;
        const auto in = static_cast<In>(k / 3);
        std::vector<std::string> categories;
        if (in != In::kGets) categories.push_back("categories/buy");
        if (in != In::kBuys) categories.push_back("categories/get");
        lines.push_back({kinds[k], kPrices[k % 3], categories});
        listed.insert(listed.end(), static_cast<std::size_t>(kinds[k]), {kPrices[k % 3], in});
      }
      for (int x = 1; x <= 3; ++x) {
        for (int y = 1; y <= 3; ++y) {
          const int most = 1 + (x + y + units) % 2;  // Bounded by one or by two groups.
          const Campaign campaign = TestCampaign(1,
                                                 BuyXGetY{.buy_quantity = x,
                                                          .get_quantity = y,
                                                          .get_items = Selection{.categories = {"categories/get"}},
                                                          .group_max = most},
                                                 "categories/buy");

          const Quote quote = PriceOf(TestBasket(lines), {campaign});

          ASSERT_EQ(quote.discount_minor, ReferenceTwoSets(listed, x, y, most).free_minor())
              << testing::PrintToString(kinds) << " x=" << x << " y=" << y << " at most " << most;
          ++checked;
        }
      }
    });
  }
  EXPECT_EQ(checked, (9 + 45 + 165 + 495 + 1287 + 3003) * 9);
}

}  // namespace
}  // namespace octavo::promotions
