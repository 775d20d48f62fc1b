#include "services/marketplace/links.h"

#include <algorithm>

#include "lib/http/url.h"
#include "services/marketplace/book_card.h"
#include "services/marketplace/cover.h"

namespace octavo::marketplace {
namespace {

std::string Link(std::string_view folder, std::string_view name) {
  return "/" + std::string(folder) + "/" + http::PercentEncode(LastSegment(name));
}

}  // namespace

std::string BookLink(std::string_view name, std::string_view shelf) {
  const std::string link = Link("books", name);
  return shelf.empty() ? link : link + "?shelf=" + http::PercentEncode(shelf);
}

std::string AuthorLink(std::string_view name) { return Link("authors", name); }
std::string SeriesLink(std::string_view name) { return Link("series", name); }
std::string CategoryLink(std::string_view name) { return Link("categories", name); }
std::string SearchLink(std::string_view query) { return "/search?q=" + http::PercentEncode(query); }

std::string ResourceLink(std::string_view name) {
  if (name.starts_with("books/")) return BookLink(name);
  if (name.starts_with("authors/")) return AuthorLink(name);
  if (name.starts_with("series/")) return SeriesLink(name);
  return "/";
}

std::string CoverLink(const catalog::v1::Book& book) {
  return "/covers/" + http::PercentEncode(LastSegment(book.name())) + ".svg?v=" + CoverVersion(CoverTextOf(book));
}

std::string CoverLink(std::string_view name) { return Link("covers", name) + ".svg"; }

std::string OrderLink(std::string_view name, std::string_view access_token) {
  const std::string link = Link("orders", name);
  return access_token.empty() ? link : link + "?token=" + http::PercentEncode(access_token);
}

std::string_view LastSegment(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash == std::string_view::npos ? std::string_view{} : name.substr(slash + 1);
}

std::string ShelfOf(std::string_view parameter) {
  constexpr std::size_t kLengthMax = 64;
  const bool is_shelf =
      !parameter.empty() && parameter.size() <= kLengthMax && std::all_of(parameter.begin(), parameter.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
      });
  return is_shelf ? std::string(parameter) : std::string();
}

}  // namespace octavo::marketplace
