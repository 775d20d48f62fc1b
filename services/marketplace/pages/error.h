// Pages for when something is not there. Each says what happened in a sentence and offers a way on.
#pragma once

#include "lib/base/error.h"
#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// Waits for nothing.
http::Response ErrorPage(const Site& site, const http::Request& request, int status);

// 404 for NOT_FOUND, 400 for INVALID_ARGUMENT, 503 for all else: the page could not be made now.
http::Response ErrorPage(const Site& site, const http::Request& request, const Error& error);

}  // namespace octavo::marketplace
