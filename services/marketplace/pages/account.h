// GET /account: what a customer has with the shop, and what they can do about it: sign out, here (/account/sign-out) or
// everywhere; a new password (/account/password); all their data as a file (/account/export); the end (/account/erase).
//
// Whoever is not signed in is asked to, and led back. While accounts is away: 503, and nothing is changed; signing out takes
// the session out of this browser all the same.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

http::Response AccountPage(const Site& site, const http::Request& request);

http::Response SignOut(const Site& site, const Visit& visit, const http::Params& form);
http::Response EndSession(const Site& site, const Visit& visit, const http::Params& form);
http::Response SignOutEverywhere(const Site& site, const Visit& visit, const http::Params& form);

http::Response PasswordPage(const Site& site, const http::Request& request);
http::Response ChangePassword(const Site& site, const Visit& visit, const http::Params& form);

// A JSON file; whole, or a page that says that it is not to be had at the moment.
http::Response ExportData(const Site& site, const Visit& visit, const http::Params& form);

http::Response ErasePage(const Site& site, const http::Request& request);
// The visitor's cookie goes too: nothing that follows is tied to who they were.
http::Response EraseAccount(const Site& site, const Visit& visit, const http::Params& form);

}  // namespace octavo::marketplace
