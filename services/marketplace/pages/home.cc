#include "services/marketplace/pages/home.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "services/marketplace/book_card.h"
#include "services/marketplace/campaigns.h"
#include "services/marketplace/links.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

constexpr int kShelfBooks = 12;
constexpr int kCategoryShelves = 3;
constexpr int kShortShelfBooks = 6;
constexpr char kForYou[] = "home.for-you";

using Books = std::vector<const catalog::v1::Book*>;
using Listing = Shared<catalog::v1::ListBooksResponse>;

catalog::v1::ListBooksRequest ListRequest(catalog::v1::Order order, int count, const std::string& category = {}) {
  catalog::v1::ListBooksRequest request;
  request.set_order(order);
  request.set_page_size(count);
  request.set_category(category);
  return request;
}

// Asks for the shelf for this reader, and for listings arranged for them: without books that they own, sold-out ones last, and
// from `first_by_taste` on in the order of their taste.
recommendations::v1::BatchRecommendRequest ReaderRequest(const std::string& reader, const std::vector<Listing>& listings,
                                                         std::size_t first_by_taste) {
  recommendations::v1::BatchRecommendRequest batch;
  recommendations::v1::RecommendRequest& for_you = *batch.add_requests();
  for_you.set_reader(reader);
  for_you.set_max_results(kShelfBooks);
  for_you.set_shelf(kForYou);
  for_you.set_author_max(2);
  for_you.set_series_max(1);
  for_you.set_with_because(true);
  for (std::size_t i = 0; i < listings.size(); ++i) {
    recommendations::v1::BookList& list = *batch.add_lists();
    list.set_by_taste(i >= first_by_taste);
    if (!listings[i].ok()) continue;
    for (const catalog::v1::Book& book : (*listings[i])->books()) list.add_books(book.name());
  }
  return batch;
}

// The first `count` books, preferring those that are not yet on the page. All of them count as shown then.
Books Choose(const Books& books, int count, std::set<std::string>& shown) {
  Books fresh;
  Books known;
  for (const catalog::v1::Book* book : books) (shown.contains(book->name()) ? known : fresh).push_back(book);
  fresh.insert(fresh.end(), known.begin(), known.end());
  if (static_cast<int>(fresh.size()) > count) fresh.resize(static_cast<std::size_t>(count));
  for (const catalog::v1::Book* book : fresh) shown.insert(book->name());
  return fresh;
}

// Days since 1970, so that what changes daily changes for everybody at once.
std::int64_t DayNumber(const Clock& clock) {
  return std::chrono::floor<std::chrono::days>(clock.Now()).time_since_epoch().count();
}

// The suggestions with their books.
struct Suggestions {
  bool failed = false;
  bool personal = false;
  std::string because_title;  // The book that led to the first of them.
  std::shared_ptr<const catalog::v1::BatchGetBooksResponse> source;
  Books books;
};

Suggestions Collect(const Site& site, const Visit& visit, const Result<recommendations::v1::BatchRecommendResponse>& answer) {
  Suggestions suggestions;
  if (!answer.ok() || answer->responses_size() != 1) return {.failed = true};
  const auto& recommendations = answer->responses(0).recommendations();
  if (recommendations.empty()) return {.failed = true};
  catalog::v1::BatchGetBooksRequest request;
  std::string because;
  for (const recommendations::v1::Recommendation& one : recommendations) {
    request.add_names(one.book());
    if (one.origin() != recommendations::v1::ORIGIN_PERSONAL) continue;
    suggestions.personal = true;
    if (because.empty() && one.because_books_size() > 0) because = one.because_books(0);
  }
  const int wanted = request.names_size();
  if (!because.empty()) request.add_names(because);  // Only for its title.
  const Shared<catalog::v1::BatchGetBooksResponse> books = site.shop.BatchGetBooks(request, visit.limits()).Get();
  if (!books.ok()) return {.failed = true};
  suggestions.source = *books;
  for (const catalog::v1::Book& book : suggestions.source->books()) {
    if (book.name() == because) suggestions.because_title = book.title();
    const bool is_suggested =
        std::find(request.names().begin(), request.names().begin() + wanted, book.name()) != request.names().begin() + wanted;
    if (is_suggested) suggestions.books.push_back(&book);
  }
  suggestions.failed = suggestions.books.empty();
  return suggestions;
}

