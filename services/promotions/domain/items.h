// Items: the lines of a basket merged where they agree, their units counted by what is left of their price. The ground on
// which QuoteBasket works; not for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/promotions/domain/basket.h"

namespace octavo::promotions {

// What a campaign took off a unit. `trial` is QuoteBasket's number for the campaign.
struct Take {
  std::size_t trial = 0;
  std::int64_t amount_minor = 0;
  bool free = false;
  const Take* before = nullptr;  // What was taken off earlier.
};

// Where all takes of a quote are: units that part later share the history until then, so that parting copies nothing.
using Takes = std::deque<Take>;

// `count` units that cost the same and have the same history.
struct Units {
  std::int64_t count = 0;
  std::int64_t price_minor = 0;  // What is left of it.
  bool used = false;             // Serves a buy-X-get-Y campaign.
  const Take* last_take = nullptr;
};

struct Item {
  const Line* line = nullptr;          // Any of them: they agree.
  std::vector<std::size_t> positions;  // In the basket, by line id.
  std::int64_t quantity = 0;
  std::int64_t floor_minor = 0;  // The least that the law lets a unit cost.
  std::int64_t left_minor = 0;   // Sum over the units.
  std::vector<Units> units;

  std::int64_t list_minor() const { return line->unit_price_minor * quantity; }
  // How much may still come off.
  std::int64_t capacity_minor() const { return left_minor - floor_minor * quantity; }
};

// The basket's items, by list price descending, then by book: the same for every order and split of the lines.
// The basket must outlive them.
std::vector<Item> MakeItems(const Basket& basket);

// Back to the list price.
void Reset(Item& item);

// Takes `amount_minor`, at most what stands above the floor, off `units` in proportion to that; the units stay dearest
// first, because it is the remaining price that is shared out, and equal units share it with the first ahead.
void TakeOff(std::vector<Units>& units, std::int64_t floor_minor, std::int64_t amount_minor, Take take, Takes& takes);

// Which items a selection means. Looks each name up once, however many items there are.
class ItemIndex {
 public:
  // `items` must outlive the index and keep its order.
  explicit ItemIndex(const std::vector<Item>& items);

  // One entry an item: 1 where the selection means it.
  std::vector<char> Mark(const Selection& selection) const;

 private:
  using Postings = std::vector<std::uint32_t>;

  const std::size_t item_count_;
  std::unordered_map<std::int64_t, Postings> books_;
  std::unordered_map<std::string_view, Postings> categories_;
  std::unordered_map<std::string_view, Postings> authors_;
};

}  // namespace octavo::promotions
