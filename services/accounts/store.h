// Store: what accounts remembers. Two implementations pass one contract test (store_contract_test.cc):
// SqlStore over lib/db, and MemoryStore for tests of what stands on a store.
//
// Of a password or token it only ever sees a hash. Every verb is one transaction; one that fails has changed
// nothing. Thread-safe. All may throw octavo::Failure when the database is gone.
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

// Of a session's or a message's token (token.h).
using TokenHash = StrongId<struct TokenHashTag>;
// argon2id with its salt and parameters (password_hasher.h).
using PasswordHash = StrongId<struct PasswordHashTag>;
// Whom a throttle counts for; says nothing readable about them.
using Subject = StrongId<struct SubjectTag>;

struct Credentials {
  Customer customer;
  PasswordHash password_hash;
};

// An account that will be, once its message is answered. Several may wait for one address: each has the
// password that was given with it, and the message that is answered decides whose.
struct Registration {
  TokenHash token;
  std::string request_id;  // May be empty.
  Customer customer;       // As it will be.
  PasswordHash password_hash;
  Timestamp expires;
};

struct Session {
  TokenHash token;
  Customer customer;
  SessionTimes times;
  bool two_steps = false;  // See TwoStep; false again once it is turned off.
};

// How a session was opened: by the password alone, or with a code behind it.
enum class Steps { kOne, kTwo };

// Of a customer who signs in with a code behind the password (domain/two_step.h).
struct TwoStep {
  std::string sealed_secret;   // By Sealer.
  std::int64_t last_step = 0;  // Of the last code that was taken.
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

// Everything that is kept about a customer, but hashes.
struct Holdings {
  Customer customer;
  std::vector<SessionTimes> sessions;  // By creation.
  std::vector<Timestamp> reset_expiries;
  std::vector<Timestamp> registration_expiries;
  std::optional<TwoStep> two_step;
};

struct ThrottledSubject {
  Subject subject;
  ThrottlePolicy policy;
};

// What the other services have to do about a customer (courier.h). One of a kind a customer, until it is done.
struct Errand {
  enum class Kind {
    kClaimGuestOrders = 1,
    kErase = 2,
  };

  Kind kind = Kind::kClaimGuestOrders;
  CustomerId customer;
  std::string email;
  std::int64_t asked_count = 0;   // Since it was last done.
  std::int64_t failed_count = 0;  // Since it was last asked for.

  bool operator==(const Errand&) const = default;
};

// What has run out at a point in time.
struct Bounds {
  SessionPolicy sessions;
  // Of all policies the longest.
  std::chrono::microseconds attempts_forgotten_after{};
};

class Store {
 public:
  virtual ~Store() = default;

  // --- Registering. False, changing nothing, when a registration with this request id waits already.
  virtual bool AddRegistration(const Registration& registration) = 0;
  // The password that was chosen with it. Errors: FAILED_PRECONDITION (BAD_TOKEN: unknown, used or expired).
  virtual Result<PasswordHash> FindRegistration(const TokenHash& token, Timestamp now) = 0;
  // Makes the account of the registration, forgets the others of its address, and asks for its guest orders
  // to be claimed. Errors: FAILED_PRECONDITION (BAD_TOKEN: unknown, used, expired, or the address has an
  // account).
  virtual Result<Customer> ConfirmRegistration(const TokenHash& token, Timestamp now) = 0;

  // --- Customers.
  virtual std::optional<Credentials> FindByEmail(const std::string& email) = 0;
  virtual std::optional<Credentials> FindCustomer(const CustomerId& id) = 0;
  // The next `count_max` behind `after` (empty: from the first), by id, which is by creation.
  virtual std::vector<Customer> ListCustomers(const CustomerId& after, int count_max) = 0;
  // `by` has to be an owner when it happens. Errors: PERMISSION_DENIED (NOT_ALLOWED), NOT_FOUND
  // (UNKNOWN_CUSTOMER), FAILED_PRECONDITION (LAST_OWNER).
  virtual Result<Customer> SetRole(const CustomerId& by, const CustomerId& id, Role role) = 0;
  // Makes the account an owner with this password, or a new one where the address has none, and ends its
  // sessions.
  virtual Customer PutOwner(const Customer& owner, const PasswordHash& password_hash) = 0;
  // Removes the customer and all that refers to them, and asks for them to be erased elsewhere. Errors:
  // NOT_FOUND (UNKNOWN_CUSTOMER), FAILED_PRECONDITION (LAST_OWNER).
  virtual Result<Customer> Erase(const CustomerId& id, Timestamp now) = 0;
  // They were erased, as others remember: where an older copy of the store has them again, they are erased again, but for the
  // shop's only owner. Remembers all of them as erased. Says how many were there.
  virtual std::int64_t EraseAgain(std::span<const CustomerId> ids, Timestamp now) = 0;
  // Asks once more for those who were erased at `since` or later to be erased elsewhere: another store may be an older copy.
  virtual void AskToEraseAgain(Timestamp since) = 0;
  // Whether this is a customer, or one who was erased.
  virtual bool Knows(const CustomerId& id) = 0;
  virtual std::optional<Holdings> ReadHoldings(const CustomerId& id) = 0;

