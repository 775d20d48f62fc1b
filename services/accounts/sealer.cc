#include "services/accounts/sealer.h"

#include <sodium.h>

#include <span>

#include "lib/base/check.h"

namespace octavo::accounts {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// Of what is sealed here: secrets of some dozen bytes.
constexpr std::size_t kSealedBytesMax = 1024;
static_assert(names::Keys::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
constexpr int kBase64Variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Sealer::Seal(std::string_view purpose, const Secret& secret) const {
  const std::string_view text = secret.Reveal();
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  random_.Fill(std::as_writable_bytes(std::span(sealed)).first(kNonceBytes));
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes(sealed) + kNonceBytes, &size, Bytes(text), text.size(),
                                             Bytes(purpose), purpose.size(), nullptr, Bytes(sealed),
                                             Bytes(keys_.newest().Reveal()));
  CHECK(kNonceBytes + size == sealed.size());
  std::string encoded(sodium_base64_encoded_len(sealed.size(), kBase64Variant), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), Bytes(sealed), sealed.size(), kBase64Variant);
  encoded.pop_back();  // Its terminating zero.
  return encoded;
}

std::optional<Secret> Sealer::Open(std::string_view purpose, std::string_view sealed) const {
  std::string bytes(kSealedBytesMax, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(Bytes(bytes), bytes.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr,
                        kBase64Variant) != 0) {
    return std::nullopt;
  }
  if (size < kNonceBytes + kTagBytes) return std::nullopt;
  std::string text(size - kNonceBytes - kTagBytes, '\0');
  for (const Secret& key : keys_.all()) {
    unsigned long long opened = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes(text), &opened, nullptr, Bytes(bytes) + kNonceBytes,
                                                   size - kNonceBytes, Bytes(purpose), purpose.size(),
                                                   Bytes(bytes), Bytes(key.Reveal())) == 0) {
      return Secret(std::move(text));
    }
  }
  return std::nullopt;
}

}  // namespace octavo::accounts
