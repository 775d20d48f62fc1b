// Device: a browser in which somebody has signed in to an account or has set its password by a link. Its cookie "device"
// names it and is signed for the account's address, which it does not show. Accounts counts wrong passwords from such a
// device apart, so its customer signs in without waiting while strangers guess. Whoever steals the cookie may guess a few
// times, and no more.
#pragma once

#include <string>
#include <string_view>

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// The name of the request's device, 22 characters, if the account with this address knows it; else empty.
std::string KnownDevice(const Site& site, const http::Request& request, std::string_view email);

// Makes the browser that gets the response a known device of the account.
void RememberDevice(const Site& site, http::Response& response, std::string_view email);

}  // namespace octavo::marketplace
