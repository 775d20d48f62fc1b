// The pages about accounts over customers in memory: the ways in and out, that nobody learns who has an account, that no
// token or password gets where it should not be.
#include "services/marketplace/pages/account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/testing/pages_fixture.h"

namespace octavo::marketplace {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kAda = "ada@example.org";
const std::string kPassword = "tolstoy-on-a-tram";
const std::string kOther = "woolf-on-a-bicycle";

class AccountPagesTest : public PagesFixture {
 protected:
  AccountPagesTest() {
    headers_.Add("Host", "127.0.0.1:8080");
    Get("/");  // For the visitor's cookie.
  }

  // Sends the form of the page that was looked at last: its hidden fields, and these, which come first.
  http::Response Submit(const std::string& target, Fields fields = {}) {
    constexpr std::string_view kHidden = "<input type=\"hidden\" name=\"";
    for (std::size_t at = last_page_.find(kHidden); at != std::string::npos; at = last_page_.find(kHidden, at + 1)) {
      const std::size_t name = at + kHidden.size();
      const std::string field = last_page_.substr(name, last_page_.find('"', name) - name);
      fields.emplace_back(field, FieldOf(last_page_, field));
    }
    return Post(target, fields);
  }
  void SignInByForm(const std::string& password = kPassword) {
    Get("/account/sign-in");
    const http::Response in = Submit("/account/sign-in", {{"email", kAda}, {"password", password}});
    ASSERT_EQ(in.status, 303) << in.body;
  }
  void Join() { shop_.accounts.Add(kAda, kPassword, "Ada Lovelace"); }
  static std::string Location(const http::Response& response) { return std::string(response.headers.Get("Location")); }
};

// --- Signing in

TEST_F(AccountPagesTest, WhoSignsInGoesOnWhereTheyWereWithTheirCart) {
  Join();
  cart::v1::AddItemRequest add;
  add.set_name("carts/v-" + cookies_["visitor"].substr(0, 22));
  add.set_book("books/1");
  add.set_quantity(2);
  ASSERT_TRUE(client_.cart.Ask(&CartService::Stub::async::AddItem, add, {.budget = std::chrono::seconds(30)}).Get().ok());
  Get("/account/sign-in?next=/books/1");

  const http::Response in = Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});

  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(Location(in), "/books/1");
  EXPECT_EQ(in.headers.Get("Cache-Control"), "no-store");
  EXPECT_TRUE(cookies_.contains("session"));
  EXPECT_THAT(Get("/account").body, AllOf(HasSubstr("Ada Lovelace"), HasSubstr(kAda)));
  EXPECT_THAT(Get("/").body, HasSubstr("<span class=\"badge\">2</span>"));
}

TEST_F(AccountPagesTest, WhatAGuestLookedAtBelongsToTheCustomerFromThenOn) {
  Join();
  Get("/books/1");
  ASSERT_EQ(Events(recommendations::v1::EVENT_TYPE_VIEW).size(), 1u);
  SignInByForm();
  Get("/books/2");

  const auto views = Events(recommendations::v1::EVENT_TYPE_VIEW);

  ASSERT_EQ(views.size(), 2u);
  EXPECT_THAT(views[0].reader(), StartsWith("readers/c-"));
  EXPECT_EQ(views[1].reader(), views[0].reader());
}

TEST_F(AccountPagesTest, WhileAccountsIsAwayAReaderIsTheirVisitor) {
  Join();
  SignInByForm();
  shop_.accounts.condition = Condition::kDown;

  Get("/books/2");

  EXPECT_THAT(Events(recommendations::v1::EVENT_TYPE_VIEW).at(0).reader(), StartsWith("readers/v-"));
}

TEST_F(AccountPagesTest, NobodyIsLedOutOfTheShop) {
  Join();
  for (const char* next : {"//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""}) {
    cookies_.erase("session");
    Get("/account/sign-in?next=" + http::PercentEncode(next));

    const http::Response in = Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}, {"next", next}});

    EXPECT_EQ(Location(in), "/account") << next;
  }
}

