// GET /: the book of the day, suggestions for this reader, what is popular, what is new, and shelves of some
// categories.
//
// Without suggestions (the service is down, slow or hung) a sentence says so and the popular books take their
// place. Without the catalogue there is no page: 503.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response HomePage(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
