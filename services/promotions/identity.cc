#include "services/promotions/identity.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <span>
#include <string>

#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "services/promotions/domain/text.h"

namespace octavo::promotions {
namespace {

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Error BadKey(const std::filesystem::path& file, const std::string& what) {
  return {.code = Code::kFailedPrecondition,
          .reason = "BAD_IDENTITY_KEY",
          .message = "the key of promotions' identities, " + file.string() + ", " + what};
}

}  // namespace

Identity::Identity(Secret key) : key_(std::move(key)) { CHECK(key_.Reveal().size() == kKeyBytes); }

std::vector<PersonKey> Identity::Of(std::string_view customer, std::string_view email) const {
  std::vector<PersonKey> keys;
  if (!customer.empty()) keys.push_back(Hash("customer", customer));
  const std::string address = NormaliseEmail(email);
  if (!address.empty()) keys.push_back(Hash("email", address));
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::vector<PersonKey> Identity::Foremost(std::string_view customer, std::string_view email) const {
  return customer.empty() ? Of("", email) : Of(customer, "");
}

PersonKey Identity::Hash(std::string_view kind, std::string_view name) const {
  // The zero byte separates the kind from the name, because no name has one.
  const std::string text = std::string(kind) + '\0' + std::string(name);
  std::string hash(32, '\0');
  CHECK(crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), Bytes(text), text.size(),
                           Bytes(key_.Reveal()), kKeyBytes) == 0);
  return PersonKey(Hex(hash));
}

Result<Secret> ParseKey(std::string_view digits, std::string_view field) {
  std::string key(Identity::kKeyBytes, '\0');
  std::size_t size = 0;
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), digits.data(), digits.size(),
                                    nullptr, &size, nullptr);
  if (failed != 0 || size != key.size() || digits.size() != 2 * key.size()) {
    return InvalidField(std::string(field), "is not " + std::to_string(2 * Identity::kKeyBytes) + " hexadecimal digits");
  }
  return Secret(std::move(key));
}

Result<Secret> LoadOrMakeKey(const std::filesystem::path& file, Random& random) {
  if (std::filesystem::exists(file)) {
    std::ifstream in(file);
    std::string digits;
    in >> digits;
    Result<Secret> key = ParseKey(digits, "key");
    return key.ok() ? key : BadKey(file, key.error().violations.front().description);
  }
  const Secret digits(Hex(RandomBytes(random, Identity::kKeyBytes)));
  // Written completely or not at all: to a second file that is synced and then renamed.
  const std::filesystem::path aside = file.string() + ".new";
  const int out = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return BadKey(file, "cannot be written");
  const bool written =
      write(out, digits.Reveal().data(), digits.Reveal().size()) == static_cast<ssize_t>(digits.Reveal().size()) &&
      fsync(out) == 0;
  close(out);
  if (!written) return BadKey(file, "cannot be written");
  std::filesystem::rename(aside, file);
  return ParseKey(digits.Reveal(), "key");
}

}  // namespace octavo::promotions
