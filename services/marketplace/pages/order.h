// An order as its buyer sees it, and what they can still do with it. A guest opens it by the link with the order's token, a
// customer by their session; transactions checks both, and for everybody else the order does not exist. While transactions is
// down these pages are a 503.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response OrderPage(const Site& site, const http::Request& request, const std::string& id);
// A stream that sends "changed" for each event of the order after "?after=", as long as the page is open.
http::Response OrderEvents(const Site& site, const http::Request& request, const std::string& id);
// "token" for a guest.
http::Response CancelOrder(const Site& site, const Visit& visit, const http::Params& form, const std::string& id);
// Also "key", "copies-<book>" for each line, "reason".
http::Response ReturnBooks(const Site& site, const Visit& visit, const http::Params& form, const std::string& id);

// The orders of the signed-in customer, newest first; "?page=" is the next page. A guest is told how to find theirs.
http::Response OrdersPage(const Site& site, const http::Request& request);

}  // namespace octavo::marketplace
