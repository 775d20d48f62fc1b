// IdentityIssuer: the tokens with which the shop's services know whose session it is, and which integration calls
// (lib/identity/tokens.h). Thread-safe.
#pragma once

#include <map>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/identity/tokens.h"
#include "services/accounts/accounts.h"

namespace octavo::accounts {

struct IssuedToken {
  std::string text;  // Empty where the shop runs without identities.
  Timestamp expires;
};

class IdentityIssuer {
 public:
  // `tokens` may be null: the shop runs without identities. Both must outlive this.
  IdentityIssuer(const identity::Tokens* tokens, const Clock& clock) : tokens_(tokens), clock_(clock) {}

  // With the rights that the session has at this moment.
  IssuedToken For(const OpenSession& session) const;
  IssuedToken For(const ApiKey& key) const;

 private:
  IssuedToken Issue(const identity::Identity& identity) const;

  const identity::Tokens* const tokens_;
  const Clock& clock_;
  mutable Mutex mutex_;
  // Each page of a customer asks for one, and signing takes longer than all else that it asks accounts for.
  mutable std::map<std::string, IssuedToken> issued_ OCTAVO_GUARDED_BY(mutex_);
};

}  // namespace octavo::accounts
