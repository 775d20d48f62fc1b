// The ways into an account: registering (/account/register), confirming the address (/account/verify), signing in
// (/account/sign-in), and a forgotten password (/account/forgotten, /account/reset).
//
// No page tells whether an address has an account. The links of messages lead to pages that only show a button: mail programs
// fetch links, so the token is used on POST alone; those pages send no Referer.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// `?next=` is where a reader goes on once they are in: a path of the shop.
http::Response SignInPage(const Site& site, const http::Request& request);
http::Response SignIn(const Site& site, const Visit& visit, const http::Params& form);
// The second step; the form for it is SignIn's answer, so whoever comes here without one begins anew.
http::Response SignInCodePage(const Site& site, const http::Request& request);
http::Response SignInWithCode(const Site& site, const Visit& visit, const http::Params& form);

http::Response RegisterPage(const Site& site, const http::Request& request);
http::Response Register(const Site& site, const Visit& visit, const http::Params& form);
http::Response RegisteredPage(const Site& site, const http::Request& request);

http::Response VerifyPage(const Site& site, const http::Request& request);
http::Response Verify(const Site& site, const Visit& visit, const http::Params& form);

http::Response ForgottenPage(const Site& site, const http::Request& request);
http::Response Forgotten(const Site& site, const Visit& visit, const http::Params& form);
http::Response ForgottenSentPage(const Site& site, const http::Request& request);

http::Response ResetPage(const Site& site, const http::Request& request);
http::Response Reset(const Site& site, const Visit& visit, const http::Params& form);

}  // namespace octavo::marketplace
