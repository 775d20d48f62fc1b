// Accounts: what customers do with their accounts, over a Store. Thread-safe.
//
// No answer, nor the time it takes, tells whether an address has an account: signing in hashes a password
// either way, and whatever depends on it otherwise is done by the postman after the answer. Passwords and
// tokens go in as Secret and are named by no error.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/change_signal.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/names/page_tokens.h"
#include "lib/names/security_log.h"
#include "services/accounts/mail/postman.h"
#include "services/accounts/neighbours.h"
#include "services/accounts/password_hasher.h"
#include "services/accounts/sealer.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

struct Policy {
  SessionPolicy sessions = {};
  // An attacker who keeps guessing can keep the address's reader waiting; so not long, and a reset ends it. 5
  // minutes are 300 guesses a day.
  ThrottlePolicy guesses_per_email{.free_count = 5,
                                   .wait_first = std::chrono::seconds(1),
                                   .wait_max = std::chrono::minutes(5),
                                   .forgotten_after = std::chrono::hours(24)};
  // Many readers may come from one address, a school's or a library's.
  ThrottlePolicy guesses_per_client{.free_count = 50,
                                    .wait_first = std::chrono::seconds(1),
                                    .wait_max = std::chrono::minutes(15),
                                    .forgotten_after = std::chrono::hours(24)};
  // So that nobody's box is filled by others.
  ThrottlePolicy messages_per_email{.free_count = 3,
                                    .wait_first = std::chrono::minutes(1),
                                    .wait_max = std::chrono::hours(1),
                                    .forgotten_after = std::chrono::hours(24)};
  ThrottlePolicy messages_per_client{.free_count = 20,
                                     .wait_first = std::chrono::minutes(1),
                                     .wait_max = std::chrono::hours(1),
                                     .forgotten_after = std::chrono::hours(24)};
  // Each costs a hash and a message. A school that opens accounts for a class has room.
  ThrottlePolicy registrations_per_client{.free_count = 30,
                                          .wait_first = std::chrono::seconds(10),
                                          .wait_max = std::chrono::hours(1),
                                          .forgotten_after = std::chrono::hours(24)};
  std::chrono::microseconds verify_within = std::chrono::hours(24);
  std::chrono::microseconds reset_within = std::chrono::hours(1);
  // Between the password and the code: time to fetch a phone.
  std::chrono::microseconds second_step_within = std::chrono::minutes(10);

  // What has run out by these rules.
  Bounds bounds() const { return {.sessions = sessions, .attempts_forgotten_after = guesses_per_email.forgotten_after}; }
};

struct OpenSession {
  Customer customer;
  Timestamp expires;
  bool two_steps = false;  // It was opened with a code behind the password, or two steps were turned on in it.

  // What it may do: a member of staff without the second step is a customer, until they have done it.
  Role role() const { return two_steps ? customer.role : Role::kCustomer; }
};

// One of a customer's sessions, as they see it.
struct ListedSession {
  std::string id;  // 32 hexadecimal digits, for EndSession; signs nobody in.
  SessionTimes times;
  Timestamp expires;
  bool is_this = false;  // The one that asks.
};

class Accounts {
 public:
  struct Parts {
    Store& store;
    PasswordHasher& hasher;
    Postman& postman;
    Neighbours& neighbours;
    ChangeSignal& errands;  // Tells the courier that there is one.
    const names::SecurityLog& security;
    const names::PageTokens& seals;  // Seal challenges.
    const Sealer& sealer;            // Seals what an app shares with the shop.
    const Clock& clock;
    Random& random;
  };
  struct Applicant {
    std::string email;
    Secret password;
    std::string full_name;
    std::string base_uri;
    std::string request_id;
    std::string client = {};  // Empty: not counted.
  };
  struct SignInAttempt {
    std::string email;
    Secret password;
    std::string client = {};  // Empty: not counted.
    // Of one on which somebody has signed in to the account before; empty: none.
    std::string device = {};
  };
  struct SignedIn {
    Secret token = {};  // Empty where a code is needed first; then so is the session.
    OpenSession session = {};
    Secret challenge = {};  // For CompleteSignIn; empty where the password was enough.
  };
  struct SecondStep {
    Secret challenge;
    std::string code;         // Of the app, or a recovery code, as it was typed.
    std::string client = {};  // As in SignInAttempt.
    std::string device = {};
  };
  // What an app needs to make codes.
  struct TwoStepOffer {
    Secret secret;     // In base 32.
    Secret uri;        // otpauth://…
    std::string text;  // For TurnOnTwoStep; sealed.
  };

  // The parts must outlive this.
  Accounts(Parts parts, Policy policy) : parts_(parts), policy_(std::move(policy)) {}

  // Sends a message: with a link that makes the account; or where the address has one, saying so; or none,
  // where the address has had several of late. Errors: INVALID_ARGUMENT (INVALID_FIELD), RESOURCE_EXHAUSTED
  // (TRY_LATER with retry_seconds: the client has registered too often; OVERLOADED).
  Status Register(const Applicant& applicant);
  // Errors: FAILED_PRECONDITION (BAD_TOKEN), UNAUTHENTICATED (BAD_CREDENTIALS: not the password that was chosen),
  // RESOURCE_EXHAUSTED (OVERLOADED).
  Result<Customer> VerifyEmail(const Secret& token, const Secret& password);

