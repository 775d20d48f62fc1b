#include "services/marketplace/pages/book.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/names/books.h"
#include "services/marketplace/book_card.h"
#include "services/marketplace/campaigns.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/error.h"
#include "services/marketplace/pages/offer.h"

namespace octavo::marketplace {
namespace {

constexpr int kShelfBooks = 6;
constexpr int kSeriesBooks = 12;

using Listing = Shared<catalog::v1::ListBooksResponse>;

std::string_view FormatName(int format) {
  switch (format) {
    case catalog::v1::FORMAT_HARDCOVER: return "Hardcover";
    case catalog::v1::FORMAT_PAPERBACK: return "Paperback";
    case catalog::v1::FORMAT_EBOOK: return "E-book";
    case catalog::v1::FORMAT_AUDIOBOOK: return "Audiobook";
    default: return {};
  }
}

void AddFact(View& view, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  View fact = view.Add("FACT");
  fact.Set("LABEL", label).Set("VALUE", value);
}

void AddFacts(View& view, const catalog::v1::Book& book) {
  AddFact(view, "First published", book.published_year() == 0 ? "" : FormatYear(book.published_year()));
  AddFact(view, "Publisher", book.publisher());
  AddFact(view, "Pages", book.page_count() == 0 ? "" : FormatCount(book.page_count()));
  AddFact(view, "Language", book.language_code().empty() ? "" : LanguageName(book.language_code()));
  std::string formats;
  for (const int format : book.formats()) {
    if (FormatName(format).empty()) continue;
    formats += (formats.empty() ? "" : ", ") + std::string(FormatName(format));
  }
  AddFact(view, "Formats", formats);
  AddFact(view, "ISBN-13", book.isbn13());
  AddFact(view, "ISBN-10", book.isbn10());
}

void AddBook(View& view, const catalog::v1::Book& book) {
  const std::string_view lang = LangAttribute(book.language_code());
  view.Set("COVER", CoverLink(book)).Set("LANG", lang.empty() ? "en" : lang).Set("TITLE", book.title());
  if (!book.subtitle().empty()) view.Add("SUBTITLED").Set("SUBTITLE", book.subtitle());
  if (!book.description().empty()) view.Add("DESCRIBED").Set("DESCRIPTION", book.description());
  for (int i = 0; i < book.authors_size(); ++i) {
    View author = view.Add("AUTHOR");
    const bool is_last = i + 1 == book.authors_size();
    author.Set("JOINT", i == 0 ? "" : is_last ? " and " : ", ").Set("NAME", book.authors(i).display_name());
    author.Set("LINK", AuthorLink(book.authors(i).author()));
  }
  if (!book.series().series().empty()) {
    View series = view.Add("SERIES");
    series.Set("LINK", SeriesLink(book.series().series())).Set("SERIES_TITLE", book.series().title());
    if (!book.series().number().empty()) series.Add("NUMBERED").Set("NUMBER", book.series().number());
  }
  if (book.ratings_count() > 0 && book.average_rating() > 0) {  // A shop may know only the number of ratings.
    const std::int64_t tenths = static_cast<std::int64_t>(book.average_rating() * 10 + 0.5);
    View rated = view.Add("RATED");
    rated.Set("RATING", std::to_string(tenths / 10) + "." + std::to_string(tenths % 10));
    rated.Set("RATINGS", FormatCount(book.ratings_count()) + (book.ratings_count() == 1 ? " rating" : " ratings"));
  }
  for (const std::string& subject : book.subjects()) {
    View tag = view.Add("SUBJECT");
    tag.Set("LINK", SearchLink(subject)).Set("NAME", subject);
  }
  AddFacts(view, book);
}

void AddBecause(View& view, const Result<recommendations::v1::BecauseResponse>& because, const std::string& book) {
  if (!because.ok()) return;  // An extra that nobody misses.
  constexpr std::size_t kNamedMax = 2;
  std::vector<const recommendations::v1::Contribution*> reasons;
  for (const recommendations::v1::Contribution& one : because->contributions()) {
    if (one.book() != book && !one.title().empty() && reasons.size() < kNamedMax) reasons.push_back(&one);
  }
  if (reasons.empty()) return;
  View sentence = view.Add("BECAUSE");
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    View reason = sentence.Add("REASON");
    reason.Set("JOINT", i == 0 ? "" : " and ").Set("LINK", BookLink(reasons[i]->book())).Set("NAME", reasons[i]->title());
  }
}

// The first `count` books that are not yet on the page; they count as shown then.
std::vector<const catalog::v1::Book*> Fresh(const google::protobuf::RepeatedPtrField<catalog::v1::Book>& books, int count,
                                            std::set<std::string>& shown) {
  std::vector<const catalog::v1::Book*> fresh;
  for (const catalog::v1::Book& book : books) {
    if (static_cast<int>(fresh.size()) < count && shown.insert(book.name()).second) fresh.push_back(&book);
  }
  return fresh;
}

// All calls of the page besides that for the book itself. Those that the page can do without share one part of its time
// limit.
struct Asked {
  rpc::Pending<recommendations::v1::ListSimilarBooksResponse> similar;
  std::optional<rpc::Pending<recommendations::v1::BecauseResponse>> because;  // Not for a stranger.
  rpc::Pending<inventory::v1::BatchGetStockResponse> stock;
};

Asked Ask(const Site& site, const Visit& visit, const std::string& name) {
  recommendations::v1::ListSimilarBooksRequest similar;
  similar.set_book(name);
  similar.set_max_results(kShelfBooks);
  similar.set_reader(visit.reader());
  inventory::v1::BatchGetStockRequest stock;
  stock.add_books(name);
  const rpc::Limits part = visit.ForPart();
  Asked asked{.similar = site.shop.recommendations.Ask(&RecommendationsService::Stub::async::ListSimilarBooks, similar, part),
              .stock = site.shop.inventory.Ask(&InventoryService::Stub::async::BatchGetStock, stock, part)};
  if (visit.is_stranger()) return asked;
  recommendations::v1::BecauseRequest because;
  because.set_book(name);
  because.set_reader(visit.reader());
  asked.because = site.shop.recommendations.Ask(&RecommendationsService::Stub::async::Because, because, part);
  return asked;
}

// Similar books, which take two calls: first their names, then the books.
Shared<catalog::v1::BatchGetBooksResponse> FetchSimilar(const Site& site, const Visit& visit, Asked& asked) {
  const auto similar = asked.similar.Get();
  if (!similar.ok()) return similar.error();
  catalog::v1::BatchGetBooksRequest request;
  for (const recommendations::v1::Recommendation& one : similar->recommendations()) request.add_names(one.book());
  if (request.names().empty()) return std::make_shared<const catalog::v1::BatchGetBooksResponse>();
  return site.shop.BatchGetBooks(request, visit.limits()).Get();
}

catalog::v1::ListBooksRequest SeriesRequest(const catalog::v1::Book& book) {
  catalog::v1::ListBooksRequest request;
  request.set_series(book.series().series());
  request.set_order(catalog::v1::ORDER_SERIES_NUMBER);
  request.set_page_size(kSeriesBooks);
  return request;
}

catalog::v1::ListBooksRequest AuthorRequest(const catalog::v1::Book& book) {
  catalog::v1::ListBooksRequest request;
  request.set_author(book.authors(0).author());
  request.set_page_size(2 * kShelfBooks);
  return request;
}

// The shelves below the book; none shows a book twice.
void AddShelves(const Site& site, const Visit& visit, const catalog::v1::Book& book, Asked& asked, const CardStyle& style,
                View& content) {
  const rpc::Limits& limits = visit.limits();
  const bool has_series = !book.series().series().empty();
  const bool has_author = !book.authors().empty();
  std::optional<PendingShared<catalog::v1::ListBooksResponse>> series;
  std::optional<PendingShared<catalog::v1::ListBooksResponse>> by_author;
  if (has_series) series = site.shop.ListBooks(SeriesRequest(book), limits);
  if (has_author) by_author = site.shop.ListBooks(AuthorRequest(book), limits);
  const auto similar = FetchSimilar(site, visit, asked);

  std::set<std::string> shown = {book.name()};
  const Listing series_books = has_series ? series->Get() : Listing(Error{});
  if (series_books.ok()) {
    AddShelf(content, "SHELF",
             {.id = "series",
              .title = "More of " + book.series().title(),
              .more_link = SeriesLink(book.series().series()),
              .more_text = "The whole series",
              .name = "book.series",
              .books = Fresh((*series_books)->books(), kSeriesBooks, shown)},
             style);
  }
  if (similar.ok()) {
    AddShelf(content, "SHELF",
             {.id = "similar",
              .title = "Readers of this book also like",
              .name = "book.similar",
              .books = Fresh((*similar)->books(), kShelfBooks, shown)},
             style);
  } else {
    content.Show("NO_SIMILAR");
  }
  const Listing author_books = has_author ? by_author->Get() : Listing(Error{});
  if (author_books.ok()) {
    AddShelf(content, "SHELF",
             {.id = "author",
              .title = "More by " + book.authors(0).display_name(),
              .more_link = AuthorLink(book.authors(0).author()),
              .more_text = "All by this author",
              .name = "book.author",
              .books = Fresh((*author_books)->books(), kShelfBooks, shown)},
             style);
  }
}

std::string DescriptionOf(const catalog::v1::Book& book) {
  if (!book.description().empty()) return book.description();
  const std::string by = book.authors().empty() ? "" : " by " + CreditLine(book);
  return "“" + book.title() + "”" + by + ", in the Octavo bookshop: what it costs, whether it is there, and what is like it.";
}

OfferAvailability AvailabilityOf(const Result<inventory::v1::BatchGetStockResponse>& stock, const TimeZone& time_zone) {
  if (!stock.ok() || stock->stocks().empty()) return OfferAvailability::kUnknown;
  const inventory::v1::Stock& one = stock->stocks(0);
  if (one.available() > 0) return OfferAvailability::kInStock;
  return DescribeStock(one, time_zone).can_be_had ? OfferAvailability::kBackOrder : OfferAvailability::kOutOfStock;
}

// The path from the home page by the book's main category.
std::vector<Crumb> WayTo(const Site& site, const Visit& visit, const catalog::v1::Book& book) {
  std::vector<Crumb> way = {{"Octavo", "/"}};
  if (!book.categories().empty()) {
    const auto categories = site.shop.ListCategories(visit.limits()).Get();
    const std::string& name = book.categories(0);
    if (categories.ok()) {
      for (const catalog::v1::Category& category : (*categories)->categories()) {
        if (category.name() == name) way.push_back({category.display_name(), CategoryLink(name)});
      }
    }
  }
  way.push_back({book.title(), BookLink(book.name())});
  return way;
}

}  // namespace

