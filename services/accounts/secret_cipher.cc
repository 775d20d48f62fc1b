#include "services/accounts/secret_cipher.h"

#include <sodium.h>

#include <span>

#include "lib/base/check.h"
#include "lib/base/digest.h"

namespace octavo::accounts {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// The longest text to decrypt: secrets here have a few dozen bytes, in base64.
constexpr std::size_t kEncryptedTextMax = 1400;
static_assert(names::Keys::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string SecretCipher::Encrypt(std::string_view purpose, const Secret& secret) const {
  const std::string_view text = secret.Reveal();
  std::string encrypted(kNonceBytes + text.size() + kTagBytes, '\0');
  random_.Fill(std::as_writable_bytes(std::span(encrypted)).first(kNonceBytes));
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(encrypted) + kNonceBytes, &size, Bytes(text), text.size(), Bytes(purpose),
                                             purpose.size(), nullptr, Bytes(encrypted), Bytes(keys_.newest().Reveal()));
  CHECK(kNonceBytes + size == encrypted.size());
  return Base64Url(encrypted);
}

std::optional<Secret> SecretCipher::Decrypt(std::string_view purpose, std::string_view encrypted) const {
  if (encrypted.size() > kEncryptedTextMax) return std::nullopt;
  const std::optional<std::string> bytes = FromBase64Url(encrypted);
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string text(bytes->size() - kNonceBytes - kTagBytes, '\0');
  for (const Secret& key : keys_.all()) {
    unsigned long long decrypted_size = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(text), &decrypted_size, nullptr, Bytes(*bytes) + kNonceBytes,
                                                   bytes->size() - kNonceBytes, Bytes(purpose), purpose.size(), Bytes(*bytes),
                                                   Bytes(key.Reveal())) == 0) {
      return Secret(std::move(text));
    }
  }
  return std::nullopt;
}

}  // namespace octavo::accounts
