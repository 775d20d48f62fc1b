// SecretCipher: encrypts secrets for the database, so that the database alone does not reveal them.
// XChaCha20-Poly1305 by libsodium, with keys from a file (lib/names/keys.h). A secret encrypted for one purpose
// cannot be decrypted for another. Older keys in the file still decrypt what they encrypted. Immutable; thread-safe.
// Call sodium_init() first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/random.h"
#include "lib/base/secret.h"
#include "lib/names/keys.h"

namespace octavo::accounts {

class SecretCipher {
 public:
  // `random` must outlive the cipher.
  SecretCipher(names::Keys keys, Random& random) : keys_(std::move(keys)), random_(random) {}

  // The result has letters, digits, '-' and '_'.
  std::string Encrypt(std::string_view purpose, const Secret& secret) const;
  // None if it was encrypted for another purpose, with a key that is gone, or not by this shop.
  std::optional<Secret> Decrypt(std::string_view purpose, std::string_view encrypted) const;

 private:
  const names::Keys keys_;
  Random& random_;
};

}  // namespace octavo::accounts
