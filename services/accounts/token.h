// Tokens: what a session's cookie and a message's link carry. 256 random bits, so that nobody guesses one;
// kept as a hash only, so that who reads the tables has none. sodium_init() has to have been called.
#pragma once

#include <string_view>

#include "lib/base/random.h"
#include "lib/base/secret.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

// 43 characters of base64url (RFC 4648, section 5), which need no escaping in a link, cookie or form.
Secret NewToken(Random& random);

// SHA-256 in hexadecimal digits. Plain, without salt or stretching: there is nothing to guess.
TokenHash HashToken(std::string_view token);

// A name for `text` among the subjects of `kind` that does not show it.
Subject MakeSubject(std::string_view kind, std::string_view text);

}  // namespace octavo::accounts
