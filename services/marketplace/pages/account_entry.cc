#include "services/marketplace/pages/account_entry.h"

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/uuid.h"
#include "services/marketplace/device.h"
#include "services/marketplace/form.h"
#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/pages/error.h"
#include "services/marketplace/session.h"

namespace octavo::marketplace {
namespace {

constexpr char kHome[] = "/account";
// The limit of accounts: RFC 5321 has 254 bytes for an address.
constexpr int kEmailBytesMax = 254;
constexpr std::size_t kUuidLength = 36;
// For a link's token: those of accounts have 43 characters.
constexpr std::size_t kTokenBytesMax = 128;
// For what accounts gives for a right password: some 200 characters.
constexpr std::size_t kChallengeBytesMax = 512;

Field EmailField(std::string value) {
  return {.name = "email",
          .label = "E-mail address",
          .type = "email",
          .value = std::move(value),
          .autocomplete = "username",
          .length_max = kEmailBytesMax};
}

Field NewPasswordField(std::string name, std::string label) {
  return {.name = std::move(name),
          .label = std::move(label),
          .type = "password",
          .autocomplete = "new-password",
          .hint = "At least 10 characters. A few words that do not belong together make a good one.",
          .length_max = kPasswordCharactersMax};
}

AccountForm SignInForm(std::string email, std::string next) {
  return {.heading = "Sign in",
          .action = "/account/sign-in",
          .button = "Sign in",
          .fields = {EmailField(std::move(email)), CurrentPasswordField("password", "Password")},
          .hidden = {{"next", std::move(next)}},
          .ways = {{"I have forgotten my password", "/account/forgotten"}, {"I have no account yet", "/account/register"}}};
}

AccountForm CodeForm(std::string challenge, std::string email, std::string next) {
  return {.heading = "The second step",
          .lead = "Your password is right. Now the code that your app shows.",
          .action = "/account/sign-in/code",
          .button = "Sign in",
          .fields = WithCodeFields({}),
          .hidden = {{"challenge", std::move(challenge)}, {"email", std::move(email)}, {"next", std::move(next)}},
          .ways = {{"Begin anew", "/account/sign-in"}},
          .holds_token = true};
}

// The sign-in succeeded. Staff who have not done the second step are sent to it first.
http::Response LetIn(const Site& site, const Visit& visit, const accounts::v1::SignInResponse& answer, std::string next) {
  const accounts::v1::Session& session = answer.session();
  if (session.second_step_needed()) next = "/account/two-step";
  http::Response response = SignedIn(site, visit, answer, std::move(next));
  RememberDevice(site, response, session.customer().email());
  return response;
}

AccountForm RegisterForm(const Site& site, std::string email, std::string full_name) {
  return {
      .heading = "Open an account",
      .lead = "To find your orders again, and your cart on every device.",
      .action = "/account/register",
      .button = "Open an account",
      .fields = {{.name = "full_name", .label = "Name", .value = std::move(full_name), .autocomplete = "name", .required = false},
                 EmailField(std::move(email)),
                 NewPasswordField("password", "Password")},
      // Made with the page: a double click sends one message.
      .hidden = {{"request_id", NewUuid(site.clock, site.random)}},
      .ways = {{"I have an account", "/account/sign-in"}}};
}

AccountForm VerifyForm(std::string token) {
  return {.heading = "Confirm your address",
          .lead =
              "Type the password that you chose when you registered, and your account is open. Somebody else has registered "
              "with your address? Then do nothing: without the password there will be no account.",
          .action = "/account/verify",
          .button = "This is my address",
          .fields = {CurrentPasswordField("password", "Your password")},
          .hidden = {{"token", std::move(token)}},
          .holds_token = true};
}

AccountForm ForgottenForm(std::string email) {
  return {.heading = "A new password",
          .lead = "Tell us your address, and we send you a link to choose a new password.",
          .action = "/account/forgotten",
          .button = "Send me the link",
          .fields = {EmailField(std::move(email))},
          .ways = {{"Back to signing in", "/account/sign-in"}}};
}

AccountForm ResetForm(std::string token) {
  return {.heading = "Choose a new password",
          .lead = "It ends every session of your account, wherever you are signed in.",
          .action = "/account/reset",
          .button = "Keep this password",
          .fields = {NewPasswordField("new_password", "New password")},
          .hidden = {{"token", std::move(token)}},
          .holds_token = true};
}

http::Response ShowDeadLink(const Site& site, const Visit& visit, std::string_view more, AccountForm::Way way) {
  return ShowNotice(site, visit,
                    {.heading = "This link does not work any more",
                     .sentence = "It was used already, or is too old, or something of it got lost on the way.",
                     .more = std::string(more),
                     .ways = {std::move(way), {"To the front of the shop", "/"}},
                     .status = 422});
}

http::Response ShowDeadVerifyLink(const Site& site, const Visit& visit) {
  return ShowDeadLink(site, visit, "If you have confirmed your address before, you can sign in.",
                      {"Sign in", "/account/sign-in"});
}

http::Response ShowDeadResetLink(const Site& site, const Visit& visit) {
  return ShowDeadLink(site, visit, "We can send you a new one.", {"Send me a new link", "/account/forgotten"});
}

std::string Token(const http::Params& from) {
  const std::string_view token = from.Get("token");
  return token.size() <= kTokenBytesMax ? std::string(token) : std::string();
}

}  // namespace

// --- Signing in ---

http::Response SignInPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  std::string next = NextPath(request.query, kHome);
  if (visit.viewer().is_customer()) return Redirect(site, std::move(next));
  return ShowForm(site, visit, SignInForm("", std::move(next)));
}

