#include "services/marketplace/signer.h"

#include <sodium.h>

#include <array>
#include <utility>

#include "lib/base/check.h"

namespace octavo::marketplace {

Signer::Signer(Secret key) : key_(std::move(key)) {
  CHECK(sodium_init() >= 0);
  CHECK(key_.Reveal().size() == crypto_auth_hmacsha256_KEYBYTES);
}

std::string Signer::Sign(std::string_view purpose, std::string_view text) const {
  CHECK(purpose.find(':') == std::string_view::npos);
  const std::string message = std::string(purpose) + ":" + std::string(text);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256(mac.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                         reinterpret_cast<const unsigned char*>(key_.Reveal().data()));
  return Base64Url(mac);
}

bool Signer::Verify(std::string_view purpose, std::string_view text, std::string_view signature) const {
  if (signature.size() != kSignatureLength) return false;
  const std::string expected = Sign(purpose, text);
  return sodium_memcmp(expected.data(), signature.data(), kSignatureLength) == 0;
}

std::string Base64Url(std::span<const unsigned char> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // Its terminating zero.
  return text;
}

std::string RandomName(Random& random) {
  std::array<unsigned char, 16> bytes;
  random.Fill(std::as_writable_bytes(std::span(bytes)));
  return Base64Url(bytes);
}

}  // namespace octavo::marketplace
