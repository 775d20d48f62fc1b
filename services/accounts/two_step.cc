#include "services/accounts/domain/two_step.h"

#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/accounts/accounts.h"
#include "services/accounts/guess.h"
#include "services/accounts/token.h"

namespace octavo::accounts {
namespace {

constexpr std::string_view kChallenge = "accounts: the password was right";

Error BadCode() { return {Code::kUnauthenticated, "BAD_CODE", "the code is wrong, was used, or is too old"}; }
Error BadChallenge() {
  return {Code::kFailedPrecondition, "BAD_CHALLENGE", "signing in took too long; begin again with the password"};
}
Error BadOffer() { return {Code::kFailedPrecondition, "BAD_OFFER", "the offer is none of this session; begin again"}; }
Error TwoStepOn() { return {Code::kFailedPrecondition, "TWO_STEP_ON", "signing in takes two steps already"}; }
Error TwoStepOff() { return {Code::kFailedPrecondition, "TWO_STEP_OFF", "signing in takes one step"}; }

// What a secret is encrypted for: a customer, or an offer in a session.
std::string PurposeOf(const CustomerId& id) { return "two-step of " + id.value(); }
std::string PurposeOf(const TokenHash& session) { return "two-step offer in " + session.value(); }

// Names the password that was verified without revealing its hash.
std::string FingerprintOf(const PasswordHash& verified) { return HashToken(verified.value()).value(); }

TokenHash HashRecoveryCode(const CustomerId& id, std::string_view normal_code) {
  return HashToken("recovery " + id.value() + " " + std::string(normal_code));
}

std::vector<TokenHash> HashAll(const CustomerId& id, const std::vector<std::string>& codes) {
  std::vector<TokenHash> hashes;
  for (const std::string& code : codes) hashes.push_back(HashRecoveryCode(id, NormalCode(code)));
  return hashes;
}

Secret NewTotpSecret(Random& random) {
  std::string bytes(kTotpSecretBytes, '\0');
  random.Fill(std::as_writable_bytes(std::span(bytes)));
  return Secret(std::move(bytes));
}

struct Challenged {
  CustomerId customer;
  std::string fingerprint;
  std::int64_t expires_micros = 0;
};

std::optional<Challenged> ParseChallenge(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t second = text.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  Challenged challenged{.customer = CustomerId(std::string(text.substr(0, first))),
                        .fingerprint = std::string(text.substr(first + 1, second - first - 1))};
  const std::string_view expires = text.substr(second + 1);
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), challenged.expires_micros);
  if (error != std::errc() || end != expires.data() + expires.size()) return std::nullopt;
  return challenged;
}

}  // namespace

// --- Signing in ---

Secret Accounts::Challenge(const CustomerId& id, const PasswordHash& verified) const {
  const std::int64_t expires = ToMicros(parts_.clock.Now() + policy_.second_step_within);
  return Secret(parts_.seals.Seal(kChallenge, id.value() + " " + FingerprintOf(verified) + " " + std::to_string(expires)));
}

Status Accounts::UseCode(const Customer& customer, const TwoStep& two_step, const std::string& typed) {
  const std::string code = NormalCode(typed);
  if (!IsTotpCode(code)) {
    if (!parts_.store.UseRecoveryCode(customer.id, HashRecoveryCode(customer.id, code))) return BadCode();
    parts_.security.Write({.event = "recovery_code_used",
                           .subject = customer.email,
                           .detail = std::to_string(two_step.recovery_codes_left - 1) + " left"});
    return Ok();
  }
  const std::optional<Secret> secret = parts_.cipher.Decrypt(PurposeOf(customer.id), two_step.sealed_secret);
  if (!secret) {
    parts_.security.Write({.event = "two_step_unreadable", .subject = customer.email});
    return Error{Code::kFailedPrecondition, "TWO_STEP_UNREADABLE", "codes cannot be checked here; a recovery code can"};
  }
  const std::optional<std::int64_t> step = MatchTotp(*secret, code, parts_.clock.Now(), two_step.last_step);
  if (!step || !parts_.store.UseStep(customer.id, *step)) return BadCode();
  return Ok();
}

Result<Accounts::SignedIn> Accounts::CompleteSignIn(const SecondStep& step) {
  const Result<std::string> opened = parts_.seals.Open(kChallenge, step.challenge.Reveal());
  if (!opened.ok()) return BadChallenge();
  const std::optional<Challenged> challenged = ParseChallenge(*opened);
  if (!challenged || challenged->expires_micros <= ToMicros(parts_.clock.Now())) return BadChallenge();
  const std::optional<Credentials> credentials = parts_.store.FindCustomer(challenged->customer);
  if (!credentials || FingerprintOf(credentials->password_hash) != challenged->fingerprint) return BadChallenge();
  const Customer& customer = credentials->customer;
  const auto tell = [&](std::string_view event) {
    parts_.security.Write(
        {.event = event, .subject = customer.email, .client = step.client, .detail = step.device.empty() ? "" : "known device"});
  };
  const std::optional<TwoStep> two_step = parts_.store.FindTwoStep(customer.id);
  if (!two_step) return BadChallenge();  // It was turned off meanwhile: the password alone is enough.

  Guess guess =
      Guess::OfAStranger(parts_.store, policy_, Guess::At::kCode, customer.email, {.client = step.client, .device = step.device});
  if (const Status begun = guess.Begin(parts_.clock.Now()); !begun.ok()) {
    tell("second_step_throttled");
    return begun.error();
  }
  if (const Status used = UseCode(customer, *two_step, step.code); !used.ok()) {
    tell("second_step_failed");
    return used.error();
  }
  guess.Right();
  SignedIn signed_in = TRY(OpenSessionOf(customer, credentials->password_hash, Steps::kTwo));
  tell("signed_in");
  return signed_in;
}