  // Errors: UNAUTHENTICATED (BAD_CREDENTIALS), RESOURCE_EXHAUSTED (TRY_LATER with retry_seconds, OVERLOADED).
  Result<SignedIn> SignIn(const SignInAttempt& attempt);
  // The code behind the password; it is used up. Errors: UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (BAD_CHALLENGE: too old
  // or none of ours, or the password was changed meanwhile; TWO_STEP_UNREADABLE), RESOURCE_EXHAUSTED (TRY_LATER).
  Result<SignedIn> CompleteSignIn(const SecondStep& step);
  void SignOut(const Secret& session);
  // Says how many sessions ended. Errors: UNAUTHENTICATED (NO_SESSION).
  Result<std::int64_t> SignOutEverywhere(const Secret& session, bool keep_this);
  // Ends one of the customer's sessions, if there is such a one. Errors: UNAUTHENTICATED (NO_SESSION).
  Status EndSession(const Secret& session, const std::string& id);
  // Errors: UNAUTHENTICATED (NO_SESSION).
  Result<OpenSession> VerifySession(const Secret& session);
  // Those that are open, the one that was used last first. Errors: UNAUTHENTICATED (NO_SESSION).
  Result<std::vector<ListedSession>> ListSessions(const Secret& session);

  // Errors: as SignIn; UNAUTHENTICATED (NO_SESSION), INVALID_ARGUMENT (INVALID_FIELD).
  Status ChangePassword(const Secret& session, const Secret& old_password, const Secret& new_password);
  // Sends a message, if there is such an account and it has not had several of late. Errors: INVALID_ARGUMENT
  // (INVALID_FIELD), RESOURCE_EXHAUSTED (OVERLOADED).
  Status RequestPasswordReset(const std::string& email, const std::string& base_uri, const std::string& client);
  // Errors: FAILED_PRECONDITION (BAD_TOKEN), INVALID_ARGUMENT (INVALID_FIELD), RESOURCE_EXHAUSTED
  // (OVERLOADED).
  Result<Customer> ResetPassword(const Secret& token, const Secret& new_password);

  // --- Two steps (two_step.cc). All fail with UNAUTHENTICATED (NO_SESSION).
  std::optional<TwoStep> FindTwoStep(const CustomerId& id) { return parts_.store.FindTwoStep(id); }
  // A new secret; or, where `offer` is one that was made in this session, the same once more. Errors: FAILED_PRECONDITION
  // (TWO_STEP_ON, BAD_OFFER).
  Result<TwoStepOffer> OfferTwoStep(const Secret& session, const std::string& offer);
  // Gives the recovery codes, which are shown once. The session has done both steps then; others stay. Errors: UNAUTHENTICATED
  // (BAD_CODE), FAILED_PRECONDITION (TWO_STEP_ON, BAD_OFFER).
  Result<std::vector<std::string>> TurnOnTwoStep(const Secret& session, const std::string& offer, const std::string& code);
  // Errors: as ChangePassword; UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (TWO_STEP_OFF, TWO_STEP_UNREADABLE).
  Status TurnOffTwoStep(const Secret& session, const Secret& password, const std::string& code);
  // New ones, shown once; those that were left are void. Errors: as TurnOffTwoStep.
  Result<std::vector<std::string>> MakeRecoveryCodes(const Secret& session, const Secret& password, const std::string& code);
  // Whose session it is, if it may do what `role` may: the one place where staff rights are asked for. Errors: PERMISSION_DENIED
  // (NOT_ALLOWED; SECOND_STEP_NEEDED: they have the role, but the session has not done the second step).
  Result<Customer> RequireStaff(const Secret& session, Role role);

  // Errors: NOT_FOUND (UNKNOWN_CUSTOMER).
  Result<Customer> GetCustomer(const CustomerId& id);
  std::vector<Customer> ListCustomers(const CustomerId& after, int count_max);
  // Errors: RequireStaff's for an owner, and Store::SetRole's.
  Result<Customer> SetRole(const Secret& session, const CustomerId& id, Role role);

  // What this and the other services hold about the customer. Errors: UNAUTHENTICATED (NO_SESSION), and a
  // neighbour's: whole or not at all.
  Result<std::string> ExportAsJson(const Secret& session, Timestamp deadline);
  // Here at once, elsewhere soon after. Errors: as ChangePassword; FAILED_PRECONDITION (LAST_OWNER).
  Result<Customer> Erase(const Secret& session, const Secret& password);

 private:
  struct Live {
    Session session;
    Timestamp expires;
  };

  Result<Live> FindLive(const Secret& token);
  // The customer's password hash, if that is their password; counted as a guess if not.
  Result<PasswordHash> Prove(const Customer& customer, const Secret& password);
  Result<SignedIn> OpenSessionOf(const Customer& customer, const PasswordHash& verified, Steps steps);
  Secret Challenge(const CustomerId& id, const PasswordHash& verified) const;
  // Uses up the code, of the app or for recovery. UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (TWO_STEP_UNREADABLE).
  Status UseCode(const Customer& customer, const TwoStep& two_step, const std::string& typed);
  // That it is the customer's password and code. Errors: TurnOffTwoStep's.
  Result<Customer> ProveBoth(const Secret& session, const Secret& password, const std::string& code);
  // RESOURCE_EXHAUSTED (TRY_LATER).
  Status CountRegistration(const std::string& client);
  // Whether a message may be sent on behalf of these.
  bool MayWrite(const std::string& email, const std::string& client);

  const Parts parts_;
  const Policy policy_;
};

}  // namespace octavo::accounts
