// What search engines ask for first: robots.txt, which says what they need not look at and where the sitemap
// is, and the sitemap (https://www.sitemaps.org/protocol.html): an index, with a file for the shop's shelves
// and one for each 5,000 numbers of books, each book with the day of its last change. A file has 50,000
// addresses at most by the protocol; fewer come within a page's time. Without the catalogue: 503. A shop that
// does not know its address has none: addresses must be absolute.
#pragma once

#include <cstdint>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response RobotsText(const Site& site, const http::Request& request);
// /sitemap.xml
http::Response SitemapIndex(const Site& site, const http::Request& request);
// /sitemaps/shelves.xml
http::Response ShelvesSitemap(const Site& site, const http::Request& request);
// /sitemaps/books-1.xml: the books with the numbers 1 to 5,000.
http::Response BooksSitemap(const Site& site, const http::Request& request, std::int64_t file);

}  // namespace octavo::marketplace
