// E-mail addresses: the one rule for pages, orders and accounts. Pure.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace octavo {

// The address as it is kept and sent to: trimmed, in lower case, its domain in ASCII (IDNA, UTS 46), so that
// "Emma@Bücher.example" and "emma@xn--bcher-kva.example" are one. INVALID_ARGUMENT (INVALID_FIELD) naming `field` for what is no
// address, or means something in a header: the part before the @ has letters, digits and !#$%&'*+-/=?^_`{|}~ with dots inside
// (RFC 5321, without quotes), at most 64; the domain has a dot; 254 bytes in all.
Result<std::string> ParseEmail(std::string_view field, std::string_view text);

// As people write it: "emma@bücher.example".
std::string EmailForPeople(const std::string& email);

}  // namespace octavo
