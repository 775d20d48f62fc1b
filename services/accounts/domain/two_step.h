// Two-step sign-in: after the password comes a code of an authenticator app (TOTP, RFC 6238, with what every app supports:
// HMAC-SHA-1, six digits, 30 s), or a recovery code for those who have lost the app. Pure values; OpenSSL computes the
// HMAC.
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
// The step that `code` belongs to: the step of `now` or one before or after it, so a clock may be half a minute wrong. Only steps
// after `last_used` count, so that a code works once.
std::optional<std::int64_t> MatchTotp(const Secret& secret, std::string_view code, Timestamp now, std::int64_t last_used);

// What a customer typed, in capital letters and without spaces and dashes.
std::string NormalCode(std::string_view typed);
// Whether a normal code has the form of an app's code; else it may be a recovery code.
bool IsTotpCode(std::string_view code);

// RFC 4648, section 6, without padding.
std::string Base32(std::string_view bytes);
// What the QR code tells an app: the secret, and the name to store it under.
std::string OtpauthUri(std::string_view email, const Secret& secret);

// Recovery codes have 80 random bits each, so nobody finds one from its hash.
inline constexpr int kRecoveryCodes = 10;
// "7KQ2-MZ4A-PXW6-3RTB". Normalise it before it is hashed.
std::vector<std::string> NewRecoveryCodes(Random& random);

}  // namespace octavo::accounts
