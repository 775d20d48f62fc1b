// Signing in with a code behind the password, and what staff may without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lib/testing/matchers.h"
#include "services/accounts/test_accounts.h"

namespace octavo::accounts {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class TwoStepTest : public AccountsTest {
 protected:
  TwoStepTest() { Join(); }

  // The password is right.
  Secret Challenge(const std::string& client = kClient) { return SignIn(kAda, kPassword, client).value().challenge; }
  Result<Accounts::SignedIn> Complete(const Secret& challenge, const std::string& code, const std::string& client = kClient,
                                      const std::string& device = "") {
    return accounts().CompleteSignIn({.challenge = challenge, .code = code, .client = client, .device = device});
  }
  bool IsOpen(const Secret& session) { return accounts().VerifySession(session).ok(); }
};

TEST_F(TwoStepTest, ThePasswordAloneOpensNoSessionAnyMore) {
  (void)TurnOn(Session());

  const auto first = SignIn();
  ASSERT_THAT(first, IsOk());
  EXPECT_TRUE(first->token.empty());
  EXPECT_THAT(SignIn(kAda, kOther), HasReason("BAD_CREDENTIALS"));
  const auto second = Complete(first->challenge, NextCode());

  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->challenge.empty());
  EXPECT_TRUE(accounts().VerifySession(second->token)->two_steps);
}

TEST_F(TwoStepTest, ACodeWorksOnceAndForAMinuteAndAHalf) {
  (void)TurnOn(Session());
  EXPECT_THAT(Complete(Challenge(), CodeOf(app_)), HasReason("BAD_CODE")) << "used to turn it on";
  const std::string code = NextCode();

  EXPECT_THAT(Complete(Challenge(), code), IsOk());
  EXPECT_THAT(Complete(Challenge(), code), HasReason("BAD_CODE"));
  EXPECT_THAT(Complete(Challenge(), CodeOf(app_, -1)), HasReason("BAD_CODE")) << "of before the last one";
  EXPECT_THAT(Complete(Challenge(), CodeOf(app_, 2)), HasReason("BAD_CODE"));
  EXPECT_THAT(Complete(Challenge(), CodeOf(app_, 1)), IsOk()) << "by a clock that is half a minute fast";
  clock_.Advance(10 * kTotpStep);
  EXPECT_THAT(Complete(Challenge(), CodeOf(app_, -1)), IsOk()) << "by one that is slow";
}

TEST_F(TwoStepTest, AWrongCodeTurnsNothingOnAndTheSameOfferMayBeTriedAgain) {
  const Secret session = Session();
  const auto offer = accounts().OfferTwoStep(session, "").value();
  app_ = FromBase32(offer.secret.Reveal());
  EXPECT_EQ(app_.Reveal().size(), 20u);
  EXPECT_THAT(std::string(offer.uri.Reveal()), HasSubstr("otpauth://totp/Octavo:ada%40example.org?secret="));

  EXPECT_THAT(accounts().TurnOnTwoStep(session, offer.text, CodeOf(app_, 5)), HasReason("BAD_CODE"));
  EXPECT_THAT(accounts().TurnOnTwoStep(Session(), offer.text, CodeOf(app_)), HasReason("BAD_OFFER"));
  EXPECT_THAT(accounts().TurnOnTwoStep(session, "nonsense", CodeOf(app_)), HasReason("BAD_OFFER"));
  EXPECT_FALSE(Session().empty()) << "still one step";
  EXPECT_EQ(accounts().OfferTwoStep(session, offer.text)->secret.Reveal(), offer.secret.Reveal());
  const std::string code = CodeOf(app_);
  EXPECT_THAT(accounts().TurnOnTwoStep(session, offer.text, code.substr(0, 3) + " " + code.substr(3)), IsOk());

  EXPECT_THAT(accounts().TurnOnTwoStep(session, offer.text, NextCode()), HasReason("TWO_STEP_ON"));
  EXPECT_THAT(accounts().OfferTwoStep(session, ""), HasReason("TWO_STEP_ON"));
}

TEST_F(TwoStepTest, RecoveryCodesStandInForTheAppOnceEach) {
  const Secret session = Session();
  const std::vector<std::string> codes = TurnOn(session);
  ASSERT_THAT(codes, SizeIs(10));
  std::string small = codes[0];
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });

  EXPECT_THAT(Complete(Challenge(), small), IsOk());
  EXPECT_THAT(Complete(Challenge(), codes[0]), HasReason("BAD_CODE"));
  EXPECT_EQ(accounts().FindTwoStep(accounts().VerifySession(session)->customer.id)->recovery_codes_left, 9);

  EXPECT_THAT(accounts().MakeRecoveryCodes(session, kOther, codes[1]), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(accounts().MakeRecoveryCodes(session, kPassword, "000000"), HasReason("BAD_CODE"));
  const auto anew = accounts().MakeRecoveryCodes(session, kPassword, codes[1]);
  ASSERT_THAT(anew, IsOk());
  EXPECT_THAT(Complete(Challenge(), codes[2]), HasReason("BAD_CODE")) << "void";
  EXPECT_THAT(Complete(Challenge(), anew->at(0)), IsOk());
}

