// Store: what accounts remembers. Two implementations pass one contract test (store_contract_test.cc): SqlStore over lib/db, and
// MemoryStore for the tests of code that uses a store.
//
// The store only sees hashes of passwords and tokens. Every verb is one transaction; one that fails has changed nothing.
// Thread-safe. Every verb may throw octavo::Failure when the database is gone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "services/accounts/domain/customer.h"
#include "services/accounts/domain/session.h"
#include "services/accounts/domain/throttle.h"

namespace octavo::accounts {

// The hash of a session's or a message's token (token.h).
using TokenHash = StrongId<struct TokenHashTag>;
// argon2id with its salt and parameters (password_hasher.h).
using PasswordHash = StrongId<struct PasswordHashTag>;
// Whom a throttle counts for. It is a hash and reveals nobody.
using Subject = StrongId<struct SubjectTag>;

struct Credentials {
  Customer customer;
  PasswordHash password_hash;
};

// A future account, until its message is answered. Several may wait for one address, each with its own password; the message that
// is answered decides which one becomes the account.
struct Registration {
  TokenHash token;
  std::string request_id;  // May be empty.
  Customer customer;       // The customer that it will make.
  PasswordHash password_hash;
  Timestamp expires;
};

struct Session {
  TokenHash token;
  Customer customer;
  SessionTimes times;
  bool two_steps = false;  // True once both steps are done (see TwoStep); false again when the customer turns two steps off.
};

// How a session was opened: with a password alone, or with a password and a code.
enum class Steps { kOne, kTwo };

// The settings of a customer who signs in with a password and a code (domain/two_step.h).
struct TwoStep {
  std::string sealed_secret;   // Encrypted by SecretCipher.
  std::int64_t last_step = 0;  // The step of the last code that was used.
  Timestamp turned_on;
  std::int64_t recovery_codes_left = 0;

  bool operator==(const TwoStep&) const = default;
};

// One of a customer's sessions.
struct HeldSession {
  TokenHash token;
  SessionTimes times;

  bool operator==(const HeldSession&) const = default;
};

// Everything that is kept about a customer, except hashes.
struct CustomerData {
  Customer customer;
  std::vector<SessionTimes> sessions;  // By creation.
  std::vector<Timestamp> reset_expiries;
  std::vector<Timestamp> registration_expiries;
  std::optional<TwoStep> two_step;
};

// What an integration shows to get a token; the key itself is kept as a hash only.
struct ApiKey {
  std::string id;  // 16 hexadecimal digits.
  std::string display_name;
  std::vector<std::string> scopes;
  Timestamp created;
  std::optional<Timestamp> last_used = {};
  std::optional<Timestamp> revoked = {};

  bool operator==(const ApiKey&) const = default;
};

struct ThrottledSubject {
  Subject subject;
  ThrottlePolicy policy;
};

// What another service still has to do about a customer (peer_tasks.h); table `errands`. At most one of each kind per customer.
struct PeerTask {
  enum class Kind {
    kClaimGuestOrders = 1,
    kErase = 2,
  };

  Kind kind = Kind::kClaimGuestOrders;
  CustomerId customer;
  std::string email;
  std::int64_t asked_count = 0;   // Since it was last done.
  std::int64_t failed_count = 0;  // Since it was last asked for.

  bool operator==(const PeerTask&) const = default;
};

// When sessions and counts of attempts end.
struct ExpiryRules {
  SessionPolicy sessions;
  // The longest of all policies.
  std::chrono::microseconds attempts_forgotten_after{};
};

class Store {
 public:
  virtual ~Store() = default;

  // --- Registering. False, and nothing changes, if a registration with this request id waits already.
  virtual bool AddRegistration(const Registration& registration) = 0;
  // The password chosen with the registration. Errors: FAILED_PRECONDITION (BAD_TOKEN: unknown, used or expired).
  virtual Result<PasswordHash> FindRegistration(const TokenHash& token, Timestamp now) = 0;
  // Makes the account, removes the address's other registrations, and adds the task to claim its guest
  // orders. Errors: FAILED_PRECONDITION (BAD_TOKEN: unknown, used, expired, or the address has an
  // account).
  virtual Result<Customer> ConfirmRegistration(const TokenHash& token, Timestamp now) = 0;

