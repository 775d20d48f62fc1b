#include "lib/identity/tokens.h"

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/digest.h"

namespace octavo::identity {
namespace {

using nlohmann::json;

constexpr std::string_view kServices = "services/";
// Verified tokens that are remembered; beyond, all are forgotten. A shop with more customers at once verifies more often.
constexpr std::size_t kKnownMax = 8192;
constexpr std::chrono::seconds kLookInterval{1};
// A service shows a token that is at most so old, so that clocks of machines may differ by four minutes.
constexpr std::chrono::minutes kRenewedAfter{1};

std::string HeaderOf(std::string_view algorithm, std::string_view key_id) {
  return Base64Url(R"({"alg":")" + std::string(algorithm) + R"(","kid":")" + std::string(key_id) + R"(","typ":"JWT"})");
}
std::string ServiceHeader(const Secret& shop_key) { return HeaderOf("HS256", Hex(Sha256(shop_key.Reveal())).substr(0, 8)); }
std::string PersonHeader(std::string_view public_key) { return HeaderOf("EdDSA", Hex(Sha256(public_key)).substr(0, 8)); }

// Not the shop's key itself, which seals other things as well.
Secret ServiceKey(const Secret& shop_key) { return Secret(HmacSha256(shop_key, {"octavo service tokens"})); }

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::int64_t Seconds(Timestamp time) { return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count(); }

Error BadToken(const std::string& why) { return {Code::kUnauthenticated, "BAD_TOKEN", "the call's token " + why}; }

std::string ClaimsOf(const Identity& identity, Timestamp now, Timestamp expires) {
  json claims = {{"exp", Seconds(expires)}, {"iat", Seconds(now)}, {"sub", identity.subject}};
  if (identity.role != StaffRole::kNone) claims["role"] = NameOf(identity.role);
  std::string scopes;
  for (const std::string& scope : identity.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  if (!scopes.empty()) claims["scope"] = scopes;
  return claims.dump();
}

std::string TextOf(const json& claims, const char* name) {
  const auto found = claims.find(name);
  return found != claims.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find(' ', from), text.size());
    if (to > from) words.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return words;
}

// Complete or not there at all: another process may read it at any time. A file that says so already is left alone, as it may be
// in a folder that is only read.
Status WriteFile(const std::filesystem::path& file, const std::string& text) {
  std::ifstream old(file, std::ios::binary);
  if (old && std::string(std::istreambuf_iterator<char>(old), {}) == text) return Ok();
  const std::filesystem::path aside = file.string() + ".new";
  std::ofstream out(aside, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(aside, file, error);
  if (out && !error) return Ok();
  return Error{Code::kFailedPrecondition, "BAD_KEY_FILE", file.string() + ": cannot be written"};
}

}  // namespace

Tokens::Tokens(names::Keys shop_keys, std::filesystem::path public_keys, const Clock& clock)
    : shop_keys_(std::move(shop_keys)), public_keys_file_(std::move(public_keys)), clock_(clock) {
  CHECK(sodium_init() >= 0);
}

Result<std::unique_ptr<Tokens>> Tokens::Signing(names::Keys shop_keys, const std::filesystem::path& folder, const Clock& clock,
                                                Random& random) {
  const names::Keys seeds = TRY(names::LoadOrMakeKeys(folder / kPrivateKeysFile, random));
  std::unique_ptr<Tokens> tokens(new Tokens(std::move(shop_keys), folder / kPublicKeysFile, clock));
  std::string lines;
  for (const Secret& seed : seeds.all()) {
    std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
    std::string private_key(crypto_sign_SECRETKEYBYTES, '\0');
    crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                             reinterpret_cast<unsigned char*>(private_key.data()), Bytes(seed.Reveal()));
    tokens->private_keys_.push_back({.header = PersonHeader(public_key), .key = Secret(std::move(private_key))});
    lines += Hex(public_key) + "\n";
    const MutexLock lock(tokens->mutex_);
    tokens->public_keys_.push_back({.header = PersonHeader(public_key), .key = public_key});
  }
  TRY(WriteFile(tokens->public_keys_file_, lines));
  return tokens;
}

std::unique_ptr<Tokens> Tokens::Verifying(names::Keys shop_keys, const std::filesystem::path& folder, const Clock& clock) {
  return std::unique_ptr<Tokens>(new Tokens(std::move(shop_keys), folder / kPublicKeysFile, clock));
}

std::string Tokens::Sign(const Identity& identity, Timestamp expires) const {
  CHECK(signs() && identity.service.empty() && !identity.subject.starts_with(kServices));
  const PrivateKey& key = private_keys_.front();
  std::string token = key.header + "." + Base64Url(ClaimsOf(identity, clock_.Now(), expires));
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(token), token.size(),
                       Bytes(key.key.Reveal()));
  return token + "." + Base64Url(signature);
}

