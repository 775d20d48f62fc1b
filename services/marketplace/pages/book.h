// GET /books/{id}: one book, whether it is on the shelf, why it was suggested, and where to go from here: its
// series, books like it, others by its first author. Looking at it is a VIEW event; `?shelf=` names the shelf
// that led here.
//
// Only the book itself must be there; every other part is left out, or replaced by a sentence, when its
// service is away.
#pragma once

#include <cstdint>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response BookPage(const Site& site, const http::Request& request, std::int64_t id);

}  // namespace octavo::marketplace
