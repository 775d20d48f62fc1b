#include "services/marketplace/pages/search.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/quoted.h"
#include "services/marketplace/book_card.h"
#include "services/marketplace/campaigns.h"
#include "services/marketplace/links.h"
#include "services/marketplace/listing.h"
#include "services/marketplace/locale.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

constexpr std::size_t kQueryBytesMax = 300;  // The catalogue's own limit.
constexpr std::size_t kChoicesMax = 20;      // Of one facet; there is no page with more.
constexpr int kFacetValuesShown = 10;
constexpr std::chrono::milliseconds kSuggestBudget{150};

constexpr SortOrder kSorts[] = {{"", "Best match", catalog::v1::ORDER_RELEVANCE},
                                {"popular", "Popular", catalog::v1::ORDER_POPULARITY},
                                {"newest", "New in the shop", catalog::v1::ORDER_NEWEST},
                                {"published", "Latest first", catalog::v1::ORDER_PUBLISHED},
                                {"title", "Title", catalog::v1::ORDER_TITLE},
                                {"price", "Price", catalog::v1::ORDER_PRICE}};

struct FacetKind {
  std::string_view field;
  std::string_view label;
};
constexpr FacetKind kFacets[] = {{"category", "Category"},
                                 {"author", "Author"},
                                 {"format", "Format"},
                                 {"language", "Language"},
                                 {"decade", "First published"}};

std::vector<std::string> Choices(const http::Params& query, std::string_view facet) {
  std::vector<std::string> choices;
  for (const std::string_view value : query.GetAll(facet)) {
    if (choices.size() < kChoicesMax && !value.empty()) choices.emplace_back(value);
  }
  return choices;
}

catalog::v1::Filter FilterOf(const http::Params& query) {
  catalog::v1::Filter filter;
  for (const std::string& value : Choices(query, "category")) filter.add_categories(value);
  for (const std::string& value : Choices(query, "author")) filter.add_authors(value);
  for (const std::string& value : Choices(query, "language")) filter.add_language_codes(value);
  for (const std::string& value : Choices(query, "format")) {
    catalog::v1::Format format = catalog::v1::FORMAT_UNSPECIFIED;
    if (catalog::v1::Format_Parse(value, &format) && format != catalog::v1::FORMAT_UNSPECIFIED) filter.add_formats(format);
  }
  // Decades form one range in the filter, so only the first chosen one counts.
  const std::string_view decade = query.Get("decade");
  std::int32_t year = 0;
  const auto [end, error] = std::from_chars(decade.data(), decade.data() + decade.size(), year);
  if (error == std::errc{} && end == decade.data() + decade.size() && year > -10'000 && year < 10'000 && year != 0) {
    filter.set_published_year_min(year);
    filter.set_published_year_max(year + 9);
  }
  return filter;
}

// The parameters that make this search, in one order and without the page: its address.
ListingAddress AddressOf(const std::string& query, const http::Params& parameters, const SortOrder& sort) {
  ListingAddress address{.path = "/search", .parameters = {}};
  address.parameters.Add("q", query);
  for (const FacetKind& facet : kFacets) {
    for (std::string& value : Choices(parameters, facet.field))
      address.parameters.Add(std::string(facet.field), std::move(value));
  }
  return address.With("sort", sort.parameter);
}

// The address with one facet value added, or removed if it is chosen.
ListingAddress Toggle(const ListingAddress& address, std::string_view facet, const std::string& value, bool is_chosen) {
  ListingAddress toggled{.path = address.path, .parameters = {}};
  const bool is_single = facet == "decade";
  for (const auto& [name, old] : address.parameters.items()) {
    const bool drops = name == facet && (is_single || old == value);
    if (!drops) toggled.parameters.Add(name, old);
  }
  if (!is_chosen) toggled.parameters.Add(std::string(facet), value);
  return toggled;
}

std::string FacetValueName(const catalog::v1::Facet& facet, const catalog::v1::FacetValue& value) {
  if (facet.field() == "language") return LanguageName(value.value());
  if (facet.field() == "decade" && value.display_name().empty()) return value.value() + "s";
  return value.display_name().empty() ? value.value() : value.display_name();
}

// True where anything is chosen.
bool AddFacets(View& view, const google::protobuf::RepeatedPtrField<catalog::v1::Facet>& facets, const ListingAddress& address) {
  bool any_chosen = false;
  for (const FacetKind& kind : kFacets) {
    const auto facet = std::find_if(facets.begin(), facets.end(), [&](const auto& one) { return one.field() == kind.field; });
    const std::vector<std::string> chosen = Choices(address.parameters, kind.field);
    if (facet == facets.end() || (facet->values_size() < 2 && chosen.empty())) continue;
    View group = view.Add("FACET");
    group.Set("LABEL", kind.label).Set("FACET_ID", kind.field);
    int shown = 0;
    for (const catalog::v1::FacetValue& value : facet->values()) {
      const bool is_chosen = std::find(chosen.begin(), chosen.end(), value.value()) != chosen.end();
      any_chosen = any_chosen || is_chosen;
      if (!is_chosen && shown++ >= kFacetValuesShown) continue;
      View item = group.Add("VALUE");
      item.Set("NAME", FacetValueName(*facet, value)).Set("COUNT", FormatCount(value.count()));
      item.Set("LINK", Toggle(address, kind.field, value.value(), is_chosen).Link());
      item.Show(is_chosen ? "CHOSEN" : "OPEN");
    }
  }
  return any_chosen;
}