  // --- Customers.
  virtual std::optional<Credentials> FindByEmail(const std::string& email) = 0;
  virtual std::optional<Credentials> FindCustomer(const CustomerId& id) = 0;
  // The next `count_max` after `after` (empty: from the first), by id, which is the order in which they registered.
  virtual std::vector<Customer> ListCustomers(const CustomerId& after, int count_max) = 0;
  // `by` has to be an owner at that moment. Errors: PERMISSION_DENIED (NOT_ALLOWED), NOT_FOUND (UNKNOWN_CUSTOMER),
  // FAILED_PRECONDITION (LAST_OWNER).
  virtual Result<Customer> SetRole(const CustomerId& by, const CustomerId& id, Role role) = 0;
  // Makes the account of this address an owner, or makes a new account. Sets the password and ends the account's
  // sessions.
  virtual Customer PutOwner(const Customer& owner, const PasswordHash& password_hash) = 0;
  // Removes the customer and all rows about them, and adds the task to erase them elsewhere. Errors: NOT_FOUND
  // (UNKNOWN_CUSTOMER), FAILED_PRECONDITION (LAST_OWNER).
  virtual Result<Customer> Erase(const CustomerId& id, Timestamp now) = 0;
  // Other services remember that these were erased. If this store has them again, because it was restored from an older copy, it
  // erases them again, except the shop's only owner. Remembers all of them as erased. Gives how many it had.
  virtual std::int64_t EraseAgain(std::span<const CustomerId> ids, Timestamp now) = 0;
  // Adds tasks to erase elsewhere all who were erased at `since` or later: another store may have been restored from an older
  // copy.
  virtual void AskToEraseAgain(Timestamp since) = 0;
  // Whether this is a customer now, or was one and is erased.
  virtual bool Knows(const CustomerId& id) = 0;
  virtual std::optional<CustomerData> ReadCustomerData(const CustomerId& id) = 0;

  // --- Passwords. Where the password is no longer `before`, nothing changes and the answer is false. ChangePassword ends all
  // sessions except `keep`.
  virtual bool ChangePassword(const CustomerId& id, const PasswordHash& before, const PasswordHash& after,
                              const TokenHash& keep) = 0;
  // Stores another hash of the same password.
  virtual bool Rehash(const CustomerId& id, const PasswordHash& before, const PasswordHash& after) = 0;
  virtual void AddReset(const TokenHash& token, const CustomerId& id, Timestamp expires) = 0;
  // The customer of this reset; none if it is unknown, used or expired.
  virtual std::optional<Customer> FindReset(const TokenHash& token, Timestamp now) = 0;
  // Uses up this reset and all others of the customer, and ends all sessions. Errors: FAILED_PRECONDITION
  // (BAD_TOKEN).
  virtual Result<Customer> ResetPassword(const TokenHash& token, const PasswordHash& after, Timestamp now) = 0;

  // --- Sessions, at most kSessionsMax per customer: one more ends the one that was used longest ago.
  // AddSession adds nothing and gives false if the customer is gone, has another password than `verified`, or
  // needs two steps where `steps` is one. It also adds the task to claim guest orders, because there may be new
  // ones.
  virtual bool AddSession(const TokenHash& token, const CustomerId& id, const PasswordHash& verified, Steps steps,
                          Timestamp now) = 0;
  // Also gives a session that has expired: see ExpiryOf.
  virtual std::optional<Session> FindSession(const TokenHash& token) = 0;
  // Last used first. Also gives sessions that have expired.
  virtual std::vector<HeldSession> ListSessions(const CustomerId& id) = 0;
  virtual void NoteUse(const TokenHash& token, Timestamp now) = 0;
  virtual void EndSession(const TokenHash& token) = 0;
  // Gives how many ended.
  virtual std::int64_t EndSessions(const CustomerId& id, const std::optional<TokenHash>& keep) = 0;

