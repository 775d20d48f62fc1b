// E-mail addresses: one rule for pages, orders and accounts. Pure.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace octavo {

// The address as it is stored and used: trimmed, in lower case, its domain in ASCII (IDNA, UTS 46), so that "Emma@Bücher.example"
// and "emma@xn--bcher-kva.example" are the same. INVALID_ARGUMENT (INVALID_FIELD) naming `field` if it is not an address or has
// characters with a meaning in headers. The part before the @ has at most 64 letters, digits and !#$%&'*+-/=?^_`{|}~ with dots
// inside (RFC 5321, without quotes); the domain has a dot; the whole has at most 254 bytes.
Result<std::string> ParseEmail(std::string_view field, std::string_view text);

// As people write it: "emma@bücher.example".
std::string EmailForPeople(const std::string& email);

}  // namespace octavo
