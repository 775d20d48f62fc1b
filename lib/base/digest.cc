#include "lib/base/digest.h"

#include <sodium.h>

#include <span>

namespace octavo {
namespace {

static_assert(kDigestBytes == crypto_hash_sha256_BYTES && kDigestBytes == crypto_auth_hmacsha256_BYTES);
constexpr int kBase64Variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string Sha256(std::string_view bytes) {
  std::string digest(kDigestBytes, '\0');
  crypto_hash_sha256(Bytes(digest), Bytes(bytes), bytes.size());
  return digest;
}

std::string HmacSha256(const Secret& key, std::initializer_list<std::string_view> parts) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key.Reveal()), key.Reveal().size());
  for (const std::string_view part : parts) crypto_auth_hmacsha256_update(&state, Bytes(part), part.size());
  std::string mac(kDigestBytes, '\0');
  crypto_auth_hmacsha256_final(&state, Bytes(mac));
  sodium_memzero(&state, sizeof state);
  return mac;
}

std::string Hex(std::string_view bytes) {
  std::string digits(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(digits.data(), digits.size(), Bytes(bytes), bytes.size());
  digits.pop_back();  // Its terminating zero.
  return digits;
}

std::string Base64Url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kBase64Variant), '\0');
  sodium_bin2base64(text.data(), text.size(), Bytes(bytes), bytes.size(), kBase64Variant);
  text.pop_back();  // Its terminating zero.
  return text;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(Bytes(bytes), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr, kBase64Variant) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

bool SameInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string RandomBytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.Fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

}  // namespace octavo
