#include "services/accounts/accounts.h"
#include "lib/email/email.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/base/client_network.h"
#include "lib/base/uuid.h"
#include "services/accounts/domain/password.h"
#include "services/accounts/export.h"
#include "services/accounts/guess.h"
#include "services/accounts/mail/messages.h"
#include "services/accounts/token.h"

namespace octavo::accounts {
namespace {

// The session's name for its customer. It differs from the hash under which the session is stored: that one never leaves the
// table.
std::string SessionId(const TokenHash& token) { return HashToken(token.value()).value().substr(0, 32); }

}  // namespace

// --- Registering

bool Accounts::MayWrite(const std::string& email, const std::string& client) {
  std::vector<ThrottledSubject> subjects{{MakeSubject("message-email", email), policy_.messages_per_email}};
  if (!client.empty()) {
    subjects.push_back({MakeSubject("message-client", ClientNetwork(client)), policy_.messages_per_client});
  }
  return !parts_.store.Attempt(subjects, parts_.clock.Now()).has_value();
}

// A client is told of this limit, unlike the limit per address: it reveals nothing about anybody else.
Status Accounts::CountRegistration(const std::string& client) {
  if (client.empty()) return Ok();
  const Timestamp now = parts_.clock.Now();
  const std::vector<ThrottledSubject> subjects{
      {MakeSubject("register-client", ClientNetwork(client)), policy_.registrations_per_client}};
  if (const auto allowed = parts_.store.Attempt(subjects, now)) {
    parts_.security.Write({.event = "registration_throttled", .client = client});
    return TryLater(*allowed, now);
  }
  return Ok();
}

Status Accounts::Register(const Applicant& applicant) {
  const std::string email = TRY(ParseEmail("email", applicant.email));
  const std::string full_name = TRY(ParseFullName("full_name", applicant.full_name));
  const std::string base_uri = TRY(ParseBaseUri("base_uri", applicant.base_uri));
  TRY(CheckPassword("password", applicant.password, email));
  TRY(CountRegistration(applicant.client));
  const PasswordHash password_hash = TRY(parts_.hasher.Hash(applicant.password));
  if (!MayWrite(email, /*client=*/"")) return Ok();

  const Timestamp now = parts_.clock.Now();
  const Secret token = NewToken(parts_.random);
  Registration registration{.token = HashToken(token.Reveal()),
                            .request_id = applicant.request_id,
                            .customer = {.id = CustomerId(NewUuid(parts_.clock, parts_.random)),
                                         .email = email,
                                         .full_name = full_name,
                                         .created = now},
                            .password_hash = password_hash,
                            .expires = now + policy_.verify_within};
  auto write = [&store = parts_.store, registration, base_uri, token]() -> std::optional<Message> {
    const std::string& to = registration.customer.email;
    if (store.FindByEmail(to)) return AlreadyRegisteredMessage(to, base_uri);
    if (!store.AddRegistration(registration)) return std::nullopt;  // The same request was repeated.
    return VerifyEmailMessage(to, base_uri, token);
  };
  return parts_.mail_queue.Add({.kind = "register", .write = std::move(write)});
}

Result<Customer> Accounts::VerifyEmail(const Secret& token, const Secret& password) {
  const TokenHash hash = HashToken(token.Reveal());
  const PasswordHash chosen = TRY(parts_.store.FindRegistration(hash, parts_.clock.Now()));
  if (password.Reveal().size() > kPasswordBytesMax) return BadCredentials();
  if (!TRY(parts_.hasher.Verify(chosen, password)).matches) {
    parts_.security.Write({.event = "verification_failed"});
    return BadCredentials();
  }
  Customer customer = TRY(parts_.store.ConfirmRegistration(hash, parts_.clock.Now()));
  parts_.security.Write({.event = "account_opened", .subject = customer.email});
  parts_.tasks_added.Notify();  // Guest orders.
  return customer;
}

// --- Sessions

Result<Accounts::SignedIn> Accounts::SignIn(const SignInAttempt& attempt) {
  const Secret& password = attempt.password;
  const Result<std::string> email = ParseEmail("email", attempt.email);
  if (!email.ok() || password.Reveal().size() > kPasswordBytesMax) return BadCredentials();
  Guess guess = Guess::OfAStranger(parts_.store, policy_, Guess::At::kPassword, *email,
                                   {.client = attempt.client, .device = attempt.device});
  const auto tell = [&](std::string_view event) {
    parts_.security.Write(
        {.event = event, .subject = *email, .client = attempt.client, .detail = attempt.device.empty() ? "" : "known device"});
  };
  if (const Status begun = guess.Begin(parts_.clock.Now()); !begun.ok()) {
    tell("sign_in_throttled");
    return begun.error();
  }

  const std::optional<Credentials> credentials = parts_.store.FindByEmail(*email);
  Result<PasswordHasher::Verdict> verdict = PasswordHasher::Verdict{};
  if (credentials) {
    verdict = parts_.hasher.Verify(credentials->password_hash, password);
  } else if (const Status hashed = parts_.hasher.VerifyNothing(password); !hashed.ok()) {
    verdict = hashed.error();
  }
  if (!verdict.ok()) {
    guess.NotMade();
    return std::move(verdict).error();
  }
  if (!verdict->matches) {
    tell("sign_in_failed");
    return BadCredentials();
  }
  guess.Right();

  PasswordHash verified = credentials->password_hash;
  if (verdict->outdated) {
    const Result<PasswordHash> anew = parts_.hasher.Hash(password);  // If it fails now, the next sign-in does it.
    if (anew.ok() && parts_.store.Rehash(credentials->customer.id, verified, *anew)) verified = *anew;
  }
  if (parts_.store.FindTwoStep(credentials->customer.id)) {
    tell("second_step_asked");
    return SignedIn{.challenge = Challenge(credentials->customer.id, verified)};
  }
  SignedIn signed_in = TRY(OpenSessionOf(credentials->customer, verified, Steps::kOne));
  tell("signed_in");
  return signed_in;
}

Result<Accounts::SignedIn> Accounts::OpenSessionOf(const Customer& customer, const PasswordHash& verified, Steps steps) {
  const Timestamp now = parts_.clock.Now();
  Secret token = NewToken(parts_.random);
  if (!parts_.store.AddSession(HashToken(token.Reveal()), customer.id, verified, steps, now)) return BadCredentials();
  parts_.tasks_added.Notify();  // Guest orders.
  const Timestamp expires = ExpiryOf({.created = now, .last_used = now}, policy_.sessions);
  return SignedIn{.token = std::move(token),
                  .session = {.customer = customer, .expires = expires, .two_steps = steps == Steps::kTwo}};
}

Result<Accounts::Live> Accounts::FindLive(const Secret& token) {
  std::optional<Session> session = parts_.store.FindSession(HashToken(token.Reveal()));
  const Timestamp now = parts_.clock.Now();
  if (!session || ExpiryOf(session->times, policy_.sessions) <= now) return NoSession();
  if (now - session->times.last_used >= policy_.sessions.note_after()) {
    parts_.store.NoteUse(session->token, now);
    session->times.last_used = now;
  }
  const Timestamp expires = ExpiryOf(session->times, policy_.sessions);
  return Live{.session = *std::move(session), .expires = expires};
}

Result<OpenSession> Accounts::VerifySession(const Secret& token) {
  Live live = TRY(FindLive(token));
  return OpenSession{.customer = std::move(live.session.customer), .expires = live.expires, .two_steps = live.session.two_steps};
}

Result<std::vector<ListedSession>> Accounts::ListSessions(const Secret& token) {
  const Live live = TRY(FindLive(token));
  std::vector<ListedSession> sessions;
  for (const HeldSession& held : parts_.store.ListSessions(live.session.customer.id)) {
    const Timestamp expires = ExpiryOf(held.times, policy_.sessions);
    if (expires <= parts_.clock.Now()) continue;
    sessions.push_back(
        {.id = SessionId(held.token), .times = held.times, .expires = expires, .is_this = held.token == live.session.token});
  }
  return sessions;
}

Status Accounts::EndSession(const Secret& token, const std::string& id) {
  const CustomerId customer = TRY(FindLive(token)).session.customer.id;
  for (const HeldSession& held : parts_.store.ListSessions(customer)) {
    if (SessionId(held.token) == id) parts_.store.EndSession(held.token);
  }
  return Ok();
}

void Accounts::SignOut(const Secret& token) { parts_.store.EndSession(HashToken(token.Reveal())); }

Result<std::int64_t> Accounts::SignOutEverywhere(const Secret& token, bool keep_this) {
  const Session session = TRY(FindLive(token)).session;
  return parts_.store.EndSessions(session.customer.id, keep_this ? std::optional(session.token) : std::nullopt);
}

// --- Passwords

Result<PasswordHash> Accounts::Prove(const Customer& customer, const Secret& password) {
  const std::optional<Credentials> credentials = parts_.store.FindCustomer(customer.id);
  if (!credentials) return NoSession();
  if (password.Reveal().size() > kPasswordBytesMax) return BadCredentials();
  Guess guess = Guess::SignedIn(parts_.store, policy_, Guess::At::kPassword, customer.id);
  if (const Status begun = guess.Begin(parts_.clock.Now()); !begun.ok()) {
    parts_.security.Write({.event = "password_check_throttled", .subject = customer.email});
    return begun.error();
  }
  Result<PasswordHasher::Verdict> verdict = parts_.hasher.Verify(credentials->password_hash, password);
  if (!verdict.ok()) {
    guess.NotMade();
    return std::move(verdict).error();
  }
  if (!verdict->matches) {
    parts_.security.Write({.event = "password_check_failed", .subject = customer.email});
    return BadCredentials();
  }
  guess.Right();
  return credentials->password_hash;
}

Status Accounts::ChangePassword(const Secret& token, const Secret& old_password, const Secret& new_password) {
  const Session session = TRY(FindLive(token)).session;
  const Customer& customer = session.customer;
  TRY(CheckPassword("new_password", new_password, customer.email));
  const PasswordHash before = TRY(Prove(customer, old_password));
  const PasswordHash after = TRY(parts_.hasher.Hash(new_password));
  if (!parts_.store.ChangePassword(customer.id, before, after, session.token)) return BadCredentials();
  parts_.security.Write({.event = "password_changed", .subject = customer.email});
  // The password is changed even if this message cannot be sent.
  (void)parts_.mail_queue.Add({"password_changed", [to = customer.email] { return PasswordChangedMessage(to); }});
  return Ok();
}

Status Accounts::RequestPasswordReset(const std::string& email_text, const std::string& base_uri_text,
                                      const std::string& client) {
  const std::string email = TRY(ParseEmail("email", email_text));
  const std::string base_uri = TRY(ParseBaseUri("base_uri", base_uri_text));
  const bool may_write = MayWrite(email, client);
  parts_.security.Write(
      {.event = may_write ? "password_reset_asked" : "password_reset_throttled", .subject = email, .client = client});
  if (!may_write) return Ok();
  const Secret token = NewToken(parts_.random);
  const Timestamp expires = parts_.clock.Now() + policy_.reset_within;
  auto write = [&store = parts_.store, email, base_uri, token, expires]() -> std::optional<Message> {
    const std::optional<Credentials> credentials = store.FindByEmail(email);
    if (!credentials) return std::nullopt;
    store.AddReset(HashToken(token.Reveal()), credentials->customer.id, expires);
    return ResetPasswordMessage(email, base_uri, token);
  };
  return parts_.mail_queue.Add({.kind = "reset_password", .write = std::move(write)});
}

Result<Customer> Accounts::ResetPassword(const Secret& token, const Secret& new_password) {
  const TokenHash reset = HashToken(token.Reveal());
  // Before the costly hash. This reveals nothing, because nobody guesses a token.
  const std::optional<Customer> found = parts_.store.FindReset(reset, parts_.clock.Now());
  if (!found) return BadToken();
  TRY(CheckPassword("new_password", new_password, found->email));
  const PasswordHash after = TRY(parts_.hasher.Hash(new_password));
  const Customer customer = TRY(parts_.store.ResetPassword(reset, after, parts_.clock.Now()));
  parts_.security.Write({.event = "password_reset", .subject = customer.email});
  parts_.store.Forget(MakeSubject("guess-email", customer.email));  // Earlier guesses were at the old password.
  (void)parts_.mail_queue.Add({"password_changed", [to = customer.email] { return PasswordChangedMessage(to); }});
  return customer;
}

// --- Customers

Result<Customer> Accounts::GetCustomer(const CustomerId& id) {
  std::optional<Credentials> found = parts_.store.FindCustomer(id);
  if (!found) return UnknownCustomer(id);
  return std::move(found->customer);
}

std::vector<Customer> Accounts::ListCustomers(const CustomerId& after, int count_max) {
  return parts_.store.ListCustomers(after, count_max);
}

Result<Customer> Accounts::SetRole(const Secret& token, const CustomerId& id, Role role) {
  const Customer by = TRY(RequireStaff(token, Role::kOwner));
  Result<Customer> customer = parts_.store.SetRole(by.id, id, role);
  if (customer.ok()) {
    parts_.security.Write({.event = "role_changed", .subject = customer->email, .detail = std::string(RoleName(role))});
  } else {
    parts_.security.Write({.event = "role_change_refused", .subject = by.email, .detail = customer.error().reason});
  }
  return customer;
}

Result<std::string> Accounts::ExportAsJson(const Secret& token, Timestamp deadline) {
  const Session session = TRY(FindLive(token)).session;
  const HeldElsewhere elsewhere = TRY(parts_.peers.Read(session.customer.id, deadline));
  const std::optional<CustomerData> data = parts_.store.ReadCustomerData(session.customer.id);
  if (!data) return NoSession();
  return ToJson(*data, policy_.sessions, elsewhere);
}

Result<Customer> Accounts::Erase(const Secret& token, const Secret& password) {
  const Session session = TRY(FindLive(token)).session;
  TRY(Prove(session.customer, password));
  Customer erased = TRY(parts_.store.Erase(session.customer.id, parts_.clock.Now()));
  parts_.security.Write({.event = "account_erased", .subject = erased.email});
  parts_.store.Forget(MakeSubject("message-email", erased.email));
  parts_.tasks_added.Notify();  // The other services.
  return erased;
}

}  // namespace octavo::accounts
