// What search engines ask for first: robots.txt, with the pages that they need not read and the place of the sitemap; and the
// sitemap (https://www.sitemaps.org/protocol.html): an index, with a file for the shop's shelves and one for each 5,000 book
// numbers, each book with the day of its last change. The protocol allows 50,000 addresses in a file, but fewer can be made
// within a page's time. Without the catalogue: 503. A shop that does not know its address has no sitemap, because its addresses
// must be absolute.
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