TEST_F(AccountPagesTest, AWrongPasswordAndAnUnknownAddressLookTheSame) {
  Join();
  const auto fail = [&](const std::string& email) {
    Get("/account/sign-in");
    const http::Response page = Submit("/account/sign-in", {{"email", email}, {"password", kOther}});
    EXPECT_EQ(page.status, 422);
    EXPECT_THAT(page.body, HasSubstr("do not belong together"));
    EXPECT_THAT(page.body, HasSubstr("value=\"" + email + "\""));
    EXPECT_THAT(page.body, Not(HasSubstr(kOther)));
    // Without what differs on any two pages.
    std::string body = page.body;
    for (const std::string& differs : {FieldOf(body, "csrf"), email}) {
      for (std::size_t at = body.find(differs); at != std::string::npos; at = body.find(differs)) {
        body.erase(at, differs.size());
      }
    }
    return body;
  };

  EXPECT_EQ(fail(kAda), fail("bob@example.org"));
  EXPECT_FALSE(cookies_.contains("session"));
}

TEST_F(AccountPagesTest, WhoGuessesTooOftenIsToldWhenToTryAgain) {
  shop_.accounts.FailNext(Error{.code = Code::kResourceExhausted,
                                .reason = "TRY_LATER",
                                .message = "too many attempts",
                                .metadata = {{"retry_seconds", "16"}}});
  Get("/account/sign-in");

  const http::Response page = Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});

  EXPECT_EQ(page.status, 429);
  EXPECT_EQ(page.headers.Get("Retry-After"), "16");
  EXPECT_THAT(page.body, HasSubstr("try again in 16 seconds"));
}

TEST_F(AccountPagesTest, WhileAccountsIsAwayNothingIsLost) {
  shop_.accounts.condition = Condition::kDown;
  Get("/account/sign-in");

  const http::Response page = Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});

  EXPECT_EQ(page.status, 503);
  EXPECT_THAT(page.body, HasSubstr("We cannot reach the accounts"));
  EXPECT_THAT(page.body, HasSubstr("value=\"" + kAda + "\""));
}

TEST_F(AccountPagesTest, WhoIsSignedInNeedNotDoItAgain) {
  Join();
  SignInByForm();

  EXPECT_EQ(Location(Get("/account/sign-in?next=/books")), "/books");
  EXPECT_EQ(Location(Get("/account/register")), "/account");
}

TEST_F(AccountPagesTest, AccountsHearWhoseFormItIsToThrottleThem) {
  for (const std::string path : {"/account/sign-in", "/account/register", "/account/forgotten"}) {
    peer_address_ = path == "/account/register" ? "192.0.2.8" : "192.0.2.7";
    Get(path);

    Submit(path, {{"email", kAda}, {"password", kPassword}});

    EXPECT_EQ(shop_.accounts.LastClient(), peer_address_) << path;
  }
}

// --- Registering

TEST_F(AccountPagesTest, WhoRegistersConfirmsAndSignsIn) {
  Get("/account/register");
  const http::Response sent =
      Submit("/account/register", {{"email", " " + kAda}, {"password", kPassword}, {"full_name", "Ada <b>Lovelace</b>"}});
  ASSERT_EQ(Location(sent), "/account/register/sent");
  EXPECT_THAT(Get("/account/register/sent").body, HasSubstr("Look into your mail"));

  const std::string link = "/account/verify?token=" + shop_.accounts.LastLink(kAda);
  Get(link);
  const http::Response again = Get(link);  // As mail programs do.
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.headers.Get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(again.headers.Get("Cache-Control"), "no-store");
  EXPECT_TRUE(again.holds_secret);
  EXPECT_THAT(Submit("/account/verify", {{"password", kOther}}).body, HasSubstr("That is not your password."));
  EXPECT_EQ(Location(Submit("/account/verify", {{"password", kPassword}})), "/account/sign-in");

  EXPECT_THAT(Get("/account/sign-in").body, HasSubstr("confirmed"));
  SignInByForm();
  EXPECT_THAT(Get("/account").body, AllOf(HasSubstr("Ada &lt;b&gt;Lovelace"), Not(HasSubstr("<b>Lovelace"))));
}