  // --- Two steps. None if the customer signs in with the password alone.
  virtual std::optional<TwoStep> FindTwoStep(const CustomerId& id) = 0;
  // False, and nothing changes, if it is on already or the customer is gone. `session` then counts as having done both steps; the
  // customer's other sessions do not.
  virtual bool TurnOnTwoStep(const CustomerId& id, const TwoStep& two_step, std::span<const TokenHash> recovery_codes,
                             const TokenHash& session) = 0;
  // Uses up the code of this step. False if this or a later step was used before.
  virtual bool UseStep(const CustomerId& id, std::int64_t step) = 0;
  // Uses up the code. False if there is no such code.
  virtual bool UseRecoveryCode(const CustomerId& id, const TokenHash& code) = 0;
  // Voids all older codes. False if two steps are off.
  virtual bool ReplaceRecoveryCodes(const CustomerId& id, std::span<const TokenHash> recovery_codes) = 0;
  // False if it was off. Sessions stay open.
  virtual bool TurnOffTwoStep(const CustomerId& id) = 0;

  // --- Tasks for other services. Those that are due, the longest due first.
  virtual std::vector<PeerTask> DueTasks(Timestamp now, int count_max) = 0;
  // Removes the task, unless it was asked for again since it was read.
  virtual void FinishTask(const PeerTask& task) = 0;
  // The task failed and is due again at `due`; if it was asked for again since it was read, it is due at once.
  virtual void PutOffTask(const PeerTask& task, Timestamp due) = 0;

  // --- Keys of integrations. False, and nothing changes, if `in_use_max` are not revoked.
  virtual bool AddApiKey(const TokenHash& hash, const ApiKey& key, int in_use_max) = 0;
  // Newest first.
  virtual std::vector<ApiKey> ListApiKeys(int count_max) = 0;
  // The key as it is then; none if it is unknown. One that was revoked before stays as it was.
  virtual std::optional<ApiKey> RevokeApiKey(const std::string& id, Timestamp now) = 0;
  // The key with this hash, if it is not revoked; notes the use if the last one was a minute ago or longer.
  virtual std::optional<ApiKey> UseApiKey(const TokenHash& hash, Timestamp now) = 0;

  // --- Throttling. Counts one attempt for every subject. If one of them has to wait, counts nothing and gives the time until
  // which it waits.
  virtual std::optional<Timestamp> Attempt(std::span<const ThrottledSubject> subjects, Timestamp now) = 0;
  // Forgets all attempts, because one was right.
  virtual void Forget(const Subject& subject) = 0;
  // Takes one attempt back.
  virtual void TakeBack(const Subject& subject) = 0;

  // Removes up to `count_max` expired rows of each kind. Gives how many.
  virtual std::int64_t Sweep(const ExpiryRules& expiry_rules, Timestamp now, int count_max) = 0;
};

// How old the time of a key's last use may be.
inline constexpr std::chrono::minutes kApiKeyUseNoted{1};

// Errors that both stores return.
inline Error BadToken() {
  return {Code::kFailedPrecondition, "BAD_TOKEN", "the link is unknown, was used, or is too old; ask for a new one"};
}
inline Error UnknownCustomer(const CustomerId& id) {
  return {Code::kNotFound, "UNKNOWN_CUSTOMER", "there is no customer customers/" + id.value()};
}
inline Error NotAllowed() { return {Code::kPermissionDenied, "NOT_ALLOWED", "only an owner of the shop may do that"}; }
inline Error LastOwner() {
  return {Code::kFailedPrecondition, "LAST_OWNER", "the shop's only owner has to stay; make another one first"};
}

}  // namespace octavo::accounts
