#include "lib/names/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/check.h"

namespace octavo::names {
namespace {

constexpr std::size_t kKeysMax = 16;

Error BadKeyFile(const std::filesystem::path& file, const std::string& what) {
  return Error{Code::kFailedPrecondition, "BAD_KEY_FILE", file.string() + ": " + what};
}

std::optional<Secret> FromHex(std::string_view digits) {
  std::string key(Keys::kKeyBytes, '\0');
  std::size_t size = 0;
  if (digits.size() != 2 * Keys::kKeyBytes) return std::nullopt;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), digits.data(), digits.size(), nullptr, &size,
                     nullptr) != 0 ||
      size != key.size()) {
    return std::nullopt;
  }
  return Secret(std::move(key));
}

Secret NewHexKey(Random& random) {
  std::array<std::byte, Keys::kKeyBytes> bytes{};
  random.Fill(bytes);
  std::string digits(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(digits.data(), digits.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  digits.back() = '\n';  // In place of its terminating zero.
  sodium_memzero(bytes.data(), bytes.size());
  return Secret(std::move(digits));
}

// Made completely or not at all: written to a second file, synced, then linked to its name, unless another process was faster.
Status Make(const std::filesystem::path& file, Random& random) {
  const std::filesystem::path aside = file.string() + "." + std::to_string(getpid());
  const Secret line = NewHexKey(random);
  const int out = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return BadKeyFile(file, std::strerror(errno));
  const bool written =
      write(out, line.Reveal().data(), line.Reveal().size()) == static_cast<ssize_t>(line.Reveal().size()) && fsync(out) == 0;
  int error = written ? 0 : errno;
  close(out);
  if (written && link(aside.c_str(), file.c_str()) != 0 && errno != EEXIST) error = errno;
  unlink(aside.c_str());
  if (error != 0) return BadKeyFile(file, std::strerror(error));
  return Ok();
}

}  // namespace

Keys::Keys(std::vector<Secret> keys) : keys_(std::move(keys)) {
  CHECK(!keys_.empty());
  for (const Secret& key : keys_) CHECK(key.Reveal().size() == kKeyBytes);
}

Result<Keys> LoadOrMakeKeys(const std::filesystem::path& file, Random& random) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) TRY(Make(file, random));
  return LoadKeys(file);
}

Result<Keys> LoadKeys(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) return BadKeyFile(file, std::string("cannot be read: ") + std::strerror(errno));
  std::vector<Secret> keys;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    std::optional<Secret> key = FromHex(line);
    sodium_memzero(line.data(), line.size());
    if (!key) return BadKeyFile(file, "line " + std::to_string(number) + " is not a key of 64 hexadecimal digits");
    keys.push_back(*std::move(key));
    if (keys.size() > kKeysMax) return BadKeyFile(file, "has more than " + std::to_string(kKeysMax) + " keys");
  }
  if (keys.empty()) return BadKeyFile(file, "has no key; each is a line of 64 hexadecimal digits");
  return Keys(std::move(keys));
}

}  // namespace octavo::names
