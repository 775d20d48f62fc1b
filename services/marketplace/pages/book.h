// GET /books/{id}: one book, whether it is in stock, why it was suggested, and links to go on: its series,
// similar books, others by its first author. Opening it is a VIEW event; `?shelf=` names the shelf that led
// here.
//
// Only the book itself must be available; any other part is left out or replaced by a sentence when its service
// is down.
#pragma once

#include <cstdint>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response BookPage(const Site& site, const http::Request& request, std::int64_t id);

}  // namespace octavo::marketplace
