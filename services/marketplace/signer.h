// Signer: proves that a text came from this shop (HMAC-SHA-256). Every use names its purpose, which is signed too, so that a
// signature for one purpose is not valid for another. Immutable; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/base/random.h"
#include "lib/base/secret.h"

namespace octavo::marketplace {

class Signer {
 public:
  static constexpr std::size_t kSignatureLength = 43;  // 32 bytes in base64url.

  // `key` has crypto_auth_hmacsha256_KEYBYTES (32) bytes. Dies (CHECK) otherwise.
  explicit Signer(Secret key);

  // 43 letters, digits, '-' and '_'. `purpose` is a word of ours, without ':'.
  std::string Sign(std::string_view purpose, std::string_view text) const;
  // Takes the same time wherever a wrong signature differs from the right one.
  bool Verify(std::string_view purpose, std::string_view text, std::string_view signature) const;

 private:
  const Secret key_;
};

// 22 letters, digits, '-' and '_' (128 bits) that nobody guesses.
std::string RandomName(Random& random);

}  // namespace octavo::marketplace