TEST_F(AccountPagesTest, WhoGoesBackAndMendsTheirAddressGetsAMessage) {
  Get("/account/register");
  const std::string page = last_page_;
  Submit("/account/register", {{"email", "ada@exmaple.org"}, {"password", kPassword}});
  last_page_ = page;

  Submit("/account/register", {{"email", kAda}, {"password", kPassword}});

  EXPECT_NE(shop_.accounts.LastLink(kAda), "");
}

TEST_F(AccountPagesTest, OnesDataIsDownloadedAsOftenAsAsked) {
  Join();
  SignInByForm();
  Get("/account");
  EXPECT_THAT(last_page_, HasSubstr("action=\"/account/export\" data-stays"));
  const std::string page = last_page_;
  for (int i = 0; i < 3; ++i) {
    last_page_ = page;
    EXPECT_EQ(Submit("/account/export").status, 200);
  }
}

TEST_F(AccountPagesTest, RegisteringAKnownAddressLooksTheSame) {
  Join();
  Get("/account/register");

  const http::Response sent = Submit("/account/register", {{"email", kAda}, {"password", kOther}});

  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(Location(sent), "/account/register/sent");
}

TEST_F(AccountPagesTest, AWrongFieldIsNamedAndTheRestStays) {
  Get("/account/register");

  const http::Response page = Submit("/account/register", {{"email", kAda}, {"password", "short"}, {"full_name", "Ada"}});

  EXPECT_EQ(page.status, 422);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("The password has fewer than 10 characters."), HasSubstr("aria-invalid"),
                    HasSubstr("value=\"" + kAda + "\""), HasSubstr("value=\"Ada\""), Not(HasSubstr("value=\"short\""))));
  EXPECT_THAT(Submit("/account/register", {{"email", "ada"}, {"password", kPassword}}).body,
              HasSubstr("That is not an e-mail address."));
}

TEST_F(AccountPagesTest, ALinkThatIsUsedOrBrokenSaysSo) {
  Get("/account/register");
  Submit("/account/register", {{"email", kAda}, {"password", kPassword}});
  const std::string link = "/account/verify?token=" + shop_.accounts.LastLink(kAda);
  Get(link);
  Submit("/account/verify", {{"password", kPassword}});

  Get(link);
  const http::Response used = Submit("/account/verify", {{"password", kPassword}});

  EXPECT_EQ(used.status, 422);
  EXPECT_THAT(used.body, HasSubstr("This link does not work any more"));
  EXPECT_EQ(Get("/account/verify").status, 422);
  EXPECT_EQ(Get("/account/reset").status, 422);
  EXPECT_EQ(Get("/account/verify?token=" + std::string(5000, 'x')).status, 422);
}

TEST_F(AccountPagesTest, LinksInMessagesNeverLeadWhereTheHostHeaderSays) {
  Join();
  const auto forgotten = [&](const std::string& host) {
    headers_.Set("Host", host);
    Get("/account/forgotten");
    return Submit("/account/forgotten", {{"email", kAda}}).status;
  };
  const auto register_one = [&](const std::string& host) {
    headers_.Set("Host", host);
    Get("/account/register");
    return Submit("/account/register", {{"email", "emma@example.org"}, {"password", kPassword}}).status;
  };
  EXPECT_EQ(forgotten("evil.example"), 400);
  EXPECT_EQ(register_one("evil.example"), 400);
  EXPECT_EQ(shop_.accounts.LastLink(kAda), "");
  EXPECT_EQ(shop_.accounts.LastBaseUri(), "");

  EXPECT_EQ(forgotten("localhost:8080"), 303);
  EXPECT_EQ(shop_.accounts.LastBaseUri(), "http://localhost:8080");

  site_.address = ShopAddress::Parse("https://shop.example", Transport::kPlain).value();
  EXPECT_EQ(forgotten("evil.example"), 303);
  EXPECT_EQ(shop_.accounts.LastBaseUri(), "https://shop.example");
  EXPECT_EQ(register_one("other.example"), 303);
  EXPECT_EQ(shop_.accounts.LastBaseUri(), "https://shop.example");
}

