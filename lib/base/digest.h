// Digests and the texts that carry them: SHA-256, HMAC-SHA-256, hexadecimal digits, base64url. Bytes are strings. By libsodium.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/random.h"
#include "lib/base/secret.h"

namespace octavo {

inline constexpr std::size_t kDigestBytes = 32;

// SHA-256 (FIPS 180-4): 32 bytes.
std::string Sha256(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104) of the parts, joined: 32 bytes. If strangers choose where a part ends, put its length in front of
// it.
std::string HmacSha256(const Secret& key, std::initializer_list<std::string_view> parts);

// Two lower-case digits per byte.
std::string Hex(std::string_view bytes);
// RFC 4648, section 5, without padding: letters, digits, '-' and '_', which need no escaping in a link, a cookie or a form.
std::string Base64Url(std::string_view bytes);
// nullopt for text that Base64Url does not write.
std::optional<std::string> FromBase64Url(std::string_view text);

// Whether both are equal; the time it takes does not tell where they differ.
bool SameInConstantTime(std::string_view a, std::string_view b);

std::string RandomBytes(Random& random, std::size_t count);

}  // namespace octavo
