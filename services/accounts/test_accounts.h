// For tests of Accounts: one over a store in memory, with messages that can be read and a clock that stands
// still.
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/check.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/page_tokens.h"
#include "services/accounts/accounts.h"
#include "services/accounts/domain/two_step.h"
#include "services/accounts/fake_peers.h"
#include "services/accounts/mail/fake_mailer.h"
#include "services/accounts/memory_store.h"

namespace octavo::accounts {

inline const std::string kAda = "ada@example.org";
inline const std::string kShop = "https://shop.example";
inline const std::string kClient = "192.0.2.7";
inline constexpr Timestamp kInTime = FakeClock::kNoon + std::chrono::seconds(5);
inline const Secret kPassword("tolstoy-on-a-tram");
inline const Secret kOther("woolf-on-a-bicycle");

class Lines final : public obs::LogSink {
 public:
  explicit Lines(std::vector<std::string>& lines) : lines_(lines) {}
  void Write(obs::Level, const std::string& line) override { lines_.push_back(line); }

 private:
  std::vector<std::string>& lines_;
};

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() { policy_.messages_per_email.free_count = 100; }

  // The least that argon2id takes: fast, for tests.
  static std::unique_ptr<PasswordHasher> MakeHasher(std::int64_t passes) {
    CHECK(sodium_init() >= 0);
    return PasswordHasher::Make({.memory_bytes = 8192, .passes = passes}).value();
  }
  // Registers and answers the message.
  Customer Join(const std::string& email = kAda, const Secret& password = kPassword) {
    CHECK(Register(email, password).ok());
    return accounts().VerifyEmail(NextToken(), Secret(kPassword)).value();
  }
  Status Register(const std::string& email, const Secret& password, const std::string& request_id = "") {
    return accounts().Register(
        {.email = email, .password = password, .full_name = "Ada", .base_uri = kShop, .request_id = request_id});
  }
  // The message behind those that were read before.
  Message NextMessage() {
    messages_read_ += 1;
    return mailer_.WaitFor(messages_read_)[messages_read_ - 1];
  }
  Secret NextToken() { return Secret(TokenIn(NextMessage().text.Reveal())); }
  Result<Accounts::SignedIn> SignIn(const std::string& email = kAda, const Secret& password = kPassword,
                                    const std::string& client = kClient, const std::string& device = "") {
    return accounts().SignIn({.email = email, .password = password, .client = client, .device = device});
  }
  Secret Session() { return SignIn().value().token; }
  // What an app with this secret shows now, or some steps later.
  std::string CodeOf(const Secret& secret, std::int64_t steps = 0) { return TotpCode(secret, TotpStepAt(clock_.Now()) + steps); }
  // Turns two steps on in the session; gives the recovery codes. The app's secret is app_.
  std::vector<std::string> TurnOn(const Secret& session) {
    const auto offer = accounts().OfferTwoStep(session, "").value();
    app_ = FromBase32(offer.secret.Reveal());
    return accounts().TurnOnTwoStep(session, offer.text, CodeOf(app_)).value();
  }
  // Half a minute later: the code before is used up.
  std::string NextCode() {
    clock_.Advance(kTotpStep);
    return CodeOf(app_);
  }
  static Secret FromBase32(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
      bits = bits << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
      count += 5;
      if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8));
    }
    return Secret(std::move(bytes));
  }
  Secret AskForReset() {
    CHECK(accounts().RequestPasswordReset(kAda, kShop, kClient).ok());
    return NextToken();
  }
  // Made at the first use, with the policy as it is then.
  Accounts& accounts() {
    if (!accounts_) {
      accounts_.emplace(Accounts::Parts{store_, *hasher_, mail_queue_, peers_, tasks_added_, security_, TestPageTokens(), cipher_,
                                        clock_, random_},
                        policy_);
    }
    return *accounts_;
  }

  FakeClock clock_;
  SystemRandom random_;
  std::vector<std::string> lines_;  // Of the log: one thread writes what concerns security.
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Log security_lines_{clock_, obs::Level::kError, obs::LogFormat::kLogfmt, std::make_unique<Lines>(lines_)};
  const names::SecurityLog security_{security_lines_, TestPageTokens()};
  obs::Metrics metrics_;
  MemoryStore store_;
  FakeMailer mailer_;
  MailQueue mail_queue_{mailer_, *log_, metrics_, {}};
  FakePeerServices peers_;
  ChangeSignal tasks_added_;
  std::unique_ptr<PasswordHasher> hasher_ = MakeHasher(/*passes=*/1);
  const SecretCipher cipher_{names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'x'))}), random_};
  Secret app_;
  Policy policy_;
  std::optional<Accounts> accounts_;
  std::size_t messages_read_ = 0;
};

// With an owner.
class OwnerTest : public AccountsTest {
 protected:
  OwnerTest() {
    owner_ = store_.PutOwner({.id = CustomerId("owner"), .email = "owner@example.org", .role = Role::kOwner},
                             hasher_->Hash(kPassword).value());
  }
  // One that may do what owners may: with both steps.
  Secret OwnersSession() {
    const auto signed_in = SignIn(owner_.email).value();
    if (signed_in.challenge.empty()) {
      (void)TurnOn(signed_in.token);
      return signed_in.token;
    }
    return accounts().CompleteSignIn({.challenge = signed_in.challenge, .code = NextCode()}).value().token;
  }

  Customer owner_;
};

}  // namespace octavo::accounts
