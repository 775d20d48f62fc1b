// Identity: recognises a person for limits per customer without storing who they are. An account or a normalised e-mail becomes a
// keyed hash (BLAKE2b, 256 bits, RFC 7693). The key is not in the database, so a copy of the database cannot be searched for an
// address, not even by trying all addresses. Thread-safe.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "services/promotions/domain/claim.h"

namespace octavo::promotions {

class Identity {
 public:
  static constexpr std::size_t kKeyBytes = 32;

  // `key` has kKeyBytes. With another key nobody is recognised, so earlier redemptions no longer count.
  explicit Identity(Secret key);

  // None, one or two keys, sorted: of the account ("customers/12") and of the e-mail as typed; either may be empty.
  std::vector<PersonKey> Of(std::string_view customer, std::string_view email) const;
  // The key under which orders are stored: of the account if there is one, else of the e-mail.
  std::vector<PersonKey> Foremost(std::string_view customer, std::string_view email) const;

 private:
  PersonKey Hash(std::string_view kind, std::string_view name) const;

  const Secret key_;
};

// Reads the key from `file`, in hexadecimal digits. If there is no file, makes a key that only its owner can read.
// FAILED_PRECONDITION (BAD_IDENTITY_KEY) if the file holds something else or cannot be read or written.
Result<Secret> LoadOrMakeKey(const std::filesystem::path& file, Random& random);
// Reads 64 hexadecimal digits; otherwise INVALID_ARGUMENT (INVALID_FIELD) about `field`.
Result<Secret> ParseKey(std::string_view digits, std::string_view field);

}  // namespace octavo::promotions