std::shared_ptr<const std::string> Tokens::ForService(const std::string& service) {
  const Timestamp now = clock_.Now();
  const MutexLock lock(mutex_);
  Minted& minted = minted_[service];
  if (minted.token != nullptr && now >= minted.renewed && now - minted.renewed < kRenewedAfter) return minted.token;
  minted = {.token = std::make_shared<const std::string>(SignService(service, now + kLifetime)), .renewed = now};
  return minted.token;
}

std::string Tokens::SignService(const std::string& service, Timestamp expires) const {
  const Secret& shop_key = shop_keys_.newest();
  const Identity identity{.subject = std::string(kServices) + service};
  const std::string part = ServiceHeader(shop_key) + "." + Base64Url(ClaimsOf(identity, clock_.Now(), expires));
  return part + "." + Base64Url(HmacSha256(ServiceKey(shop_key), {part}));
}

Result<std::shared_ptr<const Identity>> Tokens::Verify(std::string_view token) {
  const Timestamp now = clock_.Now();
  {
    const MutexLock lock(mutex_);
    const auto found = known_.find(token);
    if (found != known_.end() && now < found->second.expires) return found->second.identity;
  }
  Known known = TRY(Read(token));
  if (now >= known.expires) {
    return Error{Code::kUnauthenticated, "TOKEN_EXPIRED", "the call's token has expired; get a new one and call again"};
  }
  const MutexLock lock(mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_[std::string(token)] = known;
  return known.identity;
}

Result<Tokens::Known> Tokens::Read(std::string_view token) {
  if (token.size() > kTokenBytesMax) return BadToken("is longer than " + std::to_string(kTokenBytesMax) + " bytes");
  const std::size_t header_end = token.find('.');
  const std::size_t claims_end = token.rfind('.');
  if (header_end == std::string_view::npos || header_end == claims_end) {
    return BadToken("has not the form of a token, which is three parts with dots between");
  }
  const auto signature = FromBase64Url(token.substr(claims_end + 1));
  const auto text = FromBase64Url(token.substr(header_end + 1, claims_end - header_end - 1));
  bool by_service = false;
  if (!signature || !text || !IsSigned(token.substr(0, header_end), token.substr(0, claims_end), *signature, by_service)) {
    return BadToken("is not signed with a key of this shop");
  }
  const json claims = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object() || !claims.contains("exp") || !claims["exp"].is_number_integer()) {
    return BadToken("does not say when it expires");
  }
  Identity identity;
  const std::string subject = TextOf(claims, "sub");
  if (subject.starts_with(kServices) != by_service || subject.empty()) return BadToken("is signed with a key for another use");
  if (by_service) {
    identity.service = subject.substr(kServices.size());
  } else {
    identity.subject = subject;
    identity.role = FindStaffRole(TextOf(claims, "role")).value_or(StaffRole::kNone);
    identity.scopes = Words(TextOf(claims, "scope"));
  }
  return Known{.identity = std::make_shared<const Identity>(std::move(identity)),
               .expires = Timestamp(std::chrono::seconds(claims["exp"].get<std::int64_t>()))};
}

bool Tokens::IsSigned(std::string_view header, std::string_view signed_part, std::string_view signature, bool& by_service) {
  for (const Secret& shop_key : shop_keys_.all()) {
    if (header != ServiceHeader(shop_key)) continue;
    by_service = true;
    return SameInConstantTime(signature, HmacSha256(ServiceKey(shop_key), {signed_part}));
  }
  by_service = false;
  const auto public_key = FindPublicKey(header);
  return public_key && signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(signed_part), signed_part.size(), Bytes(*public_key)) == 0;
}

std::optional<std::string> Tokens::FindPublicKey(std::string_view header) {
  const MutexLock lock(mutex_);
  const auto find = [&]() OCTAVO_REQUIRES(mutex_) -> std::optional<std::string> {
    for (const PublicKey& key : public_keys_) {
      if (key.header == header) return key.key;
    }
    return std::nullopt;
  };
  if (auto found = find(); found || signs()) return found;
  const Timestamp now = clock_.Now();
  if (looked_ && now >= *looked_ && now - *looked_ < kLookInterval) return std::nullopt;
  looked_ = now;
  const Result<names::Keys> read = names::LoadKeys(public_keys_file_);
  if (!read.ok()) return std::nullopt;
  public_keys_.clear();
  for (const Secret& key : read->all()) {
    public_keys_.push_back({.header = PersonHeader(key.Reveal()), .key = std::string(key.Reveal())});
  }
  return find();
}

}  // namespace octavo::identity
