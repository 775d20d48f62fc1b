// Forms: which are taken and which are not, what is remembered of them, and that secrets do not leak.
#include "services/marketplace/form.h"

#include "lib/http/wire.h"
#include "lib/testing/page_tokens.h"
#include "services/marketplace/session.h"
#include "services/marketplace/testing/pages_fixture.h"

namespace octavo::marketplace {
namespace {

using testing::HasSubstr;
using testing::Not;

class LineSink final : public obs::LogSink {
 public:
  explicit LineSink(std::string& line) : line_(line) {}
  void Write(obs::Level, const std::string& line) override { line_ = line; }

 private:
  std::string& line_;
};

class FormTest : public PagesFixture {
 protected:
  FormTest() {
    Get("/");  // For the visitor's cookie.
  }

  http::Request Request(const std::string& token) {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/somewhere";
    request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    request.headers.Set("Host", "shop.example");
    for (const auto& [name, value] : cookies_) request.cookies.Add(name, value);
    http::Params form;
    if (!token.empty()) form.Add("csrf", token);
    form.Add("word", "x");
    request.body = form.ToQuery();
    return request;
  }
  std::string Token() {
    const http::Request request = Request("");
    return FormToken(site_, Visit(site_, request));
  }
  // The status of a form that is answered with 303 where it is taken.
  int Send(const http::Request& request) {
    return WithForm(site_, request, [&](const Visit&, const http::Params&) { return Redirect(site_, "/"); }).status;
  }
};

TEST_F(FormTest, TakesAFormOfOurs) {
  EXPECT_EQ(Send(Request(Token())), 303);

  http::Request scripted = Request("");
  scripted.headers.Set("X-CSRF-Token", Token());
  EXPECT_EQ(Send(scripted), 303);
}

TEST_F(FormTest, RefusesOneWithoutOrWithAForeignToken) {
  const std::string good = Token();
  http::Request stranger = Request("");
  stranger.cookies = {};
  const std::string of_a_stranger = FormToken(site_, Visit(site_, stranger));

  EXPECT_EQ(Send(Request("")), 403);
  EXPECT_EQ(Send(Request(of_a_stranger)), 403);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string forged = good;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(Send(Request(forged)), 403) << i;
  }
}

TEST_F(FormTest, WhatIsRefusedIsLoggedWithoutSayingWhoseItWas) {
  std::string line;
  obs::Log log(clock_, obs::Level::kError, obs::LogFormat::kLogfmt, std::make_unique<LineSink>(line));
  const names::SecurityLog security(log, TestPageTokens());
  site_.security = &security;

  EXPECT_EQ(Send(Request(Token())), 303);
  EXPECT_EQ(line, "");
  http::Request forged = Request("");
  forged.peer_address = "192.0.2.7";
  EXPECT_EQ(Send(forged), 403);

  EXPECT_THAT(line, HasSubstr("event=security_form_refused subject=\"\" client=" + security.Pseudonym("192.0.2.7") + " "));
}

TEST_F(FormTest, RefusesATokenOfBeforeTheSignIn) {
  const std::string before = Token();
  SignIn();

  EXPECT_EQ(Send(Request(before)), 403);
  EXPECT_EQ(Send(Request(Token())), 303);
}

TEST_F(FormTest, RefusesWhatTheBrowserSaysComesFromElsewhere) {
  struct {
    const char* site;
    const char* origin;
    int status;
  } const cases[] = {
      {"same-origin", "", 303},
      {"none", "", 303},
      {"cross-site", "", 403},
      {"same-site", "", 403},
      {"", "http://shop.example", 303},
      {"", "https://shop.example", 303},
      {"", "http://evil.example", 403},
      {"", "http://shop.example.evil.example", 403},
      {"", "null", 403},
      {"same-origin", "null", 303},  // Under Referrer-Policy: no-referrer.
      {"cross-site", "http://shop.example", 403},
  };
  for (const auto& one : cases) {
    http::Request request = Request(Token());
    if (*one.site != '\0') request.headers.Set("Sec-Fetch-Site", one.site);
    if (*one.origin != '\0') request.headers.Set("Origin", one.origin);
    EXPECT_EQ(Send(request), one.status) << one.site << " " << one.origin;
  }
}

TEST_F(FormTest, RefusesWhatIsNoForm) {
  http::Request request = Request(Token());
  request.headers.Set("Content-Type", "text/plain");

  EXPECT_EQ(Send(request), 400);
}

TEST_F(FormTest, TokensAreNeverTheSame) { EXPECT_NE(Token(), Token()); }

TEST_F(FormTest, ANoteShowsOnceOnTheNextPage) {
  const http::Response response = Redirect(site_, "/books", Note::kAddedToCart);
  EXPECT_EQ(response.headers.Get("Location"), "/books");
  cookies_["note"] = "added";

  EXPECT_THAT(Get("/books").body, HasSubstr("It is in your cart."));
  EXPECT_THAT(Get("/books").body, Not(HasSubstr("It is in your cart.")));
  cookies_["note"] = "<b>";
  EXPECT_THAT(Get("/books").body, Not(HasSubstr("flash")));
}

TEST_F(FormTest, LeadsOnWithinTheShopOnly) {
  struct {
    const char* next;
    const char* path;
  } const cases[] = {{"/books/1", "/books/1"},         {"/search?q=a%20b", "/search?q=a%20b"}, {"", "/cart"},
                     {"//evil.example", "/cart"},      {"/\\evil.example", "/cart"},           {"https://evil.example", "/cart"},
                     {"/a\r\nSet-Cookie: x", "/cart"}, {"/\t/evil.example", "/cart"}};
  for (const auto& one : cases) {
    http::Params form;
    form.Add("next", one.next);
    EXPECT_EQ(NextPath(form, "/cart"), one.path) << one.next;
  }
}

TEST_F(FormTest, TrimsWithoutCuttingALetter) {
  http::Params form;
  form.Add("word", " \t\u00e9t\u00e9\r\n ");

  EXPECT_EQ(Trimmed(form, "word"), "\u00e9t\u00e9");
  EXPECT_EQ(Trimmed(form, "word", 4), "\u00e9t");
  EXPECT_EQ(Trimmed(form, "other"), "");
}

class SessionTest : public PagesFixture {};

TEST_F(SessionTest, WhoIsSignedInIsGreetedAndLeavesNoCopies) {
  EXPECT_THAT(Get("/").body, HasSubstr("Sign in"));
  SignIn();

  const http::Response home = Get("/");

  EXPECT_THAT(home.body, HasSubstr("Emma Woodhouse"));
  EXPECT_THAT(home.body, Not(HasSubstr("Sign in")));
  EXPECT_EQ(home.headers.Get("Cache-Control"), "no-store");
}

TEST_F(SessionTest, WhatCustomersLookAtIsTheirOwnOnEveryDevice) {
  SignIn();
  Get("/");
  Get("/books/3");

  const auto views = Events(recommendations::v1::EVENT_TYPE_VIEW);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_THAT(views[0].reader(), testing::StartsWith("readers/c-"));
}

TEST_F(SessionTest, ASessionThatEndedIsAGuest) {
  cookies_["session"] = "long-gone";

  EXPECT_THAT(Get("/").body, HasSubstr("Sign in"));
}

TEST_F(SessionTest, WithoutAccountsNobodyIsTakenForSomebodyElse) {
  SignIn();
  for (const Condition condition : {Condition::kDown, Condition::kHung}) {
    shop_.accounts.condition = condition;

    const http::Response home = Get("/");

    EXPECT_EQ(home.status, 200);
    EXPECT_THAT(home.body, Not(HasSubstr("Emma Woodhouse")));
    EXPECT_THAT(home.body, Not(HasSubstr("Sign in")));
  }
}

TEST_F(SessionTest, SigningInTakesTheGuestsCartAlong) {
  Get("/");
  const http::Request request = [&] {
    http::Request one;
    for (const auto& [name, value] : cookies_) one.cookies.Add(name, value);
    return one;
  }();
  const Visit visit(site_, request);
  cart::v1::AddItemRequest add;
  add.set_name(*visit.cart());
  add.set_book("books/3");
  add.set_quantity(2);
  add.set_request_id("one");
  ASSERT_TRUE(client_.cart.Ask(&CartService::Stub::async::AddItem, add, visit.ForChange()).Get().ok());
  const std::string customer = shop_.accounts.Add("emma@example.org", "a long password", "Emma");
  accounts::v1::SignInRequest sign_in;
  sign_in.set_email("emma@example.org");
  sign_in.set_password("a long password");
  const auto session = client_.accounts.Ask(&AccountsService::Stub::async::SignIn, sign_in, visit.ForChange()).Get();

  const http::Response response = SignedIn(site_, visit, *session, "/cart");

  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(shop_.cart.Look(CustomerCart(customer)).item_count(), 2);
  EXPECT_EQ(shop_.cart.Look(GuestCart(visit.visitor_id())).item_count(), 0);
}

TEST_F(SessionTest, OverHttpsTheCookieBelongsToThisHostAlone) {
  Site https = site_;
  https.transport = Transport::kHttps;
  accounts::v1::SignInResponse session;
  session.set_session_token("abc");
  session.mutable_session()->mutable_customer()->set_name("customers/1");
  const http::Request request;

  const http::Response response = SignedIn(https, Visit(https, request), session, "/");

  std::string cookies;
  for (const auto& [name, value] : response.headers.items()) cookies += name == "Set-Cookie" ? value + "\n" : "";
  EXPECT_THAT(cookies, HasSubstr("__Host-session=abc; "));
  EXPECT_THAT(cookies, HasSubstr("Secure"));
  EXPECT_THAT(cookies, HasSubstr("HttpOnly"));
  EXPECT_THAT(cookies, HasSubstr("SameSite=Lax"));
}

TEST_F(SessionTest, APageThatRepeatsItsAddressSaysNothingOfItsReaderAndIsCompressed) {
  SignIn();
  http::Request reader;
  reader.headers.Add("Accept-Encoding", "gzip");
  for (const char* target : {"/", "/search?q=volume", "/search?q=nothing+of+the+kind", "/books?sort=title"}) {
    const http::Response page = Get(target);

    EXPECT_THAT(http::ToWire(reader, page, {}, clock_.Now()).head, HasSubstr("Content-Encoding: gzip")) << target;
    const bool reflects = std::string(target).find("q=") != std::string::npos;
    EXPECT_EQ(page.body.find("Emma Woodhouse") == std::string::npos, reflects) << target;
  }
  EXPECT_TRUE(Get("/account").holds_secret);
}

TEST(NoteTest, EveryNoteHasANameOfItsOwn) {
  for (int i = static_cast<int>(Note::kNone) + 1; i <= static_cast<int>(Note::kErased); ++i) {
    const auto note = static_cast<Note>(i);
    EXPECT_EQ(NoteOf(WordsOf(note).name), note) << i;
    EXPECT_FALSE(WordsOf(note).sentence.empty()) << i;
    EXPECT_EQ(ReadNoteCookie(ToCookie({.note = note, .book = "books/7"}))->book, "books/7") << i;
  }
}

}  // namespace
}  // namespace octavo::marketplace