  // --- Passwords. Changes nothing and gives false where the password is no longer `before`.
  // Ends all sessions but `keep`.
  virtual bool ChangePassword(const CustomerId& id, const PasswordHash& before, const PasswordHash& after,
                              const TokenHash& keep) = 0;
  // The same password, hashed anew.
  virtual bool Rehash(const CustomerId& id, const PasswordHash& before, const PasswordHash& after) = 0;
  virtual void AddReset(const TokenHash& token, const CustomerId& id, Timestamp expires) = 0;
  // Whose reset it is; none when it is unknown, used or expired.
  virtual std::optional<Customer> FindReset(const TokenHash& token, Timestamp now) = 0;
  // Uses the reset up, with the customer's others, and ends all sessions. Errors: FAILED_PRECONDITION
  // (BAD_TOKEN).
  virtual Result<Customer> ResetPassword(const TokenHash& token, const PasswordHash& after, Timestamp now) = 0;

  // --- Sessions, at most kSessionsMax a customer: the one that was used longest ago makes room.
  // None is added, and the answer is false, where the customer is gone or has another password
  // than that which was verified, or signs in with two steps and this was one. Asks for the customer's guest orders to be
  // claimed: there may be new ones.
  virtual bool AddSession(const TokenHash& token, const CustomerId& id, const PasswordHash& verified, Steps steps,
                          Timestamp now) = 0;
  // Also one that has run out: see ExpiryOf.
  virtual std::optional<Session> FindSession(const TokenHash& token) = 0;
  // Also those that have run out; the one that was used last first.
  virtual std::vector<HeldSession> ListSessions(const CustomerId& id) = 0;
  virtual void NoteUse(const TokenHash& token, Timestamp now) = 0;
  virtual void EndSession(const TokenHash& token) = 0;
  // Says how many ended.
  virtual std::int64_t EndSessions(const CustomerId& id, const std::optional<TokenHash>& keep) = 0;

  // --- Two steps. None where the customer signs in with one.
  virtual std::optional<TwoStep> FindTwoStep(const CustomerId& id) = 0;
  // False, changing nothing, where it is on already or the customer is gone. `session` has done both steps by this; the
  // customer's other sessions stay as they are.
  virtual bool TurnOnTwoStep(const CustomerId& id, const TwoStep& two_step, std::span<const TokenHash> recovery_codes,
                             const TokenHash& session) = 0;
  // Takes the code of this step; false where it, or a later one, was taken before.
  virtual bool UseStep(const CustomerId& id, std::int64_t step) = 0;
  // Takes the code; false where there is none such.
  virtual bool UseRecoveryCode(const CustomerId& id, const TokenHash& code) = 0;
  // All those that were left are void; false where two steps are not on.
  virtual bool ReplaceRecoveryCodes(const CustomerId& id, std::span<const TokenHash> recovery_codes) = 0;
  // False where it was not on. Sessions stay.
  virtual bool TurnOffTwoStep(const CustomerId& id) = 0;

  // --- Errands. Those that are due, the longest due first.
  virtual std::vector<Errand> DueErrands(Timestamp now, int count_max) = 0;
  // It is done; one that was asked for again meanwhile stays.
  virtual void FinishErrand(const Errand& errand) = 0;
  // It failed, and is due again at `due`; one that was asked for again meanwhile is due at once.
  virtual void PutOffErrand(const Errand& errand, Timestamp due) = 0;

  // --- Throttling. Counts an attempt for every subject; or, where one of them has to wait, counts none and
  // gives the time to wait for.
  virtual std::optional<Timestamp> Attempt(std::span<const ThrottledSubject> subjects, Timestamp now) = 0;
  // The attempts have turned out right.
  virtual void Forget(const Subject& subject) = 0;
  // One of them has.
  virtual void TakeBack(const Subject& subject) = 0;

  // Removes up to `count_max` things of each kind that have run out; says how many.
  virtual std::int64_t Sweep(const Bounds& bounds, Timestamp now, int count_max) = 0;
};

// What stores answer.
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
