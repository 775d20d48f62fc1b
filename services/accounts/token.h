// Tokens: the secret in a session's cookie or a message's link. 256 random bits, so that nobody guesses one. Only its hash is
// stored, so that the tables reveal no token. Call sodium_init() first.
#pragma once

#include <string_view>

#include "lib/base/random.h"
#include "lib/base/secret.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

// 43 characters of base64url (RFC 4648, section 5), which need no escaping in a link, cookie or form.
Secret NewToken(Random& random);

// SHA-256 in hexadecimal digits, without salt or stretching: a random token cannot be guessed from its hash.
TokenHash HashToken(std::string_view token);

// A hash of `text` that names it among the subjects of `kind`.
Subject MakeSubject(std::string_view kind, std::string_view text);

}  // namespace octavo::accounts
