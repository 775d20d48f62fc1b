#include "services/accounts/token.h"

#include <sodium.h>

#include <array>
#include <cstddef>
#include <string>

namespace octavo::accounts {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr int kBase64Variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string Sha256Hex(std::string_view text) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  char hex[2 * sizeof hash + 1];
  return sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
}

}  // namespace

Secret NewToken(Random& random) {
  std::array<std::byte, kTokenBytes> bytes;
  random.Fill(bytes);
  char text[sodium_base64_ENCODED_LEN(kTokenBytes, kBase64Variant)];
  sodium_bin2base64(text, sizeof text, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kBase64Variant);
  Secret token{std::string(text)};
  sodium_memzero(text, sizeof text);
  sodium_memzero(bytes.data(), bytes.size());
  return token;
}

TokenHash HashToken(std::string_view token) {
  return TokenHash(Sha256Hex(token));
}

Subject MakeSubject(std::string_view kind, std::string_view text) {
  return Subject(std::string(kind) + ":" + Sha256Hex(text));
}

}  // namespace octavo::accounts