TEST_F(TwoStepTest, TurningItOffNeedsThePasswordAndACode) {
  const Secret session = Session();
  EXPECT_THAT(accounts().TurnOffTwoStep(session, kPassword, "123456"), HasReason("TWO_STEP_OFF"));
  (void)TurnOn(session);

  EXPECT_THAT(accounts().TurnOffTwoStep(session, kOther, NextCode()), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(accounts().TurnOffTwoStep(session, kPassword, "12345"), HasReason("BAD_CODE"));
  EXPECT_THAT(accounts().TurnOffTwoStep(session, kPassword, NextCode()), IsOk());

  EXPECT_FALSE(Session().empty());
  EXPECT_FALSE(accounts().VerifySession(session)->two_steps);
}

TEST_F(TwoStepTest, AChallengeIsForThatPasswordAndForTenMinutes) {
  const Secret session = Session();
  (void)TurnOn(session);
  const Secret challenge = Challenge();

  EXPECT_THAT(Complete(Secret("none"), NextCode()), HasReason("BAD_CHALLENGE"));
  clock_.Advance(8min);
  EXPECT_THAT(Complete(challenge, NextCode()), IsOk());
  clock_.Advance(1min);
  EXPECT_THAT(Complete(challenge, NextCode()), HasReason("BAD_CHALLENGE"));
  const Secret another = Challenge();
  ASSERT_THAT(accounts().ChangePassword(session, kPassword, kOther), IsOk());
  EXPECT_THAT(Complete(another, NextCode()), HasReason("BAD_CHALLENGE"));
}

TEST_F(TwoStepTest, GuessingCodesIsThrottledForAllButKnownDevices) {
  (void)TurnOn(Session());
  const Secret challenge = Challenge();
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Complete(challenge, "00000" + std::to_string(i), "192.0.2." + std::to_string(i)), HasReason("BAD_CODE"));
  }

  const auto refused = Complete(Challenge("198.51.100.1"), CodeOf(app_, 1), "198.51.100.1");

  ASSERT_THAT(refused, HasReason("TRY_LATER")) << "the right password opens no second round";
  EXPECT_EQ(refused.error().metadata.at("retry_seconds"), "1");
  EXPECT_THAT(Complete(challenge, CodeOf(app_, 1), kClient, "laptop"), IsOk());
}

TEST_F(TwoStepTest, APasswordFromALinkDoesNotTurnItOff) {
  (void)TurnOn(Session());

  ASSERT_THAT(accounts().ResetPassword(AskForReset(), kOther), IsOk());

  const auto signed_in = SignIn(kAda, kOther);
  EXPECT_TRUE(signed_in->token.empty());
  EXPECT_THAT(Complete(signed_in->challenge, NextCode()), IsOk());
}

TEST_F(TwoStepTest, SessionsOfBeforeStay) {
  const Secret before = Session();

  (void)TurnOn(Session());

  EXPECT_TRUE(IsOpen(before));
  EXPECT_FALSE(accounts().VerifySession(before)->two_steps);
}

TEST_F(TwoStepTest, AnExportSaysSoWithoutWhatMakesCodes) {
  const Secret session = Session();
  const std::vector<std::string> codes = TurnOn(session);

  const std::string json = accounts().ExportAsJson(session, kInTime).value();

  EXPECT_EQ(nlohmann::json::parse(json)["two_step_sign_in"]["recovery_codes_left"], 10);
  EXPECT_THAT(json, Not(HasSubstr(codes[0])));
  EXPECT_THAT(json, Not(HasSubstr(Base32(app_.Reveal()))));
}

TEST_F(TwoStepTest, ErasingTakesItAlong) {
  const Secret session = Session();
  (void)TurnOn(session);
  const CustomerId id = accounts().VerifySession(session)->customer.id;

  ASSERT_THAT(accounts().Erase(session, kPassword), IsOk());

  EXPECT_FALSE(store_.FindTwoStep(id).has_value());
}

TEST_F(TwoStepTest, WhatHappensIsLoggedWithoutCodes) {
  const Secret session = Session();
  lines_.clear();

  const std::vector<std::string> codes = TurnOn(session);
  (void)Complete(Challenge(), "000000");
  ASSERT_THAT(Complete(Challenge(), codes[0]), IsOk());
  ASSERT_THAT(accounts().MakeRecoveryCodes(session, kPassword, NextCode()), IsOk());
  ASSERT_THAT(accounts().TurnOffTwoStep(session, kPassword, NextCode()), IsOk());

  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  for (const char* event : {"two_step_turned_on", "second_step_asked", "second_step_failed", "recovery_code_used", "9 left",
                            "signed_in", "recovery_codes_made", "two_step_turned_off"}) {
    EXPECT_THAT(all, HasSubstr(event));
  }
  EXPECT_THAT(all, Not(HasSubstr(codes[0])));
  EXPECT_THAT(all, Not(HasSubstr("000000 ")));
}

