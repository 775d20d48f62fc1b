// Listings: GET /books (all of them), /categories/{category}, /authors/{author}, /series/{series}. Page by
// page, in the order that `?sort=` names.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response AllBooksPage(const Site& site, const http::Request& request);
http::Response CategoryPage(const Site& site, const http::Request& request, const std::string& category);
http::Response AuthorPage(const Site& site, const http::Request& request, const std::string& author);
http::Response SeriesPage(const Site& site, const http::Request& request, const std::string& series);

}  // namespace octavo::marketplace
