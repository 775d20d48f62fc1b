// Accounts: what customers do with their accounts, over a Store. Thread-safe.
//
// Neither an answer nor the time it takes tells whether an address has an account. Signing in hashes a password in every case.
// Work that depends on whether there is an account is done by the mail queue, after the answer. Passwords and tokens come in as
// Secret, and no error names one.
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
#include "services/accounts/mail/mail_queue.h"
#include "services/accounts/password_hasher.h"
#include "services/accounts/peers.h"
#include "services/accounts/secret_cipher.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

struct Policy {
  SessionPolicy sessions = {};
  // An attacker who keeps guessing makes the owner of the address wait too. So the wait stays short, and a reset ends it. With 5
  // minutes between them an attacker makes 300 guesses a day.
  ThrottlePolicy guesses_per_email{.free_count = 5,
                                   .wait_first = std::chrono::seconds(1),
                                   .wait_max = std::chrono::minutes(5),
                                   .forgotten_after = std::chrono::hours(24)};
  // Many readers may come from one address, a school's or a library's.
  ThrottlePolicy guesses_per_client{.free_count = 50,
                                    .wait_first = std::chrono::seconds(1),
                                    .wait_max = std::chrono::minutes(15),
                                    .forgotten_after = std::chrono::hours(24)};
  // So that strangers cannot fill somebody's mailbox.
  ThrottlePolicy messages_per_email{.free_count = 3,
                                    .wait_first = std::chrono::minutes(1),
                                    .wait_max = std::chrono::hours(1),
                                    .forgotten_after = std::chrono::hours(24)};
  ThrottlePolicy messages_per_client{.free_count = 20,
                                     .wait_first = std::chrono::minutes(1),
                                     .wait_max = std::chrono::hours(1),
                                     .forgotten_after = std::chrono::hours(24)};
  // Each registration costs a hash and a message. A school that opens accounts for a whole class stays below this.
  ThrottlePolicy registrations_per_client{.free_count = 30,
                                          .wait_first = std::chrono::seconds(10),
                                          .wait_max = std::chrono::hours(1),
                                          .forgotten_after = std::chrono::hours(24)};
  std::chrono::microseconds verify_within = std::chrono::hours(24);
  std::chrono::microseconds reset_within = std::chrono::hours(1);
  // From the password to the code: enough time to fetch a phone.
  std::chrono::microseconds second_step_within = std::chrono::minutes(10);

  // When sessions and counts of attempts end by these rules.
  ExpiryRules expiry_rules() const {
    return {.sessions = sessions, .attempts_forgotten_after = guesses_per_email.forgotten_after};
  }
};

struct OpenSession {
  Customer customer;
  Timestamp expires;
  bool two_steps = false;  // It was opened with a password and a code, or two steps were turned on in it.

  // Staff have only a customer's rights in a session that has not done the second step.
  Role role() const { return two_steps ? customer.role : Role::kCustomer; }
};

// One of a customer's sessions, as they see it.
struct ListedSession {
  std::string id;  // 32 hexadecimal digits, for EndSession; signs nobody in.
  SessionTimes times;
  Timestamp expires;
  bool is_this = false;  // The session that asks for the list.
};

class Accounts {
 public:
  struct Parts {
    Store& store;
    PasswordHasher& hasher;
    MailQueue& mail_queue;
    PeerServices& peers;
    ChangeSignal& tasks_added;  // Wakes the PeerTaskWorker: there is a new task.
    const names::SecurityLog& security;
    const names::PageTokens& seals;  // Seal challenges.
    const SecretCipher& cipher;      // Encrypts the secret that an authenticator app shares with the shop.
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
    // Names a device on which somebody has signed in to this account before. Empty: none.
    std::string device = {};
  };
  struct SignedIn {
    Secret token = {};  // Empty where a code is needed first; then the session is empty too.
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
    std::string text;  // For TurnOnTwoStep; the secret, encrypted.
  };

  // The parts must outlive this.
  Accounts(Parts parts, Policy policy) : parts_(parts), policy_(std::move(policy)) {}

  // Sends one message: a link that makes the account, or, if the address has an account already, a message that says so. Sends
  // none if the address has had several lately. Errors: INVALID_ARGUMENT (INVALID_FIELD), RESOURCE_EXHAUSTED (TRY_LATER with
  // retry_seconds: this client has registered too often; OVERLOADED).
  Status Register(const Applicant& applicant);
  // Errors: FAILED_PRECONDITION (BAD_TOKEN), UNAUTHENTICATED (BAD_CREDENTIALS: not the password chosen with the registration),
  // RESOURCE_EXHAUSTED (OVERLOADED).
  Result<Customer> VerifyEmail(const Secret& token, const Secret& password);

  // Errors: UNAUTHENTICATED (BAD_CREDENTIALS), RESOURCE_EXHAUSTED (TRY_LATER with retry_seconds, OVERLOADED).
  Result<SignedIn> SignIn(const SignInAttempt& attempt);
  // The second step. The code is used up. Errors: UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (BAD_CHALLENGE: too old, not
  // made by this shop, or the password was changed since; TWO_STEP_UNREADABLE), RESOURCE_EXHAUSTED (TRY_LATER).
  Result<SignedIn> CompleteSignIn(const SecondStep& step);
  void SignOut(const Secret& session);
  // Says how many sessions ended. Errors: UNAUTHENTICATED (NO_SESSION).
  Result<std::int64_t> SignOutEverywhere(const Secret& session, bool keep_this);
  // Ends one of the customer's sessions, if it exists. Errors: UNAUTHENTICATED (NO_SESSION).
  Status EndSession(const Secret& session, const std::string& id);
  // Errors: UNAUTHENTICATED (NO_SESSION).
  Result<OpenSession> VerifySession(const Secret& session);
  // The customer's open sessions, last used first. Errors: UNAUTHENTICATED (NO_SESSION).
  Result<std::vector<ListedSession>> ListSessions(const Secret& session);

