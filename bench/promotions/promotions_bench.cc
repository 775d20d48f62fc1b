// What quoting a basket costs. Aim: 200 lines against 100 active campaigns in under a millisecond.
//
//     cmake --preset release && cmake --build --preset release --target promotions_bench
//     build/release/bin/promotions_bench
//
// Baskets are of different books, with two categories and an author each; campaigns are automatic, so that each is tried:
// 40 percentages and 15 amounts off items (half of them stackable), 25 buy X get Y, 15 off the order, 5 free delivery.
// Most are about a category or an author, every fifth about the whole shop. Seeded: each run does the same work.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "lib/base/random.h"
#include "services/promotions/test_baskets.h"

namespace octavo::promotions {
namespace {

constexpr std::uint64_t kCategories = 20;
constexpr std::uint64_t kAuthors = 60;

std::int64_t Between(Random& random, std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(most - least + 1)));
}

std::string Category(Random& random) { return "categories/category-" + std::to_string(random.Below(kCategories)); }
std::string Author(Random& random) { return "authors/author-" + std::to_string(random.Below(kAuthors)); }

Basket MakeBasket(std::int64_t lines, std::int64_t quantity_max) {
  SeededRandom random(1);
  Basket basket{.delivery_minor = 390};
  for (std::int64_t i = 1; i <= lines; ++i) {
    Line line{.id = "line-" + std::to_string(i),
              .book = BookId(i),
              .quantity = Between(random, 1, quantity_max),
              .unit_price_minor = Between(random, 399, 4'999),
              .categories = {Category(random), Category(random)},
              .authors = {Author(random)},
              .tax_rate = BasisPoints{700}};
    std::sort(line.categories.begin(), line.categories.end());
    if (i % 10 == 0) line.fixed_price_discount_max = BasisPoints{500};
    basket.lines.push_back(std::move(line));
  }
  return basket;
}

Effect MakeEffect(Random& random, std::int64_t id) {
  if (id <= 40) return PercentOff{BasisPoints{Between(random, 300, 3'000)}};
  if (id <= 55) return AmountOff{Between(random, 50, 300)};
  if (id <= 80) return BuyXGetY{.buy_quantity = Between(random, 1, 3), .get_quantity = 1};
  if (id <= 90) return OrderPercentOff{BasisPoints{Between(random, 200, 1'000)}};
  if (id <= 95) return OrderAmountOff{Between(random, 200, 1'000)};
  return FreeDelivery{};
}

std::vector<Campaign> MakeCampaigns(std::int64_t count) {
  SeededRandom random(2);
  std::vector<Campaign> campaigns;
  for (std::int64_t i = 1; i <= count; ++i) {
    Campaign campaign = TestCampaign(i, MakeEffect(random, i * 100 / count));
    campaign.stackable = i % 2 == 0;
    campaign.threshold_minor = i % 3 == 0 ? 2'000 : 0;
    if (i % 5 != 0) campaign.items.categories = {Category(random)};
    if (i % 5 == 1) campaign.items.authors = {Author(random)};
    Normalise(campaign);
    campaigns.push_back(std::move(campaign));
  }
  return campaigns;
}

// Arguments: lines, campaigns, most units of a line.
void Quote(benchmark::State& state) {
  const Basket basket = MakeBasket(state.range(0), state.range(2));
  const std::vector<Campaign> campaigns = MakeCampaigns(state.range(1));
  std::vector<Offer> offers;
  for (const Campaign& campaign : campaigns) offers.push_back({.campaign = &campaign});
  std::int64_t applied = 0;
  for (auto _ : state) {
    const auto quote = QuoteBasket(basket, offers, {}, kTestNoon);
    benchmark::DoNotOptimize(quote.total_minor);
    applied = std::count_if(quote.outcomes.begin(), quote.outcomes.end(), [](const Outcome& o) { return o.applied(); });
  }
  state.counters["applied"] = static_cast<double>(applied);
}
BENCHMARK(Quote)
    ->ArgNames({"lines", "campaigns", "units"})
    ->Args({3, 10, 2})
    ->Args({20, 100, 3})
    ->Args({200, 100, 3})
    ->Args({200, 100, 500})
    ->Args({500, 100, 200})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace octavo::promotions

BENCHMARK_MAIN();
