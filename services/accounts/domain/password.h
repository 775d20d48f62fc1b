// Which passwords are accepted: long ones that nobody guesses first. There are no rules about kinds of characters, because such
// rules make passwords worse (NIST SP 800-63B, section 5.1.1.2).
#pragma once

#include <string_view>

#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::accounts {

inline constexpr int kPasswordCharactersMin = 10;
inline constexpr int kPasswordCharactersMax = 200;
// No valid password has more bytes; a longer one is wrong without being hashed.
inline constexpr std::size_t kPasswordBytesMax = 4 * kPasswordCharactersMax;

// In Unicode's composed form (NFC): one keyboard sends "ü" as one character, another as "u" and two dots, and both mean the same
// password. Bytes that are not UTF-8 stay as they are.
Secret Normalized(const Secret& password);

// Errors: INVALID_ARGUMENT (INVALID_FIELD). They never show the password.
Status CheckPassword(std::string_view field, const Secret& password, std::string_view email);

}  // namespace octavo::accounts
