#include "services/marketplace/pages/cover.h"

#include <chrono>
#include <string>

#include "lib/names/books.h"
#include "services/marketplace/book_card.h"
#include "services/marketplace/cover.h"
#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

// Longer than a page may take: pictures have threads of their own and no page waits for them, and a refused picture leaves a gap
// that is not filled again.
constexpr std::chrono::seconds kPatience{5};

}  // namespace

http::Response CoverPicture(const Site& site, const http::Request& request, std::int64_t id) {
  catalog::v1::GetBookRequest get_book;
  get_book.set_name(BookName(BookId(id)));
  const auto book =
      site.shop.catalog.Ask(&CatalogService::Stub::async::GetBook, get_book, rpc::FromNow(site.clock, kPatience)).Get();
  http::Response response;
  response.content_type = "image/svg+xml";
  if (!book.ok()) {
    // Browsers show the picture of an error response too: a book without its name is better than a broken frame.
    const Code code = book.error().code;
    const bool is_none = code == Code::kNotFound || code == Code::kInvalidArgument;
    response.status = is_none ? 404 : 503;
    response.body = is_none ? DrawCover({}) : DrawStandIn();
    response.headers.Add("Cache-Control", "no-store");
    return response;
  }
  const CoverText text = CoverTextOf(*book);
  const std::string version = CoverVersion(text);
  response.body = DrawCover(text);
  response.etag = version;
  const bool is_present = request.query.Get("v") == version;
  response.headers.Add("Cache-Control", is_present ? "public, max-age=31536000, immutable" : "public, max-age=3600");
  return response;
}

}  // namespace octavo::marketplace
