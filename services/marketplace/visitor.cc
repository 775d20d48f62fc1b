#include "services/marketplace/visitor.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>

namespace octavo::marketplace {
namespace {

constexpr std::chrono::hours kLifetime{24 * 365};
constexpr std::size_t kIdLength = 22;  // 16 bytes in base64url without padding.
constexpr std::string_view kPurpose = "visitor";

Error BadKeyFile(const std::filesystem::path& file, const std::string& what) {
  return Error{Code::kFailedPrecondition, "BAD_KEY_FILE", file.string() + ": " + what};
}

Status WriteNew(const std::filesystem::path& file, std::string_view bytes) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return BadKeyFile(file, std::strerror(errno));
  const bool written =
      write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  if (!written) return BadKeyFile(file, std::strerror(error));
  return Ok();
}

}  // namespace

std::string CookieName(Transport transport, std::string_view name) {
  return (transport == Transport::kHttps ? "__Host-" : "") + std::string(name);
}

std::optional<std::string> Visitors::Recognise(const http::Params& cookies) const {
  const std::string_view value = cookies.Get(CookieName(transport_, "visitor"));
  if (value.size() <= kIdLength || value[kIdLength] != '.') return std::nullopt;
  const std::string_view id = value.substr(0, kIdLength);
  if (!signer_.Verify(kPurpose, id, value.substr(kIdLength + 1))) return std::nullopt;
  return std::string(id);
}

http::SetCookie Visitors::Cookie(std::string_view id) const {
  return {.name = CookieName(transport_, "visitor"),
          .value = std::string(id) + "." + signer_.Sign(kPurpose, id),
          .secure = transport_ == Transport::kHttps,
          .max_age = kLifetime};
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
  if (!in || content.str().size() != crypto_auth_hmacsha256_KEYBYTES) return BadKeyFile(file, "is not a key of 32 bytes");
  return Secret(content.str());
}

}  // namespace octavo::marketplace
