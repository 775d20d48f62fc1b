#include "services/accounts/domain/two_step.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

#include "lib/base/check.h"

namespace octavo::accounts {
namespace {

constexpr std::string_view kBase32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kDigits = 6;
constexpr std::size_t kRecoveryBytes = 10;
constexpr std::size_t kGroup = 4;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// RFC 4226, section 5.3.
std::uint32_t Truncate(std::span<const unsigned char> mac) {
  const std::size_t offset = mac.back() & 0x0fU;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(mac[offset + i]); };
  return (byte(0) & 0x7fU) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}

std::string PercentEncoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
    if (plain) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

}  // namespace

std::int64_t TotpStepAt(Timestamp time) {
  return std::max<std::int64_t>(0, ToMicros(time) / std::chrono::microseconds(kTotpStep).count());
}

std::string TotpCode(const Secret& secret, std::int64_t step) {
  CHECK(step >= 0);
  std::array<unsigned char, 8> counter;
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  CHECK(HMAC(EVP_sha1(), secret.Reveal().data(), static_cast<int>(secret.Reveal().size()), counter.data(), counter.size(),
             mac.data(), &size) != nullptr);
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%06u", Truncate(std::span(mac).first(size)) % 1'000'000U);
  return text.data();
}

std::optional<std::int64_t> MatchTotp(const Secret& secret, std::string_view code, Timestamp now, std::int64_t last_used) {
  if (!IsTotpCode(code)) return std::nullopt;
  const std::int64_t current = TotpStepAt(now);
  for (std::int64_t step = std::max<std::int64_t>(0, current - 1); step <= current + 1; ++step) {
    const bool same = CRYPTO_memcmp(TotpCode(secret, step).data(), code.data(), kDigits) == 0;
    if (same && step > last_used) return step;
  }
  return std::nullopt;
}

std::string NormalCode(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return code;
}

bool IsTotpCode(std::string_view code) { return code.size() == kDigits && std::all_of(code.begin(), code.end(), IsDigit); }

std::string Base32(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) text += kBase32Letters[bits >> (count - 5) & 31U];
  }
  if (count > 0) text += kBase32Letters[bits << (5 - count) & 31U];
  return text;
}

std::string OtpauthUri(std::string_view email, const Secret& secret) {
  return "otpauth://totp/Octavo:" + PercentEncoded(email) + "?secret=" + Base32(secret.Reveal()) +
         "&issuer=Octavo&algorithm=SHA1&digits=6&period=30";
}

std::vector<std::string> NewRecoveryCodes(Random& random) {
  std::vector<std::string> codes;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    std::string bytes(kRecoveryBytes, '\0');
    random.Fill(std::as_writable_bytes(std::span(bytes)));
    std::string code = Base32(bytes);
    for (std::size_t at = code.size() - kGroup; at > 0; at -= kGroup) code.insert(at, "-");
    codes.push_back(std::move(code));
  }
  return codes;
}

}  // namespace octavo::accounts
