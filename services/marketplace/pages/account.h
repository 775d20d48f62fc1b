// GET /account: what the shop keeps for a customer, and what they can do: sign out, here (/account/sign-out) or everywhere;
// change the password (/account/password); get all their data as a file (/account/export); erase the account (/account/erase).
//
// Whoever is not signed in is asked to sign in, and comes back. While accounts is down: 503, and nothing is changed; signing out
// still removes the session from this browser.
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

// A JSON file with everything, or a page that says that it is not available now.
http::Response ExportData(const Site& site, const Visit& visit, const http::Params& form);

http::Response ErasePage(const Site& site, const http::Request& request);
// Also removes the visitor's cookie: nothing later is connected to who they were.
http::Response EraseAccount(const Site& site, const Visit& visit, const http::Params& form);

}  // namespace octavo::marketplace