  // Errors: as SignIn; UNAUTHENTICATED (NO_SESSION), INVALID_ARGUMENT (INVALID_FIELD).
  Status ChangePassword(const Secret& session, const Secret& old_password, const Secret& new_password);
  // Sends a message, unless there is no such account or it has had several lately. Errors: INVALID_ARGUMENT (INVALID_FIELD),
  // RESOURCE_EXHAUSTED (OVERLOADED).
  Status RequestPasswordReset(const std::string& email, const std::string& base_uri, const std::string& client);
  // Errors: FAILED_PRECONDITION (BAD_TOKEN), INVALID_ARGUMENT (INVALID_FIELD), RESOURCE_EXHAUSTED
  // (OVERLOADED).
  Result<Customer> ResetPassword(const Secret& token, const Secret& new_password);

  // --- Two steps (two_step.cc). All fail with UNAUTHENTICATED (NO_SESSION).
  std::optional<TwoStep> FindTwoStep(const CustomerId& id) { return parts_.store.FindTwoStep(id); }
  // Gives a new secret; if `offer` is from an earlier call in this session, gives that one again. Errors: FAILED_PRECONDITION
  // (TWO_STEP_ON, BAD_OFFER).
  Result<TwoStepOffer> OfferTwoStep(const Secret& session, const std::string& offer);
  // Gives the recovery codes, which are shown only now. This session then counts as having done both steps; the customer's other
  // sessions do not. Errors: UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (TWO_STEP_ON, BAD_OFFER).
  Result<std::vector<std::string>> TurnOnTwoStep(const Secret& session, const std::string& offer, const std::string& code);
  // Errors: as ChangePassword; UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (TWO_STEP_OFF, TWO_STEP_UNREADABLE).
  Status TurnOffTwoStep(const Secret& session, const Secret& password, const std::string& code);
  // Gives new codes, which are shown only now; all older ones become void. Errors: as TurnOffTwoStep.
  Result<std::vector<std::string>> MakeRecoveryCodes(const Secret& session, const Secret& password, const std::string& code);
  // The session's customer, if the session has the rights of `role`. Staff rights are checked nowhere else. Errors:
  // PERMISSION_DENIED (NOT_ALLOWED; SECOND_STEP_NEEDED: the customer has the role, but this session has not done the second
  // step).
  Result<Customer> RequireStaff(const Secret& session, Role role);

  // Errors: NOT_FOUND (UNKNOWN_CUSTOMER).
  Result<Customer> GetCustomer(const CustomerId& id);
  std::vector<Customer> ListCustomers(const CustomerId& after, int count_max);
  // Errors: RequireStaff's for an owner, and Store::SetRole's.
  Result<Customer> SetRole(const Secret& session, const CustomerId& id, Role role);

  // --- Keys of integrations (api_keys.cc). The key itself is given only now. Errors: INVALID_ARGUMENT (INVALID_FIELD),
  // FAILED_PRECONDITION (TOO_MANY_KEYS).
  struct NewApiKey {
    ApiKey key;
    Secret secret;
  };
  Result<NewApiKey> CreateApiKey(const std::string& display_name, std::vector<std::string> scopes);
  std::vector<ApiKey> ListApiKeys();
  // Errors: NOT_FOUND (UNKNOWN_KEY).
  Result<ApiKey> RevokeApiKey(const std::string& id);
  // Whose key it is; notes the use. Errors: UNAUTHENTICATED (BAD_KEY).
  Result<ApiKey> UseApiKey(const Secret& key);

  // What this and the other services hold about the customer, all of it or an error. Errors: UNAUTHENTICATED (NO_SESSION), and
  // those of the other services.
  Result<std::string> ExportAsJson(const Secret& session, Timestamp deadline);
  // Erases the customer here at once and in the other services soon after. Errors: as ChangePassword; FAILED_PRECONDITION
  // (LAST_OWNER).
  Result<Customer> Erase(const Secret& session, const Secret& password);

 private:
  struct Live {
    Session session;
    Timestamp expires;
  };

  Result<Live> FindLive(const Secret& token);
  // The customer's password hash, if the password is right; a wrong one is counted as a guess.
  Result<PasswordHash> Prove(const Customer& customer, const Secret& password);
  Result<SignedIn> OpenSessionOf(const Customer& customer, const PasswordHash& verified, Steps steps);
  Secret Challenge(const CustomerId& id, const PasswordHash& verified) const;
  // Uses up a code of the app or a recovery code. UNAUTHENTICATED (BAD_CODE), FAILED_PRECONDITION (TWO_STEP_UNREADABLE).
  Status UseCode(const Customer& customer, const TwoStep& two_step, const std::string& typed);
  // Checks the customer's password and code. Errors: TurnOffTwoStep's.
  Result<Customer> ProveBoth(const Secret& session, const Secret& password, const std::string& code);
  // RESOURCE_EXHAUSTED (TRY_LATER).
  Status CountRegistration(const std::string& client);
  // Whether this client may have another message sent to this address.
  bool MayWrite(const std::string& email, const std::string& client);

  const Parts parts_;
  const Policy policy_;
};

}  // namespace octavo::accounts
