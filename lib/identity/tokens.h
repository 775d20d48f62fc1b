// Tokens: signed texts that say who makes a call, as JSON Web Tokens (RFC 7519). They are of two kinds:
//
//   - A service of the shop shows that it has the shop's keys (lib/names/keys.h): {"sub": "services/cart"}, HS256.
//   - A person or an integration shows what the process that has accounts has signed with a private key that no other process
//   has:
//     {"sub": "customers/<id>", "role": "manager", "scope": "orders.read stock.write"}, EdDSA (Ed25519, RFC 8037). All others
//     know the public key.
//
// Both expire ("exp"). Whoever has a token may use it, so that it is sent over loopback or TLS only. Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/identity/identity.h"
#include "lib/names/keys.h"

namespace octavo::identity {

// Seeds of the private keys, one per line and newest first as in lib/names/keys.h; and beside it the public keys that belong to
// them.
inline constexpr char kPrivateKeysFile[] = "identity.key";
inline constexpr char kPublicKeysFile[] = "identity.pub";

class Tokens {
 public:
  // A page's token outlives the page and what it starts. One that was stolen ends soon.
  static constexpr std::chrono::minutes kLifetime{5};
  // A longer text is no token of ours, and is not looked at.
  static constexpr std::size_t kTokenBytesMax = 2048;

  // Of the process that has accounts: also signs. The private keys are read from `folder`, or made; the public ones are written
  // beside them. Errors: FAILED_PRECONDITION (BAD_KEY_FILE).
  static Result<std::unique_ptr<Tokens>> Signing(names::Keys shop_keys, const std::filesystem::path& folder, const Clock& clock,
                                                 Random& random);
  // Of all other processes. The public keys are read from `folder` when a token of a key that is not known comes, at most once a
  // second: the process that makes them may start later, and may renew them.
  static std::unique_ptr<Tokens> Verifying(names::Keys shop_keys, const std::filesystem::path& folder, const Clock& clock);

  // Whether Sign may be called.
  bool signs() const { return !private_keys_.empty(); }
  // A token for a person or an integration; `identity` has no service.
  std::string Sign(const Identity& identity, Timestamp expires) const;
  // For this process, which has the shop's keys.
  std::shared_ptr<const std::string> ForService(const std::string& service);
  std::string SignService(const std::string& service, Timestamp expires) const;

  // Who shows the token. UNAUTHENTICATED: BAD_TOKEN where it is none of this shop's, TOKEN_EXPIRED.
  Result<std::shared_ptr<const Identity>> Verify(std::string_view token);

 private:
  struct PrivateKey {
    std::string header;  // Of the tokens that it signs, in base64url.
    Secret key;
  };
  struct PublicKey {
    std::string header;
    std::string key;
  };
  struct Known {
    std::shared_ptr<const Identity> identity;
    Timestamp expires;
  };
  struct Minted {
    std::shared_ptr<const std::string> token;
    Timestamp renewed;
  };

  Tokens(names::Keys shop_keys, std::filesystem::path public_keys, const Clock& clock);

  Result<Known> Read(std::string_view token);
  // Whether the signature is of one of our keys, and which kind of subject that key may sign.
  bool IsSigned(std::string_view header, std::string_view signed_part, std::string_view signature, bool& by_service);
  std::optional<std::string> FindPublicKey(std::string_view header);

  const names::Keys shop_keys_;
  const std::filesystem::path public_keys_file_;
  const Clock& clock_;
  std::vector<PrivateKey> private_keys_;  // Newest first; empty: this process does not sign.
  Mutex mutex_;
  std::vector<PublicKey> public_keys_ OCTAVO_GUARDED_BY(mutex_);
  std::optional<Timestamp> looked_ OCTAVO_GUARDED_BY(mutex_);  // When the file was read last.
  // Tokens that were verified: a chain of calls shows the same one many times.
  std::map<std::string, Known, std::less<>> known_ OCTAVO_GUARDED_BY(mutex_);
  std::map<std::string, Minted> minted_ OCTAVO_GUARDED_BY(mutex_);
};

// As whom a process makes calls, and how it knows who calls it.
struct Workload {
  // Null: it knows nobody. Must outlive the workload.
  Tokens* tokens = nullptr;
  // Its name as a service of the shop; empty: a tool.
  std::string service = {};
  // The token that a tool was given; sent with calls that carry nobody else's.
  std::shared_ptr<const std::string> bearer = nullptr;
  // Whose SPIFFE ids in certificates name services, "spiffe://<trust domain>/cart"; empty: no TLS.
  std::string trust_domain = {};
};

}  // namespace octavo::identity
