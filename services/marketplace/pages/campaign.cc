#include "services/marketplace/pages/campaign.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "services/marketplace/book_card.h"
#include "services/marketplace/campaigns.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

using promotions::v1::Banner;
using promotions::v1::Selection;

// Of each kind; a campaign for more names a category.
constexpr int kShownMax = 48;

using Names = google::protobuf::RepeatedPtrField<std::string>;

PendingShared<catalog::v1::BatchGetBooksResponse> AskForBooks(const Site& site, const Visit& visit, const Names& names) {
  catalog::v1::BatchGetBooksRequest request;
  for (const std::string& name : names) {
    if (request.names_size() < kShownMax) request.add_names(name);
  }
  if (request.names().empty()) {
    return PendingShared<catalog::v1::BatchGetBooksResponse>(std::make_shared<const catalog::v1::BatchGetBooksResponse>());
  }
  return site.shop.BatchGetBooks(request, visit.limits());
}

void AddCategories(View& part, const Site& site, const Visit& visit, const Names& names) {
  const auto categories = site.shop.ListCategories(visit.limits()).Get();
  for (const std::string& name : names) {
    std::string words(LastSegment(name));
    if (categories.ok()) {
      for (const catalog::v1::Category& one : (*categories)->categories()) {
        if (one.name() == name) words = one.display_name();
      }
    }
    part.Add("SHELF_LINK").Set("SHELF_PATH", CategoryLink(name)).Set("SHELF_NAME", "Everything in " + words);
  }
}

void AddAuthors(View& part, const Site& site, const Visit& visit, const Names& names) {
  std::vector<rpc::Pending<catalog::v1::Author>> authors;
  const int count = std::min(names.size(), kShownMax);
  for (int i = 0; i < count; ++i) {
    catalog::v1::GetAuthorRequest request;
    request.set_name(names[i]);
    authors.push_back(site.shop.catalog.Ask(&CatalogService::Stub::async::GetAuthor, request, visit.limits()));
  }
  for (int i = 0; i < count; ++i) {
    const auto author = authors[static_cast<std::size_t>(i)].Get();
    if (!author.ok()) continue;
    const std::string words = "Everything by " + author->display_name();
    part.Add("SHELF_LINK").Set("SHELF_PATH", AuthorLink(names[i])).Set("SHELF_NAME", words);
  }
}

void AddBooks(View& part, const Visit& visit, const Shared<catalog::v1::BatchGetBooksResponse>& books, const std::string& shelf) {
  if (!books.ok()) return;
  for (const catalog::v1::Book& book : (*books)->books()) AddCard(part, book, shelf, {visit.prices(), nullptr});
}

// A selection of a campaign, with its heading and the name of its shelf, which no other part of the page has.
struct Part {
  std::string heading;
  std::string shelf;
  const Selection& selection;
};

void AddPart(View& content, const Site& site, const Visit& visit, const Part& what) {
  const Selection& selection = what.selection;
  auto books = AskForBooks(site, visit, selection.books());
  auto excluded = AskForBooks(site, visit, selection.excluded_books());
  View part = content.Add("PART");
  part.Set("PART_HEADING", what.heading);
  const bool is_everything = selection.books().empty() && selection.categories().empty() && selection.authors().empty();
  if (is_everything) part.Add("SHELF_LINK").Set("SHELF_PATH", "/books").Set("SHELF_NAME", "All books");
  AddCategories(part, site, visit, selection.categories());
  AddAuthors(part, site, visit, selection.authors());
  AddBooks(part, visit, books.Get(), what.shelf);
  if (selection.excluded_books().empty()) return;
  View out = content.Add("PART");
  out.Set("PART_HEADING", "Not in it");
  AddBooks(out, visit, excluded.Get(), what.shelf + ".not");
}

}  // namespace

http::Response CampaignPage(const Site& site, const http::Request& request, const std::string& id) {
  const Visit visit(site, request);
  const Campaigns campaigns(site, visit);
  const Banner* const banner = campaigns.Find("campaigns/" + id);
  if (banner == nullptr) return ErrorPage(site, request, 404);
  Page page(site, visit,
            {.file = "campaign.tpl",
             .title = banner->display_name(),
             .description = banner->text(),
             .indexed = false,
             .has_forms = true});
  View& content = page.content();
  content.Set("HEADING", banner->display_name()).Set("SENTENCE", banner->text());
  if (banner->has_end_time()) content.Add("ENDS").Set("END", FormatLastDay(site.time_zone, banner->end_time().seconds()));
  const std::string heading = banner->has_get_items() ? "Buy of these" : "It is about";
  AddPart(content, site, visit, {.heading = heading, .shelf = "campaign", .selection = banner->items()});
  if (banner->has_get_items()) {
    AddPart(content, site, visit, {.heading = "And get of these", .shelf = "campaign.get", .selection = banner->get_items()});
  }
  return std::move(page).Send();
}

}  // namespace octavo::marketplace
