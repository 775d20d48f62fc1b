#include "services/marketplace/signer.h"

#include <sodium.h>

#include <utility>

#include "lib/base/check.h"
#include "lib/base/digest.h"

namespace octavo::marketplace {

Signer::Signer(Secret key) : key_(std::move(key)) {
  CHECK(sodium_init() >= 0);
  CHECK(key_.Reveal().size() == crypto_auth_hmacsha256_KEYBYTES);
}

std::string Signer::Sign(std::string_view purpose, std::string_view text) const {
  CHECK(purpose.find(':') == std::string_view::npos);
  return Base64Url(HmacSha256(key_, {purpose, ":", text}));
}

bool Signer::Verify(std::string_view purpose, std::string_view text, std::string_view signature) const {
  return SameInConstantTime(Sign(purpose, text), signature);
}

std::string RandomName(Random& random) { return Base64Url(RandomBytes(random, 16)); }

}  // namespace octavo::marketplace
