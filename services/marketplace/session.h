// Signing in and out, as far as the browser is concerned; accounts does the rest.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "octavo/accounts/v1/accounts.pb.h"
#include "services/marketplace/note.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// What a sign-in page answers with once accounts has said yes: 303 to `location`, with the session's cookie and a welcome;
// the guest's cart goes into the customer's, and what they did with books into the customer's history. When either is away
// the sign-in still holds, and what the guest had stays where it is until the next.
http::Response SignedIn(const Site& site, const Visit& visit, const accounts::v1::SignInResponse& session, std::string location);

// 303 to `location`, without the cookie. The session itself is ended by accounts.SignOut.
http::Response SignedOut(const Site& site, std::string location, Note note = Note::kSignedOut);

// Takes the session's cookie out of the browser.
void ForgetSession(const Site& site, http::Response& response);

}  // namespace octavo::marketplace