// The listings in the order of the answer; in the catalogue's order if there is no answer.
std::vector<Books> Arrange(const std::vector<Listing>& listings,
                           const Result<recommendations::v1::BatchRecommendResponse>& answer) {
  std::vector<Books> arranged(listings.size());
  const bool is_known = answer.ok() && answer->lists_size() == static_cast<int>(listings.size());
  for (std::size_t i = 0; i < listings.size(); ++i) {
    if (!listings[i].ok()) continue;
    const auto& books = (*listings[i])->books();
    if (!is_known) {
      for (const catalog::v1::Book& book : books) arranged[i].push_back(&book);
      continue;
    }
    for (const std::string& name : answer->lists(static_cast<int>(i)).books()) {
      const auto book = std::find_if(books.begin(), books.end(), [&](const auto& one) { return one.name() == name; });
      if (book != books.end()) arranged[i].push_back(&*book);
    }
  }
  return arranged;
}

// Categories take turns, day by day, so that the page is not the same for ever.
std::vector<catalog::v1::Category> TodaysCategories(const Shared<catalog::v1::ListCategoriesResponse>& categories,
                                                    std::int64_t day) {
  std::vector<catalog::v1::Category> filled;
  if (!categories.ok()) return filled;
  for (const catalog::v1::Category& category : (*categories)->categories()) {
    if (category.book_count() >= kShortShelfBooks) filled.push_back(category);
  }
  if (filled.empty()) return filled;
  std::rotate(filled.begin(), filled.begin() + (day * kCategoryShelves) % static_cast<std::int64_t>(filled.size()), filled.end());
  if (filled.size() > kCategoryShelves) filled.resize(kCategoryShelves);
  return filled;
}

void AddBookOfTheDay(View& view, const catalog::v1::Book& book, PriceStyle prices) {
  View hero = view.Add("HERO");
  const std::string_view lang = LangAttribute(book.language_code());
  hero.Set("LINK", BookLink(book.name(), "home.book-of-the-day"))
      .Set("COVER", CoverLink(book))
      .Set("LANG", lang.empty() ? "en" : lang)
      .Set("BOOK_TITLE", book.title())
      .Set("AUTHORS", CreditLine(book))
      .Set("BOOK_DESCRIPTION", book.description());
  if (book.has_price()) {
    hero.Add("PRICED").Set("PRICE", FormatPrice(book.price().minor(), book.price().currency_code(), prices));
  }
}

Shelf ForYouShelf(const Suggestions& suggestions, const Books& popular) {
  Shelf shelf{.id = "for-you", .title = "For you", .name = kForYou, .books = suggestions.books};
  if (suggestions.failed) {
    shelf.note = "We cannot pick books just for you at the moment. Here is what other readers love.";
    shelf.name = "home.popular";
    shelf.books = popular;
  } else if (!suggestions.personal) {
    shelf.title = "A good place to start";
    shelf.note = "Look around a little, and this shelf begins to know your taste.";
  } else if (!suggestions.because_title.empty()) {
    shelf.note = "Because you looked at " + suggestions.because_title + ", and more.";
  }
  return shelf;
}

void RecordImpressions(const Site& site, const Visit& visit, const Suggestions& suggestions) {
  // A first visit may be a program that keeps no cookies, so it does not count.
  if (suggestions.failed || visit.is_new() || !visit.counts()) return;
  for (const catalog::v1::Book* book : suggestions.books) {
    site.events.Add(recommendations::v1::EVENT_TYPE_IMPRESSION, visit.reader(), book->name(), kForYou);
  }
}

// All calls of the page.
struct Asked {
  PendingShared<catalog::v1::ListBooksResponse> popular;
  PendingShared<catalog::v1::ListBooksResponse> newest;
  std::vector<catalog::v1::Category> categories;
  std::vector<PendingShared<catalog::v1::ListBooksResponse>> by_category;  // One for each of `categories`.
};

