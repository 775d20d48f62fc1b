// Which passwords are taken: long enough, and none that a guesser tries first. No rules about kinds of
// characters: they make passwords worse (NIST SP 800-63B, section 5.1.1.2).
#pragma once

#include <string_view>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::accounts {

inline constexpr int kPasswordCharactersMin = 10;
inline constexpr int kPasswordCharactersMax = 200;
// What any password of so many characters fits in; a longer one is wrong without being hashed.
inline constexpr std::size_t kPasswordBytesMax = 4 * kPasswordCharactersMax;

// In Unicode's composed form (NFC): one keyboard sends "ü" as one character, another as a u with two dots, and both mean the same
// password. What is no UTF-8 stays as it is.
Secret Normalized(const Secret& password);

// Errors: INVALID_ARGUMENT (INVALID_FIELD). They never repeat the password.
Status CheckPassword(std::string_view field, const Secret& password, std::string_view email);

}  // namespace octavo::accounts