http::Response BookPage(const Site& site, const http::Request& request, std::int64_t id) {
  const Visit visit(site, request);
  const std::string name = BookName(BookId(id));
  catalog::v1::GetBookRequest get_book;
  get_book.set_name(name);
  auto pending = site.shop.catalog.Ask(&CatalogService::Stub::async::GetBook, get_book, visit.limits());
  Asked asked = Ask(site, visit, name);
  const Campaigns campaigns(site, visit);
  const Result<catalog::v1::Book> found = pending.Get();
  // A number that is out of range is a book that does not exist.
  if (!found.ok() && found.error().code == Code::kInvalidArgument) return ErrorPage(site, request, 404);
  if (!found.ok()) return ErrorPage(site, request, found.error());
  const catalog::v1::Book& book = *found;
  if (visit.counts()) {
    site.events.Add(recommendations::v1::EVENT_TYPE_VIEW, visit.reader(), name, ShelfOf(request.query.Get("shelf")));
  }

  Page page(site, visit,
            {.file = "book.tpl",
             .title = book.authors().empty() ? book.title() : book.title() + " by " + CreditLine(book),
             .description = DescriptionOf(book),
             .canonical = BookLink(name),
             .active_category = book.categories().empty() ? "" : book.categories(0),
             .has_forms = true,
             .kind = "book",
             .picture = CoverLink(book)});
  View& content = page.content();
  AddBook(content, book);
  if (asked.because) AddBecause(content, asked.because->Get(), name);
  const auto stock = asked.stock.Get();
  AddOffer(content, book, stock, visit.prices(), site.time_zone);
  AddShelves(site, visit, book, asked, {visit.prices(), &campaigns}, content);
  for (const auto* banner : campaigns.Touching(book)) AddBanner(content, *banner, site.time_zone);
  page.Describe(page.Structured().OfBook(book, AvailabilityOf(stock, site.time_zone), WayTo(site, visit, book)));
  return std::move(page).Send();
}

}  // namespace octavo::marketplace