// --- Turning it on and off ---

Result<Accounts::TwoStepOffer> Accounts::OfferTwoStep(const Secret& token, const std::string& offer) {
  const Session session = TRY(FindLive(token)).session;
  if (parts_.store.FindTwoStep(session.customer.id)) return TwoStepOn();
  const std::string purpose = PurposeOf(session.token);
  const std::optional<Secret> secret =
      offer.empty() ? std::optional(NewTotpSecret(parts_.random)) : parts_.cipher.Decrypt(purpose, offer);
  if (!secret) return BadOffer();
  return TwoStepOffer{.secret = Secret(Base32(secret->Reveal())),
                      .uri = Secret(OtpauthUri(session.customer.email, *secret)),
                      .text = offer.empty() ? parts_.cipher.Encrypt(purpose, *secret) : offer};
}

Result<std::vector<std::string>> Accounts::TurnOnTwoStep(const Secret& token, const std::string& offer, const std::string& code) {
  const Session session = TRY(FindLive(token)).session;
  const CustomerId& id = session.customer.id;
  const std::optional<Secret> secret = parts_.cipher.Decrypt(PurposeOf(session.token), offer);
  if (!secret) return BadOffer();
  const Timestamp now = parts_.clock.Now();
  const std::optional<std::int64_t> step = MatchTotp(*secret, NormalCode(code), now, /*last_used=*/-1);
  if (!step) return BadCode();
  std::vector<std::string> codes = NewRecoveryCodes(parts_.random);
  const TwoStep two_step{.sealed_secret = parts_.cipher.Encrypt(PurposeOf(id), *secret), .last_step = *step, .turned_on = now};
  if (!parts_.store.TurnOnTwoStep(id, two_step, HashAll(id, codes), session.token)) return TwoStepOn();
  parts_.security.Write({.event = "two_step_turned_on", .subject = session.customer.email});
  return codes;
}

Result<Customer> Accounts::ProveBoth(const Secret& token, const Secret& password, const std::string& code) {
  Customer customer = TRY(FindLive(token)).session.customer;
  const std::optional<TwoStep> two_step = parts_.store.FindTwoStep(customer.id);
  if (!two_step) return TwoStepOff();
  TRY(Prove(customer, password));
  Guess guess = Guess::SignedIn(parts_.store, policy_, Guess::At::kCode, customer.id);
  if (const Status begun = guess.Begin(parts_.clock.Now()); !begun.ok()) {
    parts_.security.Write({.event = "second_step_throttled", .subject = customer.email});
    return begun.error();
  }
  if (const Status used = UseCode(customer, *two_step, code); !used.ok()) {
    parts_.security.Write({.event = "second_step_failed", .subject = customer.email});
    return used.error();
  }
  guess.Right();
  return customer;
}

Status Accounts::TurnOffTwoStep(const Secret& token, const Secret& password, const std::string& code) {
  const Customer customer = TRY(ProveBoth(token, password, code));
  if (!parts_.store.TurnOffTwoStep(customer.id)) return TwoStepOff();
  parts_.security.Write({.event = "two_step_turned_off", .subject = customer.email});
  return Ok();
}

Result<std::vector<std::string>> Accounts::MakeRecoveryCodes(const Secret& token, const Secret& password,
                                                             const std::string& code) {
  const Customer customer = TRY(ProveBoth(token, password, code));
  std::vector<std::string> codes = NewRecoveryCodes(parts_.random);
  if (!parts_.store.ReplaceRecoveryCodes(customer.id, HashAll(customer.id, codes))) return TwoStepOff();
  parts_.security.Write({.event = "recovery_codes_made", .subject = customer.email});
  return codes;
}

// --- Staff ---

Result<Customer> Accounts::RequireStaff(const Secret& token, Role role) {
  OpenSession session = TRY(VerifySession(token));
  if (session.role() >= role) return std::move(session.customer);
  const bool has_role = session.customer.role >= role;
  parts_.security.Write({.event = "staff_right_refused",
                         .subject = session.customer.email,
                         .detail = has_role ? "SECOND_STEP_NEEDED" : "NOT_ALLOWED"});
  if (!has_role) return NotAllowed();
  return Error{Code::kPermissionDenied, "SECOND_STEP_NEEDED",
               "staff sign in with two steps: turn them on in your account, or sign in again with a code"};
}

}  // namespace octavo::accounts
