// Two-step sign-in: behind the password a code of an authenticator app, TOTP as RFC 6238 has it, with what
// every app speaks (HMAC-SHA-1, six digits, 30 s); or, for who has lost theirs, a recovery code. Values only;
// the HMAC is OpenSSL's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/secret.h"

namespace octavo::accounts {

// RFC 4226, section 4, recommends 160 bits.
inline constexpr std::size_t kTotpSecretBytes = 20;
inline constexpr std::chrono::seconds kTotpStep{30};

// The step that `time` is in.
std::int64_t TotpStepAt(Timestamp time);
// Six digits. A step below 0 is a bug.
std::string TotpCode(const Secret& secret, std::int64_t step);
// Whose step `code` is: of `now`, or of one beside it, for a clock that is half a minute wrong. Only of steps
// behind `last_used`, so that a code works once.
std::optional<std::int64_t> MatchTotp(const Secret& secret, std::string_view code, Timestamp now, std::int64_t last_used);

// What a customer types, without the spaces and dashes that are there for the eye, in capital letters.
std::string NormalCode(std::string_view typed);
// Whether a normal code is one of an app; else it may be a recovery code.
bool IsTotpCode(std::string_view code);

// RFC 4648, section 6, without padding.
std::string Base32(std::string_view bytes);
// What a QR code tells an app: the secret, and as what to keep it.
std::string OtpauthUri(std::string_view email, const Secret& secret);

// Recovery codes: 80 random bits each, which nobody guesses from a hash either.
inline constexpr int kRecoveryCodes = 10;
// "7KQ2-MZ4A-PXW6-3RTB". Normalise it before it is hashed.
std::vector<std::string> NewRecoveryCodes(Random& random);

}  // namespace octavo::accounts
