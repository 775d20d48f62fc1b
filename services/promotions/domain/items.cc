#include "services/promotions/domain/items.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

#include "lib/base/check.h"
#include "services/promotions/domain/units.h"

namespace octavo::promotions {
namespace {

// Compares everything that a price can depend on, highest price first.
std::strong_ordering Compare(const Line& a, const Line& b) {
  const auto cap = [](const Line& line) {
    return line.fixed_price_discount_max ? line.fixed_price_discount_max->value : std::int64_t{-1};
  };
  if (const auto order = b.unit_price_minor <=> a.unit_price_minor; order != 0) return order;
  if (const auto order = a.book <=> b.book; order != 0) return order;
  if (const auto order = a.tax_rate <=> b.tax_rate; order != 0) return order;
  if (const auto order = cap(a) <=> cap(b); order != 0) return order;
  if (const auto order = a.categories <=> b.categories; order != 0) return order;
  return a.authors <=> b.authors;
}

// The largest discount that the law allows, rounded down: half a cent too much would break the law.
std::int64_t Floor(const Line& line) {
  if (!line.fixed_price_discount_max) return 0;
  return line.unit_price_minor - line.unit_price_minor * line.fixed_price_discount_max->value / 10'000;
}

template <typename Map, typename Names>
void MarkNamed(const Map& map, const Names& names, char mark, std::vector<char>& marks) {
  for (const auto& name : names) {
    const auto found = map.find(name);
    if (found == map.end()) continue;
    for (const std::uint32_t item : found->second) marks[item] = mark;
  }
}

}  // namespace

std::vector<Item> MakeItems(const Basket& basket) {
  std::vector<std::size_t> order(basket.lines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto by_key = Compare(basket.lines[a], basket.lines[b]);
    return by_key != 0 ? by_key < 0 : basket.lines[a].id < basket.lines[b].id;
  });

  std::vector<Item> items;
  items.reserve(order.size());
  for (const std::size_t position : order) {
    const Line& line = basket.lines[position];
    if (items.empty() || Compare(*items.back().line, line) != 0) {
      items.push_back({.line = &line, .floor_minor = Floor(line)});
    }
    items.back().positions.push_back(position);
    items.back().quantity += line.quantity;
  }
  return items;
}

void Reset(Item& item) {
  item.left_minor = item.list_minor();
  item.units.clear();
  item.units.reserve(4);  // They are rarely split more often.
  item.units.push_back({.count = item.quantity, .price_minor = item.line->unit_price_minor});
}

void TakeOff(std::vector<Units>& units, std::int64_t floor_minor, std::int64_t amount_minor, Take take, Takes& takes) {
  constexpr std::size_t kFew = 8;  // Items with more runs are rare.
  std::array<WeightedRun, kFew> few_runs;
  std::array<RunShare, kFew> few_shares;
  std::vector<WeightedRun> many_runs;
  std::vector<RunShare> many_shares;
  std::span<WeightedRun> runs(few_runs.data(), std::min(units.size(), kFew));
  std::span<RunShare> shares(few_shares.data(), runs.size());
  if (units.size() > kFew) {
    many_runs.resize(units.size());
    many_shares.resize(units.size());
    runs = many_runs;
    shares = many_shares;
  }
  std::int64_t above = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    runs[i] = {.count = units[i].count, .weight = units[i].price_minor - floor_minor};
    above += runs[i].count * runs[i].weight;
  }
  CHECK(amount_minor <= above);
  AllocateOverRuns(above - amount_minor, runs, shares);

  // From the back, so that splitting a run does not move runs that are still to come.
  const auto set = [&](Units& run, std::int64_t count, std::int64_t price_minor) {
    take.amount_minor = run.price_minor - price_minor;
    if (take.amount_minor > 0 || take.free) {
      take.before = run.last_take;
      run.last_take = &takes.emplace_back(take);
    }
    run.count = count;
    run.price_minor = price_minor;
  };
  for (std::size_t i = runs.size(); i-- > 0;) {
    const std::int64_t price_minor = floor_minor + shares[i].each;
    const std::int64_t dearer = shares[i].plus_one_count;
    if (dearer > 0 && dearer < units[i].count) {
      Units rest = units[i];
      set(rest, rest.count - dearer, price_minor);
      units.insert(units.begin() + static_cast<std::ptrdiff_t>(i) + 1, rest);
    }
    dearer > 0 ? set(units[i], dearer, price_minor + 1) : set(units[i], units[i].count, price_minor);
  }
}

ItemIndex::ItemIndex(const std::vector<Item>& items) : item_count_(items.size()) {
  books_.reserve(items.size());
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    books_[items[i].line->book.value()].push_back(i);
    for (const std::string& category : items[i].line->categories) categories_[category].push_back(i);
    for (const std::string& author : items[i].line->authors) authors_[author].push_back(i);
  }
}

std::vector<char> ItemIndex::Mark(const Selection& selection) const {
  const auto numbers = [](const std::vector<BookId>& books) {
    std::vector<std::int64_t> values;
    values.reserve(books.size());
    for (const BookId book : books) values.push_back(book.value());
    return values;
  };
  std::vector<char> marks(item_count_, selection.everything() ? 1 : 0);
  MarkNamed(books_, numbers(selection.books), 1, marks);
  MarkNamed(categories_, selection.categories, 1, marks);
  MarkNamed(authors_, selection.authors, 1, marks);
  MarkNamed(books_, numbers(selection.excluded_books), 0, marks);
  return marks;
}

}  // namespace octavo::promotions
