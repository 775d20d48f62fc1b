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

// --- Registering

TEST_F(AccountsTest, WhoAnswersTheMessageHasAnAccount) {
  ASSERT_THAT(Register(" Ada@Example.org", kPassword), IsOk());
  const Message message = NextMessage();
  EXPECT_EQ(message.to, kAda);
  EXPECT_THAT(message.text.Reveal(), HasSubstr(kShop + "/account/verify?token="));
  EXPECT_THAT(SignIn(), HasReason("BAD_CREDENTIALS"));  // Not yet.

  const Result<Customer> customer = accounts().VerifyEmail(Secret(TokenIn(message.text.Reveal())), Secret(kPassword));

  ASSERT_THAT(customer, IsOk());
  EXPECT_EQ(customer->email, kAda);
  EXPECT_EQ(customer->full_name, "Ada");
  EXPECT_EQ(customer->role, Role::kCustomer);
  EXPECT_THAT(SignIn(), IsOk());
}

TEST_F(AccountsTest, RegisteringAnAddressThatHasAnAccountLooksTheSameAndTellsItsOwner) {
  Join();

  EXPECT_THAT(Register(kAda, kOther), IsOk());

  const Message message = NextMessage();
  EXPECT_EQ(message.to, kAda);
  EXPECT_EQ(TokenIn(message.text.Reveal()), "");
  EXPECT_THAT(SignIn(kAda, kOther), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(SignIn(kAda, kPassword), IsOk());
}

TEST_F(AccountsTest, SomebodyElseWhoRegistersTheSameAddressDoesNotChooseThePassword) {
  ASSERT_THAT(Register(kAda, kPassword), IsOk());
  const Secret hers = NextToken();
  ASSERT_THAT(Register(kAda, kOther), IsOk());
  const Secret theirs = NextToken();

  ASSERT_THAT(accounts().VerifyEmail(hers, Secret(kPassword)), IsOk());

  EXPECT_THAT(accounts().VerifyEmail(theirs, Secret(kOther)), HasReason("BAD_TOKEN"));
  EXPECT_THAT(SignIn(kAda, kOther), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(SignIn(kAda, kPassword), IsOk());
}

TEST_F(AccountsTest, WhoPressesTheLinkOfAStrangersRegistrationOpensNothingForThem) {
  ASSERT_THAT(Register(kAda, kOther), IsOk());  // By somebody who would like to see her orders.
  const Secret link = NextToken();

  EXPECT_THAT(accounts().VerifyEmail(link, Secret(kPassword)), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(accounts().VerifyEmail(link, Secret("")), HasReason("BAD_CREDENTIALS"));

  EXPECT_THAT(SignIn(kAda, kOther), HasReason("BAD_CREDENTIALS")) << "there is no account";
  EXPECT_THAT(accounts().VerifyEmail(link, Secret(kOther)), IsOk()) << "a slip of the fingers does not use up the link";
}

TEST_F(AccountsTest, TheSameRequestSendsOneMessage) {
  ASSERT_THAT(Register(kAda, kPassword, "request"), IsOk());
  ASSERT_THAT(Register(kAda, kPassword, "request"), IsOk());
  ASSERT_THAT(Register("bob@example.org", kPassword), IsOk());

  EXPECT_EQ(NextMessage().to, kAda);
  EXPECT_EQ(NextMessage().to, "bob@example.org");
}

TEST_F(AccountsTest, ALinkWorksOnceAndForADay) {
  ASSERT_THAT(Register(kAda, kPassword), IsOk());
  const Secret first = NextToken();
  clock_.Advance(24h);
  EXPECT_THAT(accounts().VerifyEmail(first, Secret(kPassword)), HasReason("BAD_TOKEN"));

  ASSERT_THAT(Register(kAda, kPassword), IsOk());
  const Secret second = NextToken();
  EXPECT_THAT(accounts().VerifyEmail(second, Secret(kPassword)), IsOk());
  EXPECT_THAT(accounts().VerifyEmail(second, Secret(kPassword)), HasReason("BAD_TOKEN"));
  EXPECT_THAT(accounts().VerifyEmail(Secret(""), Secret(kPassword)), HasReason("BAD_TOKEN"));
}

TEST_F(AccountsTest, NobodysBoxIsFilled) {
  policy_.messages_per_email = {.free_count = 2, .wait_first = 1min, .wait_max = 1h, .forgotten_after = 24h};

  for (int i = 0; i < 5; ++i) EXPECT_THAT(Register(kAda, kPassword), IsOk());
  EXPECT_THAT(Register("bob@example.org", kPassword), IsOk());

  EXPECT_EQ(NextMessage().to, kAda);
  EXPECT_EQ(NextMessage().to, kAda);
  EXPECT_EQ(NextMessage().to, "bob@example.org");
}

TEST_F(AccountsTest, OneClientRegistersSoOftenAndNoMore) {
  policy_.registrations_per_client = {.free_count = 3, .wait_first = 10s, .wait_max = 1h, .forgotten_after = 24h};
  const auto register_from = [&](const std::string& client, int reader) {
    return accounts().Register({.email = "reader" + std::to_string(reader) + "@example.org",
                                .password = kPassword,
                                .base_uri = kShop,
                                .client = client});
  };
  for (int i = 0; i < 3; ++i) EXPECT_THAT(register_from("2001:db8::" + std::to_string(i), i), IsOk());
  const std::int64_t hashed = hasher_->count();

  const Status refused = register_from("2001:db8::7", 3);

  ASSERT_THAT(refused, HasReason("TRY_LATER"));
  EXPECT_EQ(refused.error().metadata.at("retry_seconds"), "10");
  EXPECT_EQ(hasher_->count(), hashed) << "refused before the costly part";
  EXPECT_THAT(register_from("192.0.2.8", 4), IsOk());
  clock_.Advance(10s);
  EXPECT_THAT(register_from("2001:db8::7", 5), IsOk());
}

TEST_F(AccountsTest, RefusesWhatIsNoRegistration) {
  EXPECT_THAT(Register("ada", kPassword), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Register(kAda, Secret("password123")), HasReason("INVALID_FIELD"));
  EXPECT_THAT(accounts().Register({.email = kAda, .password = kPassword, .base_uri = "javascript:alert(1)"}),
              HasReason("INVALID_FIELD"));
}

// --- Signing in

TEST_F(AccountsTest, ASessionSaysWhoseItIs) {
  const Customer ada = Join();

  const auto signed_in = SignIn(" ADA@example.org ");

  ASSERT_THAT(signed_in, IsOk());
  EXPECT_EQ(signed_in->token.Reveal().size(), 43u);  // 256 bits.
  const auto session = accounts().VerifySession(signed_in->token);
  ASSERT_THAT(session, IsOk());
  EXPECT_EQ(session->customer, ada);
  EXPECT_EQ(session->expires, FakeClock::kNoon + 14 * 24h);
}

TEST_F(AccountsTest, WrongUnknownAndMalformedAreTheSameAnswer) {
  Join();

  const auto wrong = SignIn(kAda, kOther);
  const auto unknown = SignIn("bob@example.org", kOther);
  const auto malformed = SignIn("bob", kOther);
  const auto long_one = SignIn(kAda, Secret(std::string(5000, 'x')));

  ASSERT_THAT(wrong, HasReason("BAD_CREDENTIALS"));
  EXPECT_EQ(wrong.error(), unknown.error());
  EXPECT_EQ(wrong.error(), malformed.error());
  EXPECT_EQ(wrong.error(), long_one.error());
}

TEST_F(AccountsTest, KnownAndUnknownAddressesTakeTheSameWork) {
  Join();
  const auto hashes = [&](const auto& action) {
    const std::int64_t before = hasher_->count();
    action();
    return hasher_->count() - before;
  };

  EXPECT_EQ(hashes([&] { (void)SignIn(kAda, kOther); }), 1);
  EXPECT_EQ(hashes([&] { (void)SignIn("nobody@example.org", kOther); }), 1);
  EXPECT_EQ(hashes([&] { (void)Register(kAda, kOther); }), 1);
  EXPECT_EQ(hashes([&] { (void)Register("nobody@example.org", kOther); }), 1);
  EXPECT_EQ(hashes([&] { (void)accounts().RequestPasswordReset(kAda, kShop, kClient); }), 0);
  EXPECT_EQ(hashes([&] { (void)accounts().RequestPasswordReset("nobody@example.org", kShop, kClient); }), 0);
}

TEST_F(AccountsTest, GuessingAtOneAddressIsThrottledWhetherItExistsOrNot) {
  Join();
  for (const std::string& email : {kAda, std::string("nobody@example.org")}) {
    for (int i = 0; i < 5; ++i) {
      EXPECT_THAT(SignIn(email, kOther, "client-" + std::to_string(i)), HasReason("BAD_CREDENTIALS"));
    }

    const auto refused = SignIn(email, kPassword, "another");

    ASSERT_THAT(refused, HasReason("TRY_LATER")) << email;
    EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
    EXPECT_EQ(refused.error().metadata.at("retry_seconds"), "1");
  }
}

TEST_F(AccountsTest, TheWaitDoublesAndTheRightPasswordAfterItEndsIt) {
  Join();
  for (int i = 0; i < 5; ++i) (void)SignIn(kAda, kOther);
  clock_.Advance(1s);
  EXPECT_THAT(SignIn(kAda, kOther), HasReason("BAD_CREDENTIALS"));
  clock_.Advance(1s);
  EXPECT_THAT(SignIn(), HasReason("TRY_LATER"));
  clock_.Advance(1s);
  EXPECT_THAT(SignIn(), IsOk());

  for (int i = 0; i < 4; ++i) EXPECT_THAT(SignIn(kAda, kOther), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(SignIn(), IsOk());
}

TEST_F(AccountsTest, WhoIsKnownOnADeviceDoesNotWaitForOthersWhoGuess) {
  policy_.guesses_per_client.free_count = 5;
  Join();
  const Secret session = Session();
  for (int i = 0; i < 6; ++i) (void)SignIn(kAda, kOther);
  ASSERT_THAT(SignIn(kAda, kPassword, "198.51.100.1"), HasReason("TRY_LATER"));

  EXPECT_THAT(SignIn(kAda, kPassword, kClient, "laptop"), IsOk()) << "even from the guesser's own network";
  EXPECT_THAT(accounts().ChangePassword(session, kPassword, Secret("proust-on-a-ferry")), IsOk());
  EXPECT_THAT(SignIn(kAda, kPassword, "198.51.100.1"), HasReason("TRY_LATER")) << "the guesser goes on waiting";
}

TEST_F(AccountsTest, WhatConcernsSecurityIsLoggedWithoutSayingWhoItWas) {
  Join();
  store_.PutOwner({.id = CustomerId("0193583c-5a00-7abc-8def-000000000009"), .email = "owner@example.org", .role = Role::kOwner},
                  hasher_->Hash(kPassword).value());
  const Secret owner = SignIn("owner@example.org").value().token;
  (void)TurnOn(owner);
  const Secret session = Session();
  const CustomerId ada = accounts().VerifySession(session)->customer.id;
  lines_.clear();

  for (int i = 0; i < 6; ++i) (void)SignIn(kAda, kOther);
  (void)SignIn("nobody@example.org", kOther);
  ASSERT_THAT(SignIn(kAda, kPassword, "", "laptop"), IsOk());
  (void)accounts().ChangePassword(session, kOther, Secret("proust-on-a-ferry"));
  ASSERT_THAT(accounts().ChangePassword(session, kPassword, kOther), IsOk());
  EXPECT_EQ(NextMessage().subject, "Your password was changed");
  ASSERT_THAT(accounts().ResetPassword(AskForReset(), Secret("proust-on-a-ferry")), IsOk());
  (void)accounts().SetRole(SignIn(kAda, Secret("proust-on-a-ferry")).value().token, ada, Role::kOwner);
  ASSERT_THAT(accounts().SetRole(owner, ada, Role::kManager), IsOk());

  std::vector<std::string> events;
  for (const std::string& line : lines_) {
    EXPECT_THAT(line, HasSubstr(" level=security "));
    for (const char* secret : {"ada", "example.org", "192.0.2.7", "-on-a-", "laptop"}) {
      EXPECT_EQ(line.find(secret), std::string::npos) << line;
    }
    const std::size_t begin = line.find("security_") + 9;
    const std::string event = line.substr(begin, line.find(' ', begin) - begin);
    if (events.empty() || events.back() != event) events.push_back(event);
  }
  EXPECT_THAT(events, testing::ElementsAre("sign_in_failed", "sign_in_throttled", "sign_in_failed", "signed_in",
                                           "password_check_failed", "password_changed", "password_reset_asked", "password_reset",
                                           "signed_in", "staff_right_refused", "role_changed"));
  EXPECT_THAT(lines_.front(), HasSubstr("subject=" + security_.Pseudonym(kAda) + " client=" + security_.Pseudonym(kClient)));
  EXPECT_THAT(lines_.back(), HasSubstr("detail=manager"));
}

TEST_F(AccountsTest, GuessingOnAKnownDeviceIsThrottledForItself) {
  Join();
  for (int i = 0; i < 5; ++i) EXPECT_THAT(SignIn(kAda, kOther, "", "stolen"), HasReason("BAD_CREDENTIALS"));

  EXPECT_THAT(SignIn(kAda, kPassword, "", "stolen"), HasReason("TRY_LATER"));
  EXPECT_THAT(SignIn("bob@example.org", kPassword, "", "stolen"), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(SignIn(kAda, kPassword, "", "laptop"), IsOk());
  EXPECT_THAT(SignIn(), IsOk());
}

TEST_F(AccountsTest, GuessingAtManyAddressesFromOneClientIsThrottled) {
  policy_.guesses_per_client.free_count = 3;
  Join();
  for (int i = 0; i < 3; ++i) (void)SignIn("reader" + std::to_string(i) + "@example.org", kOther);

  EXPECT_THAT(SignIn(), HasReason("TRY_LATER"));
  EXPECT_THAT(SignIn(kAda, kPassword, "192.0.2.8"), IsOk());
}

TEST_F(AccountsTest, AnAccountOfOnesOwnDoesNotPayForGuessingAtOthers) {
  policy_.guesses_per_client.free_count = 3;
  Join();
  (void)SignIn("bob@example.org", kOther);
  (void)SignIn("eve@example.org", kOther);
  EXPECT_THAT(SignIn(), IsOk());
  (void)SignIn("dan@example.org", kOther);

  EXPECT_THAT(SignIn(), HasReason("TRY_LATER"));
}

TEST_F(AccountsTest, AnOutdatedHashIsRenewedWhenThePasswordIsAtHand) {
  const Customer ada = Join();
  const PasswordHash before = store_.FindCustomer(ada.id)->password_hash;
  hasher_ = MakeHasher(/*passes=*/2);
  accounts_.reset();

  EXPECT_THAT(SignIn(), IsOk());

  EXPECT_NE(store_.FindCustomer(ada.id)->password_hash, before);
  EXPECT_THAT(SignIn(), IsOk());
}

// --- Sessions

TEST_F(AccountsTest, ASessionEndsByDisuse) {
  Join();
  const Secret session = Session();

  clock_.Advance(13 * 24h);
  EXPECT_THAT(accounts().VerifySession(session), IsOk());
  clock_.Advance(13 * 24h);
  EXPECT_THAT(accounts().VerifySession(session), IsOk());
  clock_.Advance(14 * 24h);
  EXPECT_THAT(accounts().VerifySession(session), HasReason("NO_SESSION"));
}

TEST_F(AccountsTest, ASessionEndsByAgeHoweverMuchItIsUsed) {
  Join();
  const Secret session = Session();

  for (int day = 0; day < 89; ++day) {
    clock_.Advance(24h);
    ASSERT_THAT(accounts().VerifySession(session), IsOk()) << day;
  }
  clock_.Advance(24h);

  EXPECT_THAT(accounts().VerifySession(session), HasReason("NO_SESSION"));
}

TEST_F(AccountsTest, SigningOutEndsASessionAndRepeatingItIsNothing) {
  Join();
  const Secret session = Session();
  const Secret other = Session();

  accounts().SignOut(session);
  accounts().SignOut(session);

  EXPECT_THAT(accounts().VerifySession(session), HasReason("NO_SESSION"));
  EXPECT_THAT(accounts().VerifySession(other), IsOk());
  EXPECT_THAT(accounts().VerifySession(Secret("")), HasReason("NO_SESSION"));
}

TEST_F(AccountsTest, SigningOutEverywhereKeepsThisOneWhereAsked) {
  Join();
  const Secret here = Session();
  const Secret there = Session();

  EXPECT_EQ(accounts().SignOutEverywhere(here, /*keep_this=*/true).value(), 1);
  EXPECT_THAT(accounts().VerifySession(there), HasReason("NO_SESSION"));
  EXPECT_EQ(accounts().SignOutEverywhere(here, /*keep_this=*/false).value(), 1);
  EXPECT_THAT(accounts().SignOutEverywhere(here, /*keep_this=*/false), HasReason("NO_SESSION"));
}

TEST_F(AccountsTest, OpenSessionsAreListedTheLastUsedFirst) {
  Join();
  const Secret first = Session();
  clock_.Advance(24h);
  const Secret second = Session();
  clock_.Advance(10h);
  ASSERT_THAT(accounts().VerifySession(first), IsOk());

  const auto sessions = accounts().ListSessions(second);

  ASSERT_THAT(sessions, IsOk());
  ASSERT_EQ(sessions->size(), 2u);
  EXPECT_FALSE((*sessions)[0].is_this);
  EXPECT_EQ((*sessions)[0].times, (SessionTimes{FakeClock::kNoon, FakeClock::kNoon + 34h}));
  EXPECT_TRUE((*sessions)[1].is_this);
  EXPECT_EQ((*sessions)[1].expires, FakeClock::kNoon + 15 * 24h);
}

TEST_F(AccountsTest, OneSessionIsEndedFromAnother) {
  Join();
  Join("bob@example.org");
  const Secret here = Session();
  const Secret there = Session();
  const Secret of_bob = SignIn("bob@example.org").value().token;
  const auto other = [&](const Secret& token) {
    const auto listed = accounts().ListSessions(token).value();
    return std::find_if(listed.begin(), listed.end(), [](const ListedSession& one) { return !one.is_this; })->id;
  };
  const std::string id = other(here);
  EXPECT_EQ(id.size(), 32u);

  EXPECT_THAT(accounts().EndSession(Secret("none"), id), HasReason("NO_SESSION"));
  EXPECT_THAT(accounts().EndSession(of_bob, id), IsOk());
  EXPECT_THAT(accounts().VerifySession(there), IsOk()) << "another customer's session is nobody's to end";
  EXPECT_THAT(accounts().EndSession(here, id), IsOk());
  EXPECT_THAT(accounts().EndSession(here, id), IsOk()) << "as before";

  EXPECT_THAT(accounts().VerifySession(there), HasReason("NO_SESSION"));
  EXPECT_THAT(accounts().VerifySession(here), IsOk());
}

TEST_F(AccountsTest, ASessionThatHasRunOutIsNotListed) {
  Join();
  const Secret old = Session();
  clock_.Advance(24h);
  const Secret young = Session();
  clock_.Advance(13 * 24h);

  EXPECT_EQ(accounts().ListSessions(young)->size(), 1u);
  EXPECT_THAT(accounts().ListSessions(old), HasReason("NO_SESSION"));
}

// --- Passwords

TEST_F(AccountsTest, ChangingThePasswordEndsTheOtherSessionsAndSaysSo) {
  Join();
  const Secret here = Session();
  const Secret there = Session();

  EXPECT_THAT(accounts().ChangePassword(here, kPassword, kOther), IsOk());

  EXPECT_THAT(accounts().VerifySession(here), IsOk());
  EXPECT_THAT(accounts().VerifySession(there), HasReason("NO_SESSION"));
  EXPECT_THAT(SignIn(), HasReason("BAD_CREDENTIALS"));
  EXPECT_THAT(SignIn(kAda, kOther), IsOk());
  EXPECT_EQ(NextMessage().subject, "Your password was changed");
}

TEST_F(AccountsTest, ChangingThePasswordNeedsTheOldOneAndIsThrottled) {
  Join();
  const Secret session = Session();

  EXPECT_THAT(accounts().ChangePassword(Secret("none"), kPassword, kOther), HasReason("NO_SESSION"));
  EXPECT_THAT(accounts().ChangePassword(session, kPassword, Secret("short")), HasReason("INVALID_FIELD"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(accounts().ChangePassword(session, kOther, kOther), HasReason("BAD_CREDENTIALS"));
  }
  EXPECT_THAT(accounts().ChangePassword(session, kPassword, kOther), HasReason("TRY_LATER"));
}

TEST_F(AccountsTest, AForgottenPasswordIsReplacedByALinkThatWorksOnce) {
  Join();
  const Secret session = Session();
  const Secret token = AskForReset();

  EXPECT_THAT(accounts().ResetPassword(token, Secret("short")), HasReason("INVALID_FIELD"));
  EXPECT_THAT(accounts().ResetPassword(token, kOther), IsOk());

  EXPECT_THAT(accounts().VerifySession(session), HasReason("NO_SESSION"));
  EXPECT_THAT(SignIn(kAda, kOther), IsOk());
  EXPECT_THAT(accounts().ResetPassword(token, kPassword), HasReason("BAD_TOKEN"));
  EXPECT_EQ(NextMessage().subject, "Your password was changed");
}

TEST_F(AccountsTest, AResetLinkWorksForAnHour) {
  Join();
  const Secret token = AskForReset();

  clock_.Advance(1h);

  EXPECT_THAT(accounts().ResetPassword(token, kOther), HasReason("BAD_TOKEN"));
}

TEST_F(AccountsTest, AResetEndsTheWaitThatOthersGuessesCaused) {
  Join();
  for (int i = 0; i < 6; ++i) (void)SignIn(kAda, kOther, "");
  ASSERT_THAT(SignIn(), HasReason("TRY_LATER"));

  ASSERT_THAT(accounts().ResetPassword(AskForReset(), Secret("proust-on-a-ferry")), IsOk());

  EXPECT_THAT(SignIn(kAda, Secret("proust-on-a-ferry")), IsOk());
}

TEST_F(AccountsTest, AskingForAnUnknownAddressLooksTheSameAndSendsNothing) {
  Join();

  EXPECT_THAT(accounts().RequestPasswordReset("nobody@example.org", kShop, kClient), IsOk());
  EXPECT_THAT(accounts().RequestPasswordReset(kAda, kShop, kClient), IsOk());

  EXPECT_EQ(NextMessage().to, kAda);
}

// --- Roles, export, erasure

TEST_F(OwnerTest, OwnersGiveRolesAndTheSessionsOfTheOthersKnowAtOnce) {
  const Customer ada = Join();
  const Secret hers = Session();

  EXPECT_THAT(accounts().SetRole(hers, ada.id, Role::kOwner), HasReason("NOT_ALLOWED"));
  EXPECT_THAT(accounts().SetRole(Secret("none"), ada.id, Role::kOwner), HasReason("NO_SESSION"));
  EXPECT_THAT(accounts().SetRole(OwnersSession(), ada.id, Role::kBookseller), IsOk());

  EXPECT_EQ(accounts().VerifySession(hers)->customer.role, Role::kBookseller);
  EXPECT_THAT(accounts().SetRole(OwnersSession(), owner_.id, Role::kCustomer), HasReason("LAST_OWNER"));
}

TEST_F(OwnerTest, CustomersAreListed) {
  const Customer ada = Join();

  EXPECT_EQ(accounts().ListCustomers(CustomerId(), 10).size(), 2u);
  EXPECT_EQ(accounts().GetCustomer(ada.id).value(), ada);
  EXPECT_THAT(accounts().GetCustomer(CustomerId("none")), HasReason("UNKNOWN_CUSTOMER"));
}

TEST_F(AccountsTest, TheExportHasEverythingButHashesAndTokens) {
  const Customer ada = Join();
  const Secret session = Session();
  const Secret reset = AskForReset();

  const auto json = accounts().ExportAsJson(session, kInTime);

  ASSERT_THAT(json, IsOk());
  const auto parsed = nlohmann::json::parse(*json);
  EXPECT_EQ(parsed["customer"]["name"], "customers/" + ada.id.value());
  EXPECT_EQ(parsed["customer"]["email"], kAda);
  EXPECT_EQ(parsed["customer"]["role"], "customer");
  EXPECT_EQ(parsed["sessions"].size(), 1u);
  EXPECT_EQ(parsed["sessions"][0]["create_time"], "2026-01-05T12:00:00.000000Z");
  EXPECT_EQ(parsed["password_resets"].size(), 1u);
  EXPECT_EQ(parsed["two_step_sign_in"], "off");
  EXPECT_EQ(parsed.at("orders").at(0).at("number"), "B-1");
  EXPECT_TRUE(parsed.at("cart").is_object());
  EXPECT_TRUE(parsed.at("reading_events").is_array());
  EXPECT_EQ(json->find(session.Reveal()), std::string::npos);
  EXPECT_EQ(json->find(reset.Reveal()), std::string::npos);
  EXPECT_EQ(json->find("argon2"), std::string::npos);
  EXPECT_THAT(accounts().ExportAsJson(Secret("none"), kInTime), HasReason("NO_SESSION"));
}

TEST_F(AccountsTest, AnExportIsWholeOrNone) {
  Join();
  peers_.Fail(Error{Code::kUnavailable, "STARTING", "not yet"});

  EXPECT_THAT(accounts().ExportAsJson(Session(), kInTime), HasReason("STARTING"));
}

TEST_F(AccountsTest, ErasingNeedsThePasswordAndFreesTheAddress) {
  const Customer ada = Join();
  const Secret session = Session();

  EXPECT_THAT(accounts().Erase(Secret("none"), kPassword), HasReason("NO_SESSION"));
  EXPECT_THAT(accounts().Erase(session, kOther), HasReason("BAD_CREDENTIALS"));
  EXPECT_EQ(accounts().Erase(session, kPassword).value(), ada);

  EXPECT_THAT(accounts().VerifySession(session), HasReason("NO_SESSION"));
  EXPECT_THAT(SignIn(), HasReason("BAD_CREDENTIALS"));
  EXPECT_NE(Join().id, ada.id);
}

TEST_F(OwnerTest, TheLastOwnerIsNotErased) { EXPECT_THAT(accounts().Erase(OwnersSession(), kPassword), HasReason("LAST_OWNER")); }

}  // namespace
}  // namespace octavo::accounts
