// GET /search?q=…: what matches, narrowed by facets, which are links and so work without a script. Where the
// words as typed find nothing, the catalogue's correction is searched for and said; where nothing is found at
// all, there is a way on. GET /suggest?q=…: what the reader may be typing, as a piece of a page for the
// search field.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response SearchPage(const Site& site, const http::Request& request);
http::Response SuggestFragment(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
