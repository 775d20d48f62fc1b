#include "services/marketplace/pages/sitemap.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "lib/names/books.h"
#include "services/marketplace/links.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

constexpr std::int64_t kNumbersPerFile = 5000;
constexpr std::int64_t kNumbersPerCall = 1000;  // As many as BatchGetBooks takes.
// Several calls for a thousand books each; only programs wait for it.
constexpr std::chrono::milliseconds kSitemapBudget{3000};
constexpr char kNamespace[] = "http://www.sitemaps.org/schemas/sitemap/0.9";
constexpr char kRobots[] =
    "User-agent: *\nDisallow: /search\nDisallow: /suggest\nDisallow: /cart\nDisallow: /checkout\nDisallow: "
    "/orders\nDisallow: /account\n";

Result<std::string> BaseOf(const Site& site, const http::Request& request) {
  return site.address.BaseUri(request.headers.Get("Host"));
}

http::Response Send(const Site& site, const char* file, const RootView& root) {
  http::Response response;
  response.content_type = "text/xml; charset=utf-8";
  response.body = site.templates.Render(file, root);
  response.headers.Add("Cache-Control", "public, max-age=3600");
  return response;
}

// "2026-11-23".
std::string DayOf(const google::protobuf::Timestamp& time) {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(time.seconds())));
  const std::chrono::year_month_day day(days);
  const auto padded = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return std::to_string(static_cast<int>(day.year())) + padded(static_cast<unsigned>(day.month())) +
         padded(static_cast<unsigned>(day.day()));
}

// The highest number that a book has; 0 where there is none.
Result<std::int64_t> HighestNumber(const Site& site, const rpc::Limits& limits) {
  catalog::v1::ListBooksRequest newest;
  newest.set_order(catalog::v1::ORDER_NEWEST);
  newest.set_page_size(1);
  const auto books = site.shop.ListBooks(newest, limits).Get();
  if (!books.ok()) return books.error();
  std::int64_t number = 0;
  if (!(*books)->books().empty()) {
    const std::string_view text = LastSegment((*books)->books(0).name());
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  return number;
}

}  // namespace

http::Response RobotsText(const Site& site, const http::Request& request) {
  const Result<std::string> base = BaseOf(site, request);
  return http::PlainText(200, base.ok() ? kRobots + ("\nSitemap: " + *base + "/sitemap.xml\n") : kRobots);
}

http::Response SitemapIndex(const Site& site, const http::Request& request) {
  const Result<std::string> base = BaseOf(site, request);
  if (!base.ok()) return ErrorPage(site, request, 404);
  const Result<std::int64_t> highest = HighestNumber(site, rpc::FromNow(site.clock, kSitemapBudget));
  if (!highest.ok()) return ErrorPage(site, request, 503);
  RootView root;
  root.Set("NAMESPACE", kNamespace);
  root.Add("FILE").Set("LOCATION", *base + "/sitemaps/shelves.xml");
  for (std::int64_t file = 1; (file - 1) * kNumbersPerFile < *highest; ++file) {
    root.Add("FILE").Set("LOCATION", *base + "/sitemaps/books-" + std::to_string(file) + ".xml");
  }
  return Send(site, "sitemap_index.tpl", root);
}

http::Response ShelvesSitemap(const Site& site, const http::Request& request) {
  const Result<std::string> base = BaseOf(site, request);
  if (!base.ok()) return ErrorPage(site, request, 404);
  const auto categories = site.shop.ListCategories(rpc::FromNow(site.clock, kSitemapBudget)).Get();
  if (!categories.ok()) return ErrorPage(site, request, 503);
  RootView root;
  root.Set("NAMESPACE", kNamespace);
  for (const char* path : {"/", "/books"}) root.Add("ADDRESS").Set("LOCATION", *base + path);
  for (const catalog::v1::Category& category : (*categories)->categories()) {
    if (category.book_count() > 0) root.Add("ADDRESS").Set("LOCATION", *base + CategoryLink(category.name()));
  }
  return Send(site, "sitemap.tpl", root);
}

http::Response BooksSitemap(const Site& site, const http::Request& request, std::int64_t file) {
  const Result<std::string> base = BaseOf(site, request);
  constexpr std::int64_t kFilesMax = std::numeric_limits<std::int32_t>::max() / kNumbersPerFile;
  if (!base.ok() || file < 1 || file > kFilesMax) return ErrorPage(site, request, 404);
  const rpc::Limits limits = rpc::FromNow(site.clock, kSitemapBudget);
  const Result<std::int64_t> highest = HighestNumber(site, limits);
  if (!highest.ok()) return ErrorPage(site, request, 503);
  std::int64_t number = (file - 1) * kNumbersPerFile + 1;
  if (number > *highest) return ErrorPage(site, request, 404);
  const std::int64_t last = std::min(*highest, file * kNumbersPerFile);

  std::vector<PendingShared<catalog::v1::BatchGetBooksResponse>> calls;
  while (number <= last) {
    catalog::v1::BatchGetBooksRequest books;
    for (std::int64_t i = 0; i < kNumbersPerCall && number <= last; ++i) books.add_names(BookName(BookId(number++)));
    books.mutable_read_mask()->add_paths("name");
    books.mutable_read_mask()->add_paths("update_time");
    calls.push_back(site.shop.BatchGetBooks(books, limits));
  }
  RootView root;
  root.Set("NAMESPACE", kNamespace);
  for (auto& call : calls) {
    const auto books = call.Get();
    if (!books.ok()) return ErrorPage(site, request, 503);
    for (const catalog::v1::Book& book : (*books)->books()) {
      View address = root.Add("ADDRESS");
      address.Set("LOCATION", *base + BookLink(book.name()));
      if (book.has_update_time()) address.Add("CHANGED").Set("DAY", DayOf(book.update_time()));
    }
  }
  return Send(site, "sitemap.tpl", root);
}

}  // namespace octavo::marketplace
