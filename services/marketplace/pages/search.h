// GET /search?q=…: the matching books, narrowed by facets, which are links and so work without a script. If the
// words as typed find nothing, the page shows the catalogue's correction and says so; if nothing is found at
// all, it has links to go on. GET /suggest?q=…: guesses what the reader is typing, as a fragment for the search
// field.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response SearchPage(const Site& site, const http::Request& request);
http::Response SuggestFragment(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
