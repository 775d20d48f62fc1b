#include "services/marketplace/pages/account.h"

#include <chrono>
#include <string>
#include <string_view>

#include "lib/email/email.h"
#include "services/marketplace/form.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/session.h"

namespace octavo::marketplace {
namespace {

constexpr char kHome[] = "/account";
// An export asks four services for everything they have of one customer.
constexpr std::chrono::seconds kExportBudget{8};

std::string Session(const Visit& visit) { return std::string(visit.session_token()); }

void FillSessions(const Site& site, View& content, const Result<accounts::v1::ListSessionsResponse>& sessions) {
  if (!sessions.ok()) {
    content.Show("NO_SESSIONS");
    return;
  }
  View list = content.Add("SESSIONS");
  for (const accounts::v1::ListedSession& session : sessions->sessions()) {
    View row = list.Add("SESSION");
    row.Set("BEGAN", FormatDate(site.time_zone, session.create_time().seconds()))
        .Set("USED", FormatDate(site.time_zone, session.last_use_time().seconds()));
    if (session.current()) {
      row.Show("CURRENT");
    } else {
      row.Add("ELSEWHERE").Set("NAME", session.name());
    }
  }
}

AccountForm PasswordForm() {
  return {.heading = "Change your password",
          .lead = "Every other session ends, so that nobody stays in who should not be.",
          .action = "/account/password",
          .button = "Keep the new password",
          .fields = {CurrentPasswordField("old_password", "Your password until now"),
                     {.name = "new_password",
                      .label = "New password",
                      .type = "password",
                      .autocomplete = "new-password",
                      .hint = "At least 10 characters. A few words that do not belong together make a good one.",
                      .length_max = kPasswordCharactersMax}},
          .ways = {{"Back to your account", kHome}, {"I have forgotten my password", "/account/forgotten"}}};
}

AccountForm EraseForm() {
  return {.heading = "Erase your account",
          .lead =
              "Your account goes, with your cart and all that we know of your reading. Your name and address go out of "
              "your orders, which stay as numbers, as the law wants them; an order that is still under way keeps them "
              "until it is over. Nobody can bring this back.",
          .action = "/account/erase",
          .button = "Erase everything about me",
          .fields = {CurrentPasswordField("password", "Your password")},
          .ways = {{"No, back to your account", kHome}},
          .is_grave = true};
}

// The session has ended, here or elsewhere.
bool IsSignedOut(const Error& error) { return error.reason == "NO_SESSION"; }

}  // namespace

http::Response AccountPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ForCustomer(site, visit, kHome, [&] {
    accounts::v1::ListSessionsRequest list;
    list.set_session_token(Session(visit));
    auto sessions = site.shop.sessions.Ask(&AccountsService::Stub::async::ListSessions, list, visit.ForPart());
    const accounts::v1::Customer& customer = visit.viewer().customer;
    Page page(site, visit,
              {.file = "account.tpl", .title = "Your account", .indexed = false, .personal = true, .has_forms = true});
    View& content = page.content();
    content.Set("HEADING", customer.full_name().empty() ? "Your account" : customer.full_name());
    content.Set("EMAIL", EmailForPeople(customer.email()))
        .Set("SINCE", FormatDate(site.time_zone, customer.create_time().seconds()));
    if (visit.viewer().second_step_needed) content.Show("STAFF");
    FillSessions(site, content, sessions.Get());
    return std::move(page).Send();
  });
}

http::Response SignOut(const Site& site, const Visit& visit, const http::Params&) {
  accounts::v1::SignOutRequest request;
  request.set_session_token(Session(visit));
  // The browser signs out even if accounts is down. A session whose token nobody has ends by itself.
  (void)site.shop.sessions.Ask(&AccountsService::Stub::async::SignOut, request, visit.ForChange()).Get();
  return SignedOut(site, "/");
}

http::Response SignOutEverywhere(const Site& site, const Visit& visit, const http::Params&) {
  accounts::v1::SignOutEverywhereRequest request;
  request.set_session_token(Session(visit));
  const auto answer = site.shop.sessions.Ask(&AccountsService::Stub::async::SignOutEverywhere, request, visit.ForChange()).Get();
  if (answer.ok()) return SignedOut(site, "/", Note::kSignedOutEverywhere);
  if (IsSignedOut(answer.error())) return SignedOut(site, "/");
  return Redirect(site, kHome, Note::kTryAgain);
}

http::Response EndSession(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::EndSessionRequest request;
  request.set_session_token(Session(visit));
  request.set_name(Trimmed(form, "session", 100));
  const auto answer = site.shop.sessions.Ask(&AccountsService::Stub::async::EndSession, request, visit.ForChange()).Get();
  if (answer.ok()) return Redirect(site, kHome, Note::kSessionEnded);
  if (IsSignedOut(answer.error())) return SignInFirst(site, kHome);
  return Redirect(site, kHome, Note::kTryAgain);
}

// --- The password ---

http::Response PasswordPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ForCustomer(site, visit, "/account/password", [&] { return ShowForm(site, visit, PasswordForm()); });
}

http::Response ChangePassword(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::ChangePasswordRequest request;
  request.set_session_token(Session(visit));
  request.set_old_password(std::string(form.Get("old_password")));
  request.set_new_password(std::string(form.Get("new_password")));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::ChangePassword, request, visit.ForChange()).Get();
  if (answer.ok()) return Redirect(site, kHome, Note::kPasswordChanged);
  if (IsSignedOut(answer.error())) return SignInFirst(site, "/account/password");
  return ShowForm(site, visit, PasswordForm(), Refusal(answer.error(), "old_password"));
}

// --- One's data ---

http::Response ExportData(const Site& site, const Visit& visit, const http::Params&) {
  accounts::v1::ExportCustomerRequest request;
  request.set_session_token(Session(visit));
  const auto answer = site.shop.accounts
                          .Ask(&AccountsService::Stub::async::ExportCustomer, request,
                               rpc::FromNow(site.clock, kExportBudget, visit.limits().trace))
                          .Get();
  if (!answer.ok() && IsSignedOut(answer.error())) return SignInFirst(site, kHome);
  if (!answer.ok()) return Redirect(site, kHome, Note::kTryAgain);
  http::Response response;
  response.content_type = "application/json";
  response.body = answer->json();
  response.holds_secret = true;
  response.headers.Set("Content-Disposition", "attachment; filename=\"octavo-account.json\"");
  return response;
}

http::Response ErasePage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ForCustomer(site, visit, "/account/erase", [&] { return ShowForm(site, visit, EraseForm()); });
}

http::Response EraseAccount(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::EraseCustomerRequest request;
  request.set_session_token(Session(visit));
  request.set_password(std::string(form.Get("password")));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::EraseCustomer, request, visit.ForChange()).Get();
  if (!answer.ok() && IsSignedOut(answer.error())) return SignInFirst(site, "/account/erase");
  if (!answer.ok()) return ShowForm(site, visit, EraseForm(), Refusal(answer.error(), "password"));
  http::Response response = SignedOut(site, "/", Note::kErased);
  response.headers.Add("Set-Cookie", http::ToString(site.visitors.Cookie(Visitors::NewId(site.random))));
  return response;
}

}  // namespace octavo::marketplace