// --- The account

TEST_F(AccountPagesTest, WhoIsNotSignedInIsAskedToAndLedBack) {
  for (const std::string path : {"/account", "/account/password", "/account/erase"}) {
    EXPECT_EQ(Location(Get(path)), "/account/sign-in?next=" + http::PercentEncode(path));
  }
  Get("/account/sign-in");
  for (const std::string path : {"/account/password", "/account/export", "/account/erase"}) {
    EXPECT_THAT(Location(Submit(path)), StartsWith("/account/sign-in?next=")) << path;
  }
}

TEST_F(AccountPagesTest, WhileAccountsIsAwayThePageSaysSo) {
  Join();
  SignInByForm();
  shop_.accounts.condition = Condition::kDown;

  const http::Response page = Get("/account");

  EXPECT_EQ(page.status, 503);
  EXPECT_EQ(page.headers.Get("Cache-Control"), "no-store");
  EXPECT_THAT(page.body, Not(HasSubstr(kAda)));
}

TEST_F(AccountPagesTest, SessionsAreListedAndEndedEverywhere) {
  Join();
  shop_.accounts.OpenSession(kAda);
  SignInByForm();
  EXPECT_THAT(Get("/account").body, AllOf(HasSubstr("<strong>Here</strong>"), HasSubstr("last used on")));

  const http::Response out = Submit("/account/sign-out-everywhere");

  EXPECT_EQ(Location(out), "/");
  EXPECT_EQ(shop_.accounts.session_count(), 0u);
  EXPECT_FALSE(cookies_.contains("session"));
  EXPECT_THAT(Get("/").body, HasSubstr("You are signed out everywhere"));
}

TEST_F(AccountPagesTest, SessionsAreEndedOneByOne) {
  Join();
  shop_.accounts.OpenSession(kAda);
  shop_.accounts.OpenSession(kAda);
  SignInByForm();
  const std::string page = Get("/account").body;
  const std::string session = FieldOf(page, "session");
  ASSERT_NE(session, "");

  const http::Response ended = Submit("/account/sessions/end", {{"session", session}});

  EXPECT_EQ(Location(ended), "/account");
  EXPECT_EQ(shop_.accounts.session_count(), 2u);
  const std::string after = Get("/account").body;
  EXPECT_THAT(after, HasSubstr("<strong>Here</strong>"));
  EXPECT_NE(FieldOf(after, "session"), session);
  EXPECT_EQ(Submit("/account/sessions/end", {{"session", session}}).status, 303) << "once more is as before";
  EXPECT_EQ(shop_.accounts.session_count(), 2u);
}

TEST_F(AccountPagesTest, ADeviceIsKnownToTheAccountThatWasSignedInToOnIt) {
  Join();
  shop_.accounts.Add("bob@example.org", kPassword, "Bob");
  const auto device_of = [&](const std::string& email) {
    Get("/account/sign-in");
    Submit("/account/sign-in", {{"email", email}, {"password", "not the password"}});
    return shop_.accounts.LastDevice();
  };
  EXPECT_EQ(device_of(kAda), "");
  SignInByForm();
  Get("/account");
  Submit("/account/sign-out");

  const std::string device = device_of(" ADA@example.org");
  EXPECT_EQ(device.size(), 22u);
  EXPECT_EQ(device_of("bob@example.org"), "");
  cookies_["device"].front() = cookies_["device"].front() == 'x' ? 'y' : 'x';
  EXPECT_EQ(device_of(kAda), "") << "its signature is of another device";
}

