// Signing in and out in the browser; accounts does the rest.
#pragma once

#include <string>

#include "lib/http/message.h"
#include "octavo/accounts/v1/accounts.pb.h"
#include "services/marketplace/note.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// The answer of a sign-in page after accounts has accepted: 303 to `location`, with the session's cookie and a welcome. The
// guest's cart is merged into the customer's, and the guest's history into the customer's. If either service is down, signing in
// still works, and the guest's data stays where it is until the next sign-in.
http::Response SignedIn(const Site& site, const Visit& visit, const accounts::v1::SignInResponse& session, std::string location);

// 303 to `location`, and the cookie is removed. accounts.SignOut ends the session itself.
http::Response SignedOut(const Site& site, std::string location, Note note = Note::kSignedOut);

// Removes the session's cookie from the browser.
void ForgetSession(const Site& site, http::Response& response);

}  // namespace octavo::marketplace
