// Sealer: keeps secrets in a database that are of no use to who reads the database alone: XChaCha20-Poly1305
// by libsodium, with keys that stand in a file beside (lib/names/keys.h). What was sealed for one purpose
// does not open for another. Older keys open what was sealed with them, for as long as they stand in the
// file. Immutable; thread-safe. sodium_init() has to have been called.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/random.h"
#include "lib/base/secret.h"
#include "lib/names/keys.h"

namespace octavo::accounts {

class Sealer {
 public:
  // `random` must outlive the sealer.
  Sealer(names::Keys keys, Random& random) : keys_(std::move(keys)), random_(random) {}

  // Letters, digits, '-' and '_'.
  std::string Seal(std::string_view purpose, const Secret& secret) const;
  // None where it was sealed for something else, with a key that is gone, or not by us.
  std::optional<Secret> Open(std::string_view purpose, std::string_view sealed) const;

 private:
  const names::Keys keys_;
  Random& random_;
};

}  // namespace octavo::accounts
