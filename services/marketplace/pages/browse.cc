#include "services/marketplace/pages/browse.h"

#include <utility>

#include "services/marketplace/book_card.h"
#include "services/marketplace/campaigns.h"
#include "services/marketplace/links.h"
#include "services/marketplace/listing.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

constexpr SortOrder kSorts[] = {{"", "Popular", catalog::v1::ORDER_POPULARITY},
                                {"newest", "New in the shop", catalog::v1::ORDER_NEWEST},
                                {"published", "Latest first", catalog::v1::ORDER_PUBLISHED},
                                {"title", "Title", catalog::v1::ORDER_TITLE},
                                {"price", "Price", catalog::v1::ORDER_PRICE}};
constexpr SortOrder kSeriesSorts[] = {{"", "In order", catalog::v1::ORDER_SERIES_NUMBER},
                                      {"popular", "Popular", catalog::v1::ORDER_POPULARITY},
                                      {"title", "Title", catalog::v1::ORDER_TITLE}};

// The subject of one kind of listing.
struct Subject {
  std::string kicker;  // "Category", "Author"; may be empty.
  std::string heading;
  std::string path;
  std::string shelf;  // For the links' attribution.
  std::string category = {};
  std::string name = {};  // "categories/fiction", "authors/…"; empty if no campaign can be for it.
};

template <std::size_t kCount>
catalog::v1::ListBooksRequest ListRequest(const http::Request& request, const SortOrder (&sorts)[kCount]) {
  catalog::v1::ListBooksRequest list;
  list.set_order(ChooseSort(sorts, request.query.Get("sort")).order);
  list.set_page_size(kPageSize);
  list.set_page_token(std::string(request.query.Get("from")));
  return list;
}

template <std::size_t kCount>
http::Response Respond(const Site& site, const Visit& visit, const Campaigns& campaigns, const Subject& subject,
                       const catalog::v1::ListBooksResponse& books, const SortOrder (&sorts)[kCount]) {
  const http::Params& query = visit.request().query;
  const SortOrder& chosen = ChooseSort(sorts, query.Get("sort"));
  const ListingAddress address = ListingAddress{.path = subject.path, .parameters = {}}.With("sort", chosen.parameter);
  const int number = PageNumber(query);
  Page page(site, visit,
            {.file = "browse.tpl",
             .title = subject.heading + (number > 1 ? ", page " + std::to_string(number) : ""),
             .description = subject.heading + ": " + BookCount(books.total_size()) + " in the Octavo bookshop.",
             .canonical = address.Link(),
             .active_category = subject.category,
             .indexed = number == 1 && chosen.parameter.empty(),
             .has_forms = true,
             .here = AtPage(address, query).Link()});
  View& content = page.content();
  content.Set("HEADING", subject.heading).Set("COUNT", BookCount(books.total_size()));
  if (!subject.kicker.empty()) content.Add("KICKED").Set("KICKER", subject.kicker);
  const CardStyle style{visit.prices(), &campaigns};
  for (const catalog::v1::Book& book : books.books()) AddCard(content, book, subject.shelf, style);
  for (const auto* banner : campaigns.Naming(subject.name)) AddBanner(content, *banner, site.time_zone);
  if (books.books().empty()) content.Show("EMPTY");
  if (books.total_size() > 1) AddSortMenu(content, sorts, chosen, address);
  AddPager(content, address, number, books.next_page_token());
  page.Describe(page.Structured().OfListing({{"Octavo", "/"}, {subject.heading, subject.path}}));
  return std::move(page).Send();
}

// A page token becomes invalid when the catalogue changes, or when somebody edits it: begin again at the first
// page.
http::Response Refuse(const Site& site, const http::Request& request, const Error& error) {
  if (error.reason == "BAD_PAGE_TOKEN") return http::SeeOther(std::string(request.path()));
  return ErrorPage(site, request, error);
}

}  // namespace

http::Response AllBooksPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  auto pending = site.shop.ListBooks(ListRequest(request, kSorts), visit.limits());
  const Campaigns campaigns(site, visit);
  const auto books = pending.Get();
  if (!books.ok()) return Refuse(site, request, books.error());
  return Respond(site, visit, campaigns, {.kicker = "", .heading = "All books", .path = "/books", .shelf = "browse.all"}, **books,
                 kSorts);
}

http::Response CategoryPage(const Site& site, const http::Request& request, const std::string& category) {
  const Visit visit(site, request);
  const std::string name = "categories/" + category;
  catalog::v1::ListBooksRequest list = ListRequest(request, kSorts);
  list.set_category(name);
  auto pending = site.shop.ListBooks(list, visit.limits());
  const Campaigns campaigns(site, visit);
  const auto categories = site.shop.ListCategories(visit.limits()).Get();
  const auto books = pending.Get();
  if (!books.ok()) return Refuse(site, request, books.error());
  std::string heading = category;
  if (categories.ok()) {
    for (const catalog::v1::Category& one : (*categories)->categories()) {
      if (one.name() == name) heading = one.display_name();
    }
  }
  return Respond(site, visit, campaigns,
                 {.kicker = "Category",
                  .heading = heading,
                  .path = CategoryLink(name),
                  .shelf = ShelfOf("category." + category),
                  .category = name,
                  .name = name},
                 **books, kSorts);
}

http::Response AuthorPage(const Site& site, const http::Request& request, const std::string& author) {
  const Visit visit(site, request);
  const std::string name = "authors/" + author;
  catalog::v1::GetAuthorRequest get_author;
  get_author.set_name(name);
  catalog::v1::ListBooksRequest list = ListRequest(request, kSorts);
  list.set_author(name);
  auto author_pending = site.shop.catalog.Ask(&CatalogService::Stub::async::GetAuthor, get_author, visit.limits());
  auto books_pending = site.shop.ListBooks(list, visit.limits());
  const Campaigns campaigns(site, visit);
  const auto found = author_pending.Get();
  if (!found.ok()) return ErrorPage(site, request, found.error());
  // The address has another name of the author, but there is only one page.
  if (found->name() != name) return http::SeeOther(AuthorLink(found->name()));
  const auto books = books_pending.Get();
  if (!books.ok()) return Refuse(site, request, books.error());
  return Respond(
      site, visit, campaigns,
      {.kicker = "Books by", .heading = found->display_name(), .path = AuthorLink(name), .shelf = "author", .name = name},
      **books, kSorts);
}

http::Response SeriesPage(const Site& site, const http::Request& request, const std::string& series) {
  const Visit visit(site, request);
  const std::string name = "series/" + series;
  catalog::v1::ListBooksRequest list = ListRequest(request, kSeriesSorts);
  list.set_series(name);
  auto pending = site.shop.ListBooks(list, visit.limits());
  const Campaigns campaigns(site, visit);
  const auto books = pending.Get();
  if (!books.ok()) return Refuse(site, request, books.error());
  if ((*books)->books().empty()) return ErrorPage(site, request, 404);
  return Respond(
      site, visit, campaigns,
      {.kicker = "Series", .heading = (*books)->books(0).series().title(), .path = SeriesLink(name), .shelf = "series"}, **books,
      kSeriesSorts);
}

}  // namespace octavo::marketplace
