// Identity: who somebody is to a limit per customer, without keeping who they are. An account or a normalised e-mail
// becomes a keyed hash (BLAKE2b, 256 bits, RFC 7693): without the key, which is not in the database, a copy of the database
// cannot be searched for an address, not even by trying all of them. Thread-safe.
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

  // `key` is of kKeyBytes. Another key makes everybody a stranger: redemptions so far would not be recognised.
  explicit Identity(Secret key);

  // None, one or two keys, sorted: of the account ("customers/12") and of the e-mail, as typed; empty where there is none.
  std::vector<PersonKey> Of(std::string_view customer, std::string_view email) const;
  // The one under which orders are remembered: of the account if there is one, else of the e-mail.
  std::vector<PersonKey> Foremost(std::string_view customer, std::string_view email) const;

 private:
  PersonKey Hash(std::string_view kind, std::string_view name) const;

  const Secret key_;
};

// The key in `file`, in hexadecimal digits; makes one, readable for its owner only, when the file is not there. Fails with
// FAILED_PRECONDITION (BAD_IDENTITY_KEY) when the file holds something else or cannot be read or written.
Result<Secret> LoadOrMakeKey(const std::filesystem::path& file, Random& random);
// From 64 hexadecimal digits; INVALID_ARGUMENT (INVALID_FIELD) about `field` otherwise.
Result<Secret> ParseKey(std::string_view digits, std::string_view field);

}  // namespace octavo::promotions
