// An order as its buyer sees it, and what they may still do with it. A guest comes by the link with the order's token, a
// customer by their session; transactions checks both, and for everybody else there is no such order.
// While transactions is away these pages are a 503.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response OrderPage(const Site& site, const http::Request& request, const std::string& id);
// A stream that says "changed" with each event of the order behind "?after=", for as long as the page is open.
http::Response OrderEvents(const Site& site, const http::Request& request, const std::string& id);
// "token" where they are a guest.
http::Response CancelOrder(const Site& site, const Visit& visit, const http::Params& form, const std::string& id);
// And "key", "copies-<book>" for each line, "reason".
http::Response ReturnBooks(const Site& site, const Visit& visit, const http::Params& form, const std::string& id);

// The orders of whoever is signed in, newest first; "?page=" goes on. A guest is told how to find theirs.
http::Response OrdersPage(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