TEST_F(AccountPagesTest, WhoSetsAPasswordByALinkIsKnownOnTheirDevice) {
  Join();
  Get("/account/forgotten");
  Submit("/account/forgotten", {{"email", kAda}});
  Get("/account/reset?token=" + shop_.accounts.LastLink(kAda));
  Submit("/account/reset", {{"new_password", kOther}});

  Get("/account/sign-in");
  Submit("/account/sign-in", {{"email", kAda}, {"password", kOther}});

  EXPECT_EQ(shop_.accounts.LastDevice().size(), 22u);
}

TEST_F(AccountPagesTest, SigningOutEndsThisSessionOnly) {
  Join();
  shop_.accounts.OpenSession(kAda);
  SignInByForm();
  Get("/account");

  EXPECT_EQ(Location(Submit("/account/sign-out")), "/");

  EXPECT_EQ(shop_.accounts.session_count(), 1u);
  EXPECT_FALSE(cookies_.contains("session"));
}

TEST_F(AccountPagesTest, SigningOutLeavesThisBrowserWhateverIsAway) {
  Join();
  SignInByForm();
  Get("/account");
  shop_.accounts.condition = Condition::kDown;

  Submit("/account/sign-out");

  EXPECT_FALSE(cookies_.contains("session"));
}

// --- Passwords

TEST_F(AccountPagesTest, ANewPasswordNeedsTheOldOneAndEndsTheOtherSessions) {
  Join();
  shop_.accounts.OpenSession(kAda);
  SignInByForm();
  Get("/account/password");
  const http::Response wrong = Submit("/account/password", {{"old_password", kOther}, {"new_password", kOther}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("That is not your password."));

  const http::Response right = Submit("/account/password", {{"old_password", kPassword}, {"new_password", kOther}});

  EXPECT_EQ(Location(right), "/account");
  EXPECT_EQ(shop_.accounts.session_count(), 1u);
  EXPECT_THAT(Get("/account").body, HasSubstr("Your password is changed"));
}

TEST_F(AccountPagesTest, AForgottenPasswordIsReplacedByALink) {
  Join();
  SignInByForm();
  Get("/account/forgotten");
  EXPECT_EQ(Location(Submit("/account/forgotten", {{"email", "nobody@example.org"}})), "/account/forgotten/sent");
  EXPECT_EQ(Location(Submit("/account/forgotten", {{"email", kAda}})), "/account/forgotten/sent");
  const std::string link = "/account/reset?token=" + shop_.accounts.LastLink(kAda);
  const http::Response page = Get(link);
  EXPECT_EQ(page.headers.Get("Referrer-Policy"), "no-referrer");
  EXPECT_THAT(Submit("/account/reset", {{"new_password", "short"}}).body, HasSubstr("The new password has fewer"));

  EXPECT_EQ(Location(Submit("/account/reset", {{"new_password", kOther}})), "/account/sign-in");

  EXPECT_EQ(shop_.accounts.session_count(), 0u);
  SignInByForm(kOther);
  Get(link);
  EXPECT_EQ(Submit("/account/reset", {{"new_password", kPassword}}).status, 422);
}

// --- One's data

TEST_F(AccountPagesTest, DataComeAsAFile) {
  Join();
  SignInByForm();
  Get("/account");

  const http::Response file = Submit("/account/export");

  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.content_type, "application/json");
  EXPECT_EQ(file.headers.Get("Content-Disposition"), "attachment; filename=\"octavo-account.json\"");
  EXPECT_EQ(file.headers.Get("Cache-Control"), "no-store");
  EXPECT_THAT(file.body, HasSubstr(kAda));
}

TEST_F(AccountPagesTest, AnExportThatIsNotToBeHadSaysSo) {
  Join();
  SignInByForm();
  Get("/account");
  // The first call asks whose session it is, the second is for the data.
  const CallFaults not_yet({{1, {.error = Error{Code::kUnavailable, "STARTING", "not yet"}}}});

  EXPECT_EQ(Location(Submit("/account/export")), "/account");
  EXPECT_THAT(Get("/account").body, HasSubstr("did not work just now"));
}