// More than a shelf holds, so that books which stand on another shelf already can be left out.
Asked Ask(const Site& site, const Visit& visit, std::int64_t day) {
  const rpc::Limits& limits = visit.limits();
  Asked asked{.popular = site.shop.ListBooks(ListRequest(catalog::v1::ORDER_POPULARITY, 3 * kShelfBooks), limits),
              .newest = site.shop.ListBooks(ListRequest(catalog::v1::ORDER_NEWEST, 3 * kShortShelfBooks), limits)};
  asked.categories = TodaysCategories(site.shop.ListCategories(limits).Get(), day);
  for (const catalog::v1::Category& category : asked.categories) {
    asked.by_category.push_back(
        site.shop.ListBooks(ListRequest(catalog::v1::ORDER_POPULARITY, 3 * kShortShelfBooks, category.name()), limits));
  }
  return asked;
}

// The newest books, and today's categories, arranged for this reader. `shown` has the books that are on the page
// already.
void AddCommonShelves(const CardStyle& style, View& content, const Asked& asked, const Books& newest,
                      std::span<const Books> by_category, std::set<std::string>& shown) {
  AddShelf(content, "SHELF",
           {.id = "new",
            .title = "New on our shelves",
            .more_link = "/books?sort=newest",
            .more_text = "More new books",
            .name = "home.new",
            .books = Choose(newest, kShortShelfBooks, shown)},
           style);
  for (std::size_t i = 0; i < asked.categories.size(); ++i) {
    const catalog::v1::Category& category = asked.categories[i];
    const std::string slug(LastSegment(category.name()));
    AddShelf(content, "SHELF",
             {.id = "category-" + slug,
              .title = category.display_name(),
              .more_link = CategoryLink(category.name()),
              .more_text = "All of " + category.display_name(),
              .name = "home." + slug,
              .books = Choose(by_category[i], kShortShelfBooks, shown)},
             style);
  }
}

}  // namespace

http::Response HomePage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  const std::int64_t day = DayNumber(site.clock);
  Asked asked = Ask(site, visit, day);
  const Campaigns campaigns(site, visit);
  const CardStyle style{visit.prices(), &campaigns};
  Page page(site, visit, {.file = "home.tpl", .title = "A bookshop", .canonical = "/", .has_forms = true});
  const Listing popular = asked.popular.Get();
  if (!popular.ok()) return ErrorPage(site, request, 503);
  // Popular, newest, then the categories, which follow the reader's taste.
  std::vector<Listing> listings = {popular, asked.newest.Get()};
  for (auto& pending : asked.by_category) listings.push_back(pending.Get());
  const auto answer = site.shop.recommendations
                          .Ask(&RecommendationsService::Stub::async::BatchRecommend,
                               ReaderRequest(visit.reader(), listings, /*first_by_taste=*/2), visit.ForPart())
                          .Get();
  const Suggestions suggestions = Collect(site, visit, answer);
  const std::vector<Books> arranged = Arrange(listings, answer);

  View& content = page.content();
  for (const auto* banner : campaigns.All()) AddBanner(content, *banner, site.time_zone);
  std::set<std::string> shown;
  for (const catalog::v1::Book* book : suggestions.books) shown.insert(book->name());
  const Books popular_books = Choose(arranged[0], kShelfBooks, shown);
  if ((*popular)->books().empty()) {
    content.Show("EMPTY");
  } else {
    const auto& books = (*popular)->books();
    AddBookOfTheDay(content, books[static_cast<int>(day % books.size())], visit.prices());
  }
  AddShelf(content, "SHELF", ForYouShelf(suggestions, popular_books), style);
  if (!suggestions.failed) {
    AddShelf(content, "SHELF",
             {.id = "popular",
              .title = "Popular with our readers",
              .more_link = "/books",
              .more_text = "All books",
              .name = "home.popular",
              .books = popular_books},
             style);
  }
  AddCommonShelves(style, content, asked, arranged[1], std::span(arranged).subspan(2), shown);
  RecordImpressions(site, visit, suggestions);
  page.Describe(page.Structured().OfShop());
  return std::move(page).Send();
}

}  // namespace octavo::marketplace