http::Response SignIn(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::SignInRequest request;
  request.set_email(Trimmed(form, "email", kEmailBytesMax));
  request.set_password(std::string(form.Get("password")));
  request.set_client(ClientAddress(site.transport, visit.request()));
  request.set_device(KnownDevice(site, visit.request(), request.email()));
  const auto session = site.shop.accounts.Ask(&AccountsService::Stub::async::SignIn, request, visit.ForChange()).Get();
  std::string next = NextPath(form, kHome);
  if (!session.ok()) {
    return ShowForm(site, visit, SignInForm(request.email(), std::move(next)), Refusal(session.error(), ""));
  }
  if (!session->challenge().empty()) {
    return ShowForm(site, visit, CodeForm(session->challenge(), request.email(), std::move(next)));
  }
  return LetIn(site, visit, *session, std::move(next));
}

http::Response SignInCodePage(const Site& site, const http::Request&) { return Redirect(site, "/account/sign-in"); }

http::Response SignInWithCode(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::CompleteSignInRequest request;
  request.set_challenge(Trimmed(form, "challenge", kChallengeBytesMax));
  request.set_code(TypedCode(form));
  request.set_client(ClientAddress(site.transport, visit.request()));
  const std::string email = Trimmed(form, "email", kEmailBytesMax);
  request.set_device(KnownDevice(site, visit.request(), email));
  const auto session = site.shop.sessions.Ask(&AccountsService::Stub::async::CompleteSignIn, request, visit.ForChange()).Get();
  std::string next = NextPath(form, kHome);
  if (session.ok()) return LetIn(site, visit, *session, std::move(next));
  if (session.error().reason == "BAD_CHALLENGE") {
    return Redirect(site, "/account/sign-in?next=" + http::PercentEncode(next), Note::kSignInAnew);
  }
  return ShowForm(site, visit, CodeForm(request.challenge(), email, std::move(next)), Refusal(session.error(), ""));
}

// --- Registering ---

http::Response RegisterPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  if (visit.viewer().is_customer()) return Redirect(site, kHome);
  return ShowForm(site, visit, RegisterForm(site, "", ""));
}

// Made from the form and its content, and valid for a minute: a double click sends one message. A reader who goes back to correct
// an address, or because no message came, gets another one.
std::string RegistrationId(const Site& site, const std::string& form_id, const accounts::v1::RegisterRequest& request) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(site.clock.Now()).time_since_epoch().count();
  return form_id + "." + site.signer.Sign("registration", request.email() + " " + request.full_name()) + "." +
         std::to_string(minute);
}

