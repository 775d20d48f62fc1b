// Accounts, the keys of integrations.
#include <algorithm>
#include <utility>

#include "lib/base/quoted.h"
#include "lib/identity/identity.h"
#include "services/accounts/accounts.h"
#include "services/accounts/token.h"

namespace octavo::accounts {
namespace {

// So that a key that was put into a public place by mistake is found by those who look for such (as GitHub's secret scanning
// does).
constexpr std::string_view kKeyPrefix = "octavo_";
constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kIdDigits = 16;
constexpr int kKeysInUseMax = 100;
constexpr int kKeysListedMax = 1000;

}  // namespace

Result<Accounts::NewApiKey> Accounts::CreateApiKey(const std::string& display_name, std::vector<std::string> scopes) {
  if (display_name.empty() || display_name.size() > kNameBytesMax) {
    return InvalidField("display_name", "must have 1 to " + std::to_string(kNameBytesMax) + " bytes");
  }
  if (scopes.empty()) return InvalidField("scopes", "is empty: a key without a scope may do nothing");
  for (const std::string& scope : scopes) {
    if (!identity::IsScope(scope)) return InvalidField("scopes", Quoted(scope) + " is no scope, like orders.read");
  }
  std::ranges::sort(scopes);
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  Secret secret(std::string(kKeyPrefix) + std::string(NewToken(parts_.random).Reveal()));
  const TokenHash hash = HashToken(secret.Reveal());
  const ApiKey key{.id = hash.value().substr(0, kIdDigits),
                   .display_name = display_name,
                   .scopes = std::move(scopes),
                   .created = parts_.clock.Now()};
  if (!parts_.store.AddApiKey(hash, key, kKeysInUseMax)) {
    return Error{Code::kFailedPrecondition, "TOO_MANY_KEYS",
                 std::to_string(kKeysInUseMax) + " keys are in use, and no more are made; revoke one first"};
  }
  parts_.security.Write({.event = "api_key_created", .detail = "apiKeys/" + key.id});
  return NewApiKey{.key = key, .secret = std::move(secret)};
}

std::vector<ApiKey> Accounts::ListApiKeys() { return parts_.store.ListApiKeys(kKeysListedMax); }

Result<ApiKey> Accounts::RevokeApiKey(const std::string& id) {
  const std::optional<ApiKey> key = parts_.store.RevokeApiKey(id, parts_.clock.Now());
  if (!key) return Error{Code::kNotFound, "UNKNOWN_KEY", "there is no key apiKeys/" + Quoted(id)};
  parts_.security.Write({.event = "api_key_revoked", .detail = "apiKeys/" + key->id});
  return *key;
}

Result<ApiKey> Accounts::UseApiKey(const Secret& key) {
  const std::optional<ApiKey> known = parts_.store.UseApiKey(HashToken(key.Reveal()), parts_.clock.Now());
  if (known) return *known;
  parts_.security.Write({.event = "api_key_refused"});
  return Error{Code::kUnauthenticated, "BAD_KEY", "the API key is unknown or was revoked"};
}

}  // namespace octavo::accounts
