// Viewer: who looks at a page, as the session's cookie says. Over https the cookie is "__Host-session" and
// Secure, over plain http (loopback only) "session"; HttpOnly and SameSite=Lax always. It holds the opaque
// token of accounts.SignIn, which is in no page and no log.
#pragma once

#include <string_view>

#include "lib/http/url.h"
#include "octavo/accounts/v1/accounts.pb.h"
#include "services/marketplace/visitor.h"

namespace octavo::marketplace {

// Who looks at a page.
struct Viewer {
  enum class Kind {
    kGuest,     // Nobody is signed in, or their session has ended.
    kCustomer,  // `customer` is.
    kUnknown,   // Somebody may be, but accounts cannot be asked: show what everybody may see, change nothing
                // of theirs.
  };
  Kind kind = Kind::kGuest;
  accounts::v1::Customer customer = {};
  // A member of staff in a session that has not done the second step, and has no rights of staff therefore.
  bool second_step_needed = false;

  bool is_customer() const { return kind == Kind::kCustomer; }
};

// The token of the request's cookie, if it has the form of one; else empty.
std::string_view SessionToken(Transport transport, const http::Params& cookies);

}  // namespace octavo::marketplace