TEST_F(TwoStepTest, WithoutTheKeyOnlyARecoveryCodeHelps) {
  const std::vector<std::string> codes = TurnOn(Session());
  const SecretCipher other(names::Keys({Secret(std::string(names::Keys::kKeyBytes, 'y'))}), random_);
  Accounts without({store_, *hasher_, mail_queue_, peers_, tasks_added_, security_, TestPageTokens(), other, clock_, random_},
                   policy_);

  EXPECT_THAT(without.CompleteSignIn({.challenge = Challenge(), .code = NextCode()}), HasReason("TWO_STEP_UNREADABLE"));
  EXPECT_THAT(without.CompleteSignIn({.challenge = Challenge(), .code = codes[0]}), IsOk());
}

// --- Staff

TEST_F(OwnerTest, StaffWhoHaveNotDoneTheSecondStepHaveNoStaffRights) {
  const Customer ada = Join();
  const Secret session = SignIn(owner_.email).value().token;
  EXPECT_EQ(accounts().VerifySession(session)->role(), Role::kCustomer);

  const auto refused = accounts().SetRole(session, ada.id, Role::kBookseller);
  ASSERT_THAT(refused, HasReason("SECOND_STEP_NEEDED"));
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_EQ(accounts().GetCustomer(ada.id)->role, Role::kCustomer);

  const Secret elsewhere = SignIn(owner_.email).value().token;
  (void)TurnOn(session);
  EXPECT_EQ(accounts().VerifySession(session)->role(), Role::kOwner);
  EXPECT_THAT(accounts().SetRole(session, ada.id, Role::kBookseller), IsOk());
  EXPECT_THAT(accounts().SetRole(elsewhere, ada.id, Role::kCustomer), HasReason("SECOND_STEP_NEEDED"))
      << "opened with the password alone, perhaps by who has only that";

  ASSERT_THAT(accounts().TurnOffTwoStep(session, kPassword, NextCode()), IsOk());
  EXPECT_THAT(accounts().SetRole(session, ada.id, Role::kCustomer), HasReason("SECOND_STEP_NEEDED"));
}

TEST_F(OwnerTest, RightsAreForTheRoleAndThoseAbove) {
  const Customer ada = Join();
  const Secret owner = OwnersSession();
  ASSERT_THAT(accounts().SetRole(owner, ada.id, Role::kBookseller), IsOk());
  const Secret hers = Session();
  (void)TurnOn(hers);

  EXPECT_THAT(accounts().RequireStaff(hers, Role::kBookseller), IsOk());
  EXPECT_THAT(accounts().RequireStaff(hers, Role::kManager), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(accounts().RequireStaff(owner, Role::kManager), IsOk());
  EXPECT_THAT(accounts().RequireStaff(Secret("none"), Role::kBookseller), HasReason("NO_SESSION"));
}

// --- What encrypts it

TEST(SecretCipherTest, DecryptsWhatItEncryptedForThatPurposeWithAnyOfItsKeys) {
  ASSERT_GE(sodium_init(), 0);
  SystemRandom random;
  const Secret before(std::string(names::Keys::kKeyBytes, 'a'));
  const Secret now(std::string(names::Keys::kKeyBytes, 'b'));
  const Secret text("twenty bytes of text");
  const std::string encrypted = SecretCipher(names::Keys({before}), random).Encrypt("ada", text);
  const SecretCipher cipher(names::Keys({now, before}), random);

  EXPECT_EQ(cipher.Decrypt("ada", encrypted)->Reveal(), text.Reveal());
  EXPECT_THAT(encrypted, Not(HasSubstr("twenty")));
  EXPECT_NE(cipher.Encrypt("ada", text), cipher.Encrypt("ada", text));
  EXPECT_FALSE(cipher.Decrypt("bob", encrypted).has_value());
  EXPECT_FALSE(cipher.Decrypt("ada", cipher.Encrypt("ada", text) + "A").has_value());
  EXPECT_FALSE(SecretCipher(names::Keys({now}), random).Decrypt("ada", encrypted).has_value());
  for (const char* nonsense : {"", "A", "not base 64!", "AAAA"}) EXPECT_FALSE(cipher.Decrypt("ada", nonsense).has_value());
  EXPECT_FALSE(cipher.Decrypt("ada", std::string(5000, 'A')).has_value());
}

}  // namespace
}  // namespace octavo::accounts