http::Response Register(const Site& site, const Visit& visit, const http::Params& form) {
  const Result<std::string> base_uri = site.address.BaseUri(visit.request().headers.Get("Host"));
  if (!base_uri.ok()) return ErrorPage(site, visit.request(), base_uri.error());
  accounts::v1::RegisterRequest request;
  request.set_email(Trimmed(form, "email", kEmailBytesMax));
  request.set_full_name(Trimmed(form, "full_name"));
  request.set_password(std::string(form.Get("password")));
  request.set_base_uri(*base_uri);
  request.set_request_id(RegistrationId(site, Trimmed(form, "request_id", kUuidLength), request));
  request.set_client(ClientAddress(site.transport, visit.request()));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::Register, request, visit.ForChange()).Get();
  // The same answer, whether the address has an account or not.
  if (answer.ok()) return Redirect(site, "/account/register/sent");
  return ShowForm(site, visit, RegisterForm(site, request.email(), request.full_name()), Refusal(answer.error(), "password"));
}

http::Response RegisteredPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ShowNotice(site, visit,
                    {.heading = "Look into your mail",
                     .sentence = "We have sent you a message with a link. Follow it within a day, and your account is open.",
                     .more = "Nothing there? Look among the unwanted mail, or register once more.",
                     .ways = {{"To the front of the shop", "/"}, {"Register once more", "/account/register"}}});
}

http::Response VerifyPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  std::string token = Token(request.query);
  if (token.empty()) return ShowDeadVerifyLink(site, visit);
  return ShowForm(site, visit, VerifyForm(std::move(token)));
}

http::Response Verify(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::VerifyEmailRequest request;
  request.set_token(Token(form));
  request.set_password(std::string(form.Get("password")));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::VerifyEmail, request, visit.ForChange()).Get();
  if (answer.ok()) return Redirect(site, "/account/sign-in", Note::kAddressConfirmed);
  if (answer.error().reason == "BAD_TOKEN") return ShowDeadVerifyLink(site, visit);
  return ShowForm(site, visit, VerifyForm(request.token()), Refusal(answer.error(), "password"));
}

// --- A forgotten password ---

http::Response ForgottenPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ShowForm(site, visit, ForgottenForm(""));
}

http::Response Forgotten(const Site& site, const Visit& visit, const http::Params& form) {
  const Result<std::string> base_uri = site.address.BaseUri(visit.request().headers.Get("Host"));
  if (!base_uri.ok()) return ErrorPage(site, visit.request(), base_uri.error());
  accounts::v1::RequestPasswordResetRequest request;
  request.set_email(Trimmed(form, "email", kEmailBytesMax));
  request.set_base_uri(*base_uri);
  request.set_client(ClientAddress(site.transport, visit.request()));
  const auto answer =
      site.shop.accounts.Ask(&AccountsService::Stub::async::RequestPasswordReset, request, visit.ForChange()).Get();
  if (answer.ok()) return Redirect(site, "/account/forgotten/sent");
  return ShowForm(site, visit, ForgottenForm(request.email()), Refusal(answer.error(), ""));
}

http::Response ForgottenSentPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ShowNotice(site, visit,
                    {.heading = "Look into your mail",
                     .sentence = "If the address has an account, a message with a link is on its way. It works for an hour.",
                     .more = "Nothing there? Look among the unwanted mail, or ask for another one.",
                     .ways = {{"To the front of the shop", "/"}, {"Ask for another one", "/account/forgotten"}}});
}

http::Response ResetPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  std::string token = Token(request.query);
  if (token.empty()) return ShowDeadResetLink(site, visit);
  return ShowForm(site, visit, ResetForm(std::move(token)));
}

http::Response Reset(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::ResetPasswordRequest request;
  request.set_token(Token(form));
  request.set_new_password(std::string(form.Get("new_password")));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::ResetPassword, request, visit.ForChange()).Get();
  if (answer.ok()) {
    http::Response response = Redirect(site, "/account/sign-in", Note::kPasswordChanged);
    // Whoever reads the mail of this address may sign in, even while others guess at it.
    RememberDevice(site, response, answer->customer().email());
    return response;
  }
  if (answer.error().reason == "BAD_TOKEN") return ShowDeadResetLink(site, visit);
  return ShowForm(site, visit, ResetForm(request.token()), Refusal(answer.error(), "new_password"));
}

}  // namespace octavo::marketplace
