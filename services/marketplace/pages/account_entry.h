// The pages before an account is open: registering (/account/register), confirming the address (/account/verify), signing in
// (/account/sign-in), and a forgotten password (/account/forgotten, /account/reset).
//
// No page tells whether an address has an account. Links in messages lead to pages that only show a button: mail programs fetch
// links, so only the POST uses the token; these pages send no Referer.
#pragma once

#include "lib/http/message.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// `?next=` is where the reader goes on after signing in: a path of the shop.
http::Response SignInPage(const Site& site, const http::Request& request);
http::Response SignIn(const Site& site, const Visit& visit, const http::Params& form);
// The second step. Its form is the answer to SignIn, so whoever comes here without it starts again.
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