// Suggestions when a search found nothing.
void AddWayOn(const CardStyle& style, View& content, PendingShared<catalog::v1::ListBooksResponse>& popular) {
  content.Show("NOTHING");
  const auto books = popular.Get();
  if (!books.ok()) return;
  Shelf shelf{.id = "popular", .title = "What others are reading", .name = "search.popular"};
  for (const catalog::v1::Book& book : (*books)->books()) {
    if (shelf.books.size() < 6) shelf.books.push_back(&book);
  }
  AddShelf(content, "SHELF", shelf, style);
}

}  // namespace

http::Response SearchPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  const SortOrder& sort = ChooseSort(kSorts, request.query.Get("sort"));
  const std::string query = std::string(CutText(request.query.Get("q"), kQueryBytesMax));
  const ListingAddress address = AddressOf(query, request.query, sort);
  catalog::v1::SearchBooksRequest search;
  search.set_query(query);
  *search.mutable_filter() = FilterOf(request.query);
  search.set_order(query.empty() && sort.parameter.empty() ? catalog::v1::ORDER_POPULARITY : sort.order);
  search.set_page_size(kPageSize);
  search.set_page_token(std::string(request.query.Get("from")));
  search.set_with_facets(true);
  catalog::v1::ListBooksRequest popular;
  popular.set_page_size(kPageSize);

  auto found_pending = site.shop.catalog.Ask(&CatalogService::Stub::async::SearchBooks, search, visit.limits());
  auto popular_pending = site.shop.ListBooks(popular, visit.limits());
  const Campaigns campaigns(site, visit);
  const CardStyle style{visit.prices(), &campaigns};
  const auto found = found_pending.Get();
  if (!found.ok() && found.error().reason == "BAD_PAGE_TOKEN") return http::SeeOther(address.Link());
  if (!found.ok()) return ErrorPage(site, request, found.error());

  const catalog::v1::SearchBooksResponse& results = *found;
  Page page(site, visit,
            {.file = "search.tpl",
             .title = query.empty() ? "Search" : "“" + query + "”",
             .query = query,
             .indexed = false,
             .has_forms = true,
             .here = AtPage(address, request.query).Link(),
             .reflects = true});
  View& content = page.content();
  content.Set("HEADING", query.empty()             ? "Search our shelves"
                         : results.books().empty() ? "Nothing found for “" + query + "”"
                                                   : "Results for “" + query + "”");
  content.Set("COUNT", BookCount(results.total_size()));
  if (!results.corrected_query().empty() && results.corrected_query() != query) {
    View corrected = content.Add("CORRECTED");
    corrected.Set("CORRECTED_QUERY", results.corrected_query()).Set("TYPED_QUERY", query);
    corrected.Set("CORRECTED_LINK", SearchLink(results.corrected_query()));
  }
  if (results.matched_any()) content.Show("ANY");
  if (results.has_category()) {
    content.Add("CATEGORY")
        .Set("CATEGORY_LINK", CategoryLink(results.category().name()))
        .Set("CATEGORY_NAME", results.category().display_name());
  }
  View facets = content.Add("FACETS");
  if (AddFacets(facets, results.facets(), address)) facets.Add("CLEAR").Set("CLEAR_LINK", SearchLink(query));
  if (results.books().empty()) {
    AddWayOn(style, content, popular_pending);
  } else {
    View list = content.Add("RESULTS");
    AddSortMenu(list, kSorts, sort, address);
    for (const catalog::v1::Book& book : results.books()) AddCard(list, book, "search", style);
  }
  AddPager(content, address, PageNumber(request.query), results.next_page_token());
  return std::move(page).Send();
}

http::Response SuggestFragment(const Site& site, const http::Request& request) {
  catalog::v1::SuggestRequest suggest;
  suggest.set_prefix(std::string(CutText(request.query.Get("q"), kQueryBytesMax)));
  suggest.set_max_results(8);
  RootView root;
  if (suggest.prefix().find_first_not_of(' ') != std::string::npos) {
    const auto answer =
        site.shop.catalog.Ask(&CatalogService::Stub::async::Suggest, suggest, rpc::FromNow(site.clock, kSuggestBudget)).Get();
    if (answer.ok() && !answer->suggestions().empty()) {  // Without an answer there is just no list.
      View list = root.Add("LIST");
      int number = 0;
      for (const catalog::v1::Suggestion& one : answer->suggestions()) {
        View item = list.Add("SUGGESTION");
        item.Set("NUMBER", number++).Set("LINK", ResourceLink(one.name())).Set("NAME", one.display_name());
        const std::string_view kind = one.name().starts_with("authors/")  ? "Author"
                                      : one.name().starts_with("series/") ? "Series"
                                                                          : "";
        item.Set("DETAIL", one.detail().empty() ? std::string(kind) : one.detail());
      }
    }
  }
  http::Response response;
  response.body = site.templates.Render("suggestions.tpl", root);
  response.headers.Add("Cache-Control", "private, max-age=60");
  return response;
}

}  // namespace octavo::marketplace
