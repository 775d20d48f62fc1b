// GET /covers/{id}.svg: the cover that the shop draws for a book. With the current `?v=` browsers may keep it for a
// year, without it for an hour. If the catalogue does not know the book (404) or does not answer (503), a cover without
// words.
#pragma once

#include <cstdint>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response CoverPicture(const Site& site, const http::Request& request, std::int64_t id);

}  // namespace octavo::marketplace
