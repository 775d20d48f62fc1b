// What pages with many books share: sort orders, paging, the grid.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/http/url.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "services/marketplace/templates.h"

namespace octavo::marketplace {

inline constexpr int kPageSize = 24;

// One choice of the sort menu.
struct SortOrder {
  std::string_view parameter;  // "title" of "?sort=title"; empty: the page's default order.
  std::string_view label;
  catalog::v1::Order order;
};

// The choice that `parameter` names; the first if it names none.
template <std::size_t kCount>
const SortOrder& ChooseSort(const SortOrder (&choices)[kCount], std::string_view parameter) {
  for (const SortOrder& choice : choices) {
    if (choice.parameter == parameter) return choice;
  }
  return choices[0];
}

// The address of a listing: a path and its parameters without the page.
struct ListingAddress {
  std::string path;
  http::Params parameters;

  std::string Link() const;
  // With `name` set to `value`; empty: without it.
  ListingAddress With(std::string_view name, std::string_view value) const;
};

// Fills {{>PAGER}}, if there is a page before or after. The catalogue's page tokens only lead forward: to go back there is the
// browser's button, or the first page.
void AddPager(View& view, const ListingAddress& address, int page_number, const std::string& next_page_token);

// `address` with the page of it that `query` asks for.
ListingAddress AtPage(const ListingAddress& address, const http::Params& query);

// The sort menu, in sections SORT.
template <std::size_t kCount>
void AddSortMenu(View& view, const SortOrder (&choices)[kCount], const SortOrder& chosen, const ListingAddress& address) {
  for (const SortOrder& choice : choices) {
    View item = view.Add("SORT");
    item.Set("SORT_LABEL", choice.label).Set("SORT_LINK", address.With("sort", choice.parameter).Link());
    if (&choice == &chosen) item.Show("SORT_CHOSEN");
  }
}

// The "page" parameter; 1 if it is missing or wrong. For display only.
int PageNumber(const http::Params& query);

// "1 book", "24 books".
std::string BookCount(std::int64_t count);

}  // namespace octavo::marketplace
