// Pages for what is missing. Each says in a sentence what happened, and has links to go on.
#pragma once

#include "lib/base/error.h"
#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// Waits for no service.
http::Response ErrorPage(const Site& site, const http::Request& request, int status);

// 404 for NOT_FOUND, 400 for INVALID_ARGUMENT, 503 for everything else: the page cannot be made now.
http::Response ErrorPage(const Site& site, const http::Request& request, const Error& error);

}  // namespace octavo::marketplace
