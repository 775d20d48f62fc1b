#include "services/marketplace/visitor.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>

#include "lib/base/check.h"

namespace octavo::marketplace {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::chrono::hours kLifetime{24 * 365};
constexpr std::size_t kIdLength = 22;         // 16 bytes in base64url without padding.
constexpr std::size_t kSignatureLength = 43;  // 32 bytes.

std::string Base64Url(std::span<const unsigned char> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // Its terminating zero.
  return text;
}

Error BadKeyFile(const std::filesystem::path& file, const std::string& what) {
  return Error{Code::kFailedPrecondition, "BAD_KEY_FILE", file.string() + ": " + what};
}

Status WriteNew(const std::filesystem::path& file, std::string_view bytes) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return BadKeyFile(file, std::strerror(errno));
  const bool written = write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                       fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  if (!written) return BadKeyFile(file, std::strerror(error));
  return Ok();
}

}  // namespace

Visitors::Visitors(Secret key, Transport transport) : key_(std::move(key)), transport_(transport) {
  CHECK(sodium_init() >= 0);
  CHECK(key_.Reveal().size() == crypto_auth_hmacsha256_KEYBYTES);
}

std::optional<std::string> Visitors::Recognise(const http::Params& cookies) const {
  const std::string_view value = cookies.Get(transport_ == Transport::kHttps ? "__Host-visitor" : "visitor");
  if (value.size() != kIdLength + 1 + kSignatureLength || value[kIdLength] != '.') return std::nullopt;
  const std::string_view id = value.substr(0, kIdLength);
  const std::string expected = Signature(id);
  // In constant time: how much of a guess is right must not show.
  if (sodium_memcmp(expected.data(), value.data() + kIdLength + 1, kSignatureLength) != 0)
    return std::nullopt;
  return std::string(id);
}

std::string Visitors::NewId(Random& random) {
  std::array<unsigned char, kIdBytes> bytes;
  random.Fill(std::as_writable_bytes(std::span(bytes)));
  return Base64Url(bytes);
}

http::SetCookie Visitors::Cookie(std::string_view id) const {
  const bool secure = transport_ == Transport::kHttps;
  return {.name = secure ? "__Host-visitor" : "visitor",
          .value = std::string(id) + "." + Signature(id),
          .secure = secure,
          .max_age = kLifetime};
}

std::string Visitors::Signature(std::string_view id) const {
  // The purpose is signed too: the key may sign other things later, and none may pass for another.
  const std::string message = "visitor:" + std::string(id);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256(mac.data(), reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                         reinterpret_cast<const unsigned char*>(key_.Reveal().data()));
  return Base64Url(mac);
}

Result<Secret> LoadOrMakeKey(const std::filesystem::path& file, Random& random) {
  if (!std::filesystem::exists(file)) {
    std::string key(crypto_auth_hmacsha256_KEYBYTES, '\0');
    random.Fill(std::as_writable_bytes(std::span(key)));
    TRY(WriteNew(file, key));
    return Secret(std::move(key));
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in || content.str().size() != crypto_auth_hmacsha256_KEYBYTES)
    return BadKeyFile(file, "is not a key of 32 bytes");
  return Secret(content.str());
}

}  // namespace octavo::marketplace