TEST_F(AccountPagesTest, ErasingNeedsThePasswordAndLeavesNoTraceInTheBrowser) {
  Join();
  SignInByForm();
  const std::string visitor = cookies_["visitor"];
  Get("/account/erase");
  EXPECT_THAT(Submit("/account/erase", {{"password", kOther}}).body, HasSubstr("That is not your password."));

  const http::Response gone = Submit("/account/erase", {{"password", kPassword}});

  EXPECT_EQ(Location(gone), "/");
  EXPECT_FALSE(cookies_.contains("session"));
  EXPECT_NE(cookies_["visitor"], visitor);
  EXPECT_THAT(Get("/").body, HasSubstr("Your account is erased"));
  Get("/account/sign-in");
  EXPECT_EQ(Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}}).status, 422);
}

TEST_F(AccountPagesTest, TheLastOwnerCannotGo) {
  Join();
  SignInByForm();
  Get("/account/erase");
  shop_.accounts.FailNext(Error{Code::kFailedPrecondition, "LAST_OWNER", "the only owner"});

  EXPECT_THAT(Submit("/account/erase", {{"password", kPassword}}).body, HasSubstr("only owner"));
}

// --- What holds for all of them

TEST_F(AccountPagesTest, NoFormIsTakenWithoutItsToken) {
  Join();
  SignInByForm();
  for (const char* path :
       {"/account/sign-in", "/account/register", "/account/verify", "/account/forgotten", "/account/reset", "/account/sign-out",
        "/account/sign-out-everywhere", "/account/password", "/account/export", "/account/erase"}) {
    const http::Response refused = Submit(path, {{"csrf", "none"}, {"email", kAda}, {"password", kPassword}});
    EXPECT_EQ(refused.status, 403) << path;
  }
  EXPECT_EQ(shop_.accounts.session_count(), 1u);
}

TEST(SecurityHeadersTest, APageMaySayThatItSendsNoReferrer) {
  http::Response response;
  AddSecurityHeaders(Transport::kPlain, response);
  EXPECT_EQ(response.headers.Get("Referrer-Policy"), "same-origin");

  http::Response with_token;
  with_token.headers.Set("Referrer-Policy", "no-referrer");
  AddSecurityHeaders(Transport::kPlain, with_token);
  EXPECT_EQ(with_token.headers.Get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(with_token.headers.Count("Referrer-Policy"), 1);
}

TEST(ClientAddressTest, IsThatOfTheSocketOrWhatOurProxySays) {
  http::Request request;
  request.peer_address = "192.0.2.7";
  request.headers.Add("X-Forwarded-For", "203.0.113.1, 198.51.100.9 ");

  EXPECT_EQ(ClientAddress(Transport::kPlain, request), "192.0.2.7");
  EXPECT_EQ(ClientAddress(Transport::kHttps, request), "198.51.100.9");
  EXPECT_EQ(ClientAddress(Transport::kHttps, http::Request{.peer_address = "192.0.2.7"}), "");
}

// --- Two steps

TEST_F(AccountPagesTest, WithTwoStepsThePasswordLeadsToTheCode) {
  Join();
  shop_.accounts.TurnOn(kAda);
  Get("/account/sign-in?next=/books/1");

  const http::Response first = Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.headers.Get("Cache-Control"), "no-store");
  EXPECT_FALSE(cookies_.contains("session"));
  EXPECT_THAT(first.body, AllOf(HasSubstr("autocomplete=\"one-time-code\""), HasSubstr("inputmode=\"numeric\"")));
  const http::Response wrong = Submit("/account/sign-in/code", {{"code", "000000"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("That code is wrong"));
  const http::Response in = Submit("/account/sign-in/code", {{"code", FakeAccounts::kCode}});

  EXPECT_EQ(in.status, 303);
  EXPECT_EQ(Location(in), "/books/1");
  EXPECT_TRUE(cookies_.contains("session"));
  EXPECT_TRUE(cookies_.contains("device"));
}

TEST_F(AccountPagesTest, ARecoveryCodeWillDoOnce) {
  Join();
  shop_.accounts.TurnOn(kAda);
  const auto sign_in = [&] {
    cookies_.erase("session");
    Get("/account/sign-in");
    Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});
    return Submit("/account/sign-in/code", {{"code", ""}, {"recovery_code", FakeAccounts::kRecoveryCode}}).status;
  };

  EXPECT_EQ(sign_in(), 303);
  EXPECT_EQ(sign_in(), 422);
}

