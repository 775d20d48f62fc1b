#include "services/marketplace/listing.h"

#include <algorithm>
#include <charconv>

#include "services/marketplace/locale.h"

namespace octavo::marketplace {

std::string ListingAddress::Link() const { return parameters.empty() ? path : path + "?" + parameters.ToQuery(); }

ListingAddress ListingAddress::With(std::string_view name, std::string_view value) const {
  ListingAddress changed{.path = path, .parameters = {}};
  for (const auto& [key, old] : parameters.items()) {
    if (key != name) changed.parameters.Add(key, old);
  }
  if (!value.empty()) changed.parameters.Add(std::string(name), std::string(value));
  return changed;
}

void AddPager(View& view, const ListingAddress& address, int page_number, const std::string& next_page_token) {
  if (page_number <= 1 && next_page_token.empty()) return;
  View pager = view.Include("PAGER", "pager.tpl");
  pager.Set("NUMBER", page_number);
  if (page_number > 1) pager.Add("FIRST").Set("FIRST_LINK", address.Link());
  if (!next_page_token.empty()) {
    const ListingAddress next = address.With("page", std::to_string(page_number + 1)).With("from", next_page_token);
    pager.Add("NEXT").Set("NEXT_LINK", next.Link());
  }
}

ListingAddress AtPage(const ListingAddress& address, const http::Params& query) {
  const int number = PageNumber(query);
  const ListingAddress numbered = address.With("page", number > 1 ? std::to_string(number) : "");
  return numbered.With("from", query.Get("from"));
}

int PageNumber(const http::Params& query) {
  constexpr int kNumberMax = 100'000;
  const std::string_view text = query.Get("page");
  int number = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number ? std::clamp(number, 1, kNumberMax) : 1;
}

std::string BookCount(std::int64_t count) { return count == 1 ? "1 book" : FormatCount(count) + " books"; }

}  // namespace octavo::marketplace
