#include "services/accounts/token.h"

#include <cstddef>
#include <string>

#include "lib/base/digest.h"

namespace octavo::accounts {
namespace {

constexpr std::size_t kTokenBytes = 32;

}  // namespace

Secret NewToken(Random& random) { return Secret(Base64Url(RandomBytes(random, kTokenBytes))); }

TokenHash HashToken(std::string_view token) { return TokenHash(Hex(Sha256(token))); }

Subject MakeSubject(std::string_view kind, std::string_view text) { return Subject(std::string(kind) + ":" + Hex(Sha256(text))); }

}  // namespace octavo::accounts