TEST_F(AccountPagesTest, WhoTakesTooLongForTheCodeBeginsAnew) {
  Join();
  shop_.accounts.TurnOn(kAda);
  Get("/account/sign-in");
  Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});
  shop_.accounts.FailNext(Error{Code::kFailedPrecondition, "BAD_CHALLENGE", "too late"});

  const http::Response late = Submit("/account/sign-in/code", {{"code", FakeAccounts::kCode}});

  EXPECT_EQ(late.status, 303);
  EXPECT_THAT(Location(late), StartsWith("/account/sign-in"));
  EXPECT_EQ(Location(Get("/account/sign-in/code")), "/account/sign-in");
}

TEST_F(AccountPagesTest, TwoStepsAreTurnedOnByACodeAndOffByPasswordAndCode) {
  Join();
  SignInByForm();
  const http::Response offer = Get("/account/two-step");
  EXPECT_THAT(offer.body, AllOf(HasSubstr("<svg class=\"qr\""), HasSubstr("ABCD EFGH IJKL"), Not(HasSubstr("You work for"))));
  EXPECT_EQ(offer.headers.Get("Cache-Control"), "no-store");

  const http::Response wrong = Submit("/account/two-step", {{"code", "000000"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, AllOf(HasSubstr("That code is wrong"), HasSubstr("ABCD EFGH IJKL")));
  const http::Response on = Submit("/account/two-step", {{"code", FakeAccounts::kCode}});
  EXPECT_EQ(on.status, 200);
  EXPECT_THAT(on.body, HasSubstr(FakeAccounts::kRecoveryCode));
  EXPECT_EQ(on.headers.Get("Cache-Control"), "no-store");
  EXPECT_THAT(Get("/account/two-step").body, AllOf(HasSubstr("1 recovery code is left"), Not(HasSubstr("<svg class=\"qr\""))));

  Get("/account/two-step/codes");
  const http::Response codes = Submit("/account/two-step/codes", {{"password", kPassword}, {"code", FakeAccounts::kCode}});
  EXPECT_THAT(codes.body, HasSubstr("EEEE-FFFF-GGGG-HHHH"));
  Get("/account/two-step/off");
  EXPECT_EQ(Submit("/account/two-step/off", {{"password", kOther}, {"code", FakeAccounts::kCode}}).status, 422);
  const http::Response off = Submit("/account/two-step/off", {{"password", kPassword}, {"code", FakeAccounts::kCode}});
  EXPECT_EQ(Location(off), "/account");
}

TEST_F(AccountPagesTest, StaffAreLedToTheSecondStep) {
  Join();
  shop_.accounts.SetRole(kAda, accounts::v1::ROLE_BOOKSELLER);
  Get("/account/sign-in?next=/books/1");

  const http::Response in = Submit("/account/sign-in", {{"email", kAda}, {"password", kPassword}});

  EXPECT_EQ(Location(in), "/account/two-step");
  EXPECT_THAT(Get("/account/two-step").body, HasSubstr("You work for this shop"));
  EXPECT_THAT(Get("/account").body, HasSubstr("Your rights as staff rest"));
  Get("/account/two-step");
  Submit("/account/two-step", {{"code", FakeAccounts::kCode}});
  EXPECT_THAT(Get("/account").body, Not(HasSubstr("Your rights as staff rest")));
}

}  // namespace
}  // namespace octavo::marketplace
