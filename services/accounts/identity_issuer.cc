#include "services/accounts/identity_issuer.h"

#include "lib/names/resource_names.h"

namespace octavo::accounts {
namespace {

// A token is given again for so long; it then has at least four minutes left.
constexpr std::chrono::minutes kGivenAgain{1};
// Beyond, all are forgotten, and made again when they are asked for.
constexpr std::size_t kIssuedMax = 4096;

identity::StaffRole StaffRoleOf(Role role) {
  switch (role) {
    case Role::kCustomer: return identity::StaffRole::kNone;
    case Role::kBookseller: return identity::StaffRole::kBookseller;
    case Role::kManager: return identity::StaffRole::kManager;
    case Role::kOwner: return identity::StaffRole::kOwner;
  }
  return identity::StaffRole::kNone;
}

}  // namespace

IssuedToken IdentityIssuer::For(const OpenSession& session) const {
  return Issue({.subject = names::NameOf(names::kCustomers, session.customer.id.value()), .role = StaffRoleOf(session.role())});
}

IssuedToken IdentityIssuer::For(const ApiKey& key) const { return Issue({.subject = "apiKeys/" + key.id, .scopes = key.scopes}); }

IssuedToken IdentityIssuer::Issue(const identity::Identity& identity) const {
  if (tokens_ == nullptr || !tokens_->signs()) return {};
  const Timestamp now = clock_.Now();
  const std::string holder = identity.subject + " " + std::string(identity::NameOf(identity.role));
  const MutexLock lock(mutex_);
  if (issued_.size() > kIssuedMax) issued_.clear();
  IssuedToken& issued = issued_[holder];
  if (issued.expires - now <= identity::Tokens::kLifetime - kGivenAgain || issued.expires - now > identity::Tokens::kLifetime) {
    issued.expires = now + identity::Tokens::kLifetime;
    issued.text = tokens_->Sign(identity, issued.expires);
  }
  return issued;
}

}  // namespace octavo::accounts
