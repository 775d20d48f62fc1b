#include "services/marketplace/pages/account_form.h"

#include <algorithm>
#include <charconv>

#include "services/marketplace/links.h"

namespace octavo::marketplace {
namespace {

// Including the spaces and dashes that people type.
constexpr int kCodeCharactersMax = 12;
constexpr int kRecoveryCodeCharactersMax = 40;

constexpr char kAway[] = "We cannot reach the accounts at the moment, and nothing has changed. Please try again soon.";

// The form's label for a field that accounts names.
std::string_view WordsFor(std::string_view field) {
  if (field == "full_name") return "The name";
  if (field == "new_password") return "The new password";
  return "The password";
}

std::string SentenceFor(const FieldViolation& violation) {
  if (violation.field == "email") return "That is not an e-mail address.";
  return std::string(WordsFor(violation.field)) + " " + violation.description + ".";
}

int SecondsOf(const Error& error) {
  const auto found = error.metadata.find("retry_seconds");
  if (found == error.metadata.end()) return 0;
  int seconds = 0;
  const std::string& text = found->second;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::max(seconds, 0);
}

std::string InWords(int seconds) {
  if (seconds <= 0) return "in a moment";
  if (seconds < 100) return "in " + std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
  return "in " + std::to_string((seconds + 59) / 60) + " minutes";
}

void AddWays(View& view, const std::vector<AccountForm::Way>& ways) {
  if (ways.empty()) return;
  View list = view.Add("WAYS");
  for (const AccountForm::Way& way : ways) list.Add("WAY").Set("LINK", way.link).Set("WORDS", way.words);
}

}  // namespace

Refusal::Refusal(const Error& error, std::string_view password_field) : status_(422) {
  if (error.reason == "INVALID_FIELD") {
    for (const FieldViolation& violation : error.violations) fields_.Add(violation.field, SentenceFor(violation));
  } else if (error.reason == "BAD_CREDENTIALS") {
    if (password_field.empty()) {
      sentence_ = "The e-mail address and the password do not belong together.";
    } else {
      fields_.Add(std::string(password_field), "That is not your password.");
    }
  } else if (error.reason == "TRY_LATER") {
    status_ = 429;
    retry_seconds_ = std::max(1, SecondsOf(error));
    sentence_ = "There were too many attempts. Please try again " + InWords(retry_seconds_) + ".";
  } else if (error.reason == "BAD_CODE") {
    sentence_ = "That code is wrong, or was used before. Please type the one that your app shows now.";
  } else if (error.reason == "TWO_STEP_UNREADABLE") {
    sentence_ = "We cannot check the codes of your app at the moment. A recovery code will do.";
  } else if (error.reason == "LAST_OWNER") {
    sentence_ = "You are the shop’s only owner. Make somebody else an owner first.";
  } else {
    status_ = 503;
    retry_seconds_ = 5;
    sentence_ = kAway;
  }
}

http::Response ForCustomer(const Site& site, const Visit& visit, std::string_view path,
                           const std::function<http::Response()>& show) {
  switch (visit.viewer().kind) {
    case Viewer::Kind::kCustomer: return show();
    case Viewer::Kind::kGuest: return SignInFirst(site, path);
    case Viewer::Kind::kUnknown: break;
  }
  return ShowAccountsAway(site, visit);
}

Field TotpField(std::string label) {
  return {.name = "code",
          .label = std::move(label),
          .autocomplete = "one-time-code",
          .hint = "Six digits; a new one comes every half minute.",
          .inputmode = "numeric",
          .length_max = kCodeCharactersMax};
}

std::vector<Field> WithCodeFields(std::vector<Field> fields) {
  fields.push_back(TotpField("Code of your app"));
  fields.back().conditional = true;
  fields.push_back({.name = "recovery_code",
                    .label = "Or a recovery code",
                    .autocomplete = "off",
                    .hint = "When you have not got your phone.",
                    .conditional = true,
                    .length_max = kRecoveryCodeCharactersMax});
  return fields;
}

std::string TypedCode(const http::Params& form) {
  std::string code = Trimmed(form, "code", kCodeCharactersMax);
  return code.empty() ? Trimmed(form, "recovery_code", kRecoveryCodeCharactersMax) : code;
}

Field CurrentPasswordField(std::string name, std::string label) {
  return {.name = std::move(name),
          .label = std::move(label),
          .type = "password",
          .autocomplete = "current-password",
          .length_max = kPasswordCharactersMax};
}

http::Response ShowForm(const Site& site, const Visit& visit, const AccountForm& form, const Refusal& refusal) {
  Page page(site, visit,
            {.file = "account_form.tpl",
             .title = form.heading,
             .indexed = false,
             .status = refusal.status(),
             .personal = true,
             .has_forms = true});
  View& content = page.content();
  content.Set("HEADING", form.heading).Set("ACTION", form.action).Set("BUTTON", form.button);
  if (!form.lead.empty()) content.Add("LEAD").Set("LEAD_SENTENCE", form.lead);
  if (!refusal.sentence().empty()) content.Add("PROBLEM").Set("PROBLEM_SENTENCE", refusal.sentence());
  if (form.is_grave) content.Show("GRAVE");
  for (const auto& [name, value] : form.hidden) content.Add("HIDDEN").Set("NAME", name).Set("VALUE", value);
  for (const Field& field : form.fields) AddField(content, "FIELD", field, refusal.fields());
  AddWays(content, form.ways);
  http::Response response = std::move(page).Send();
  if (form.holds_token) response.headers.Set("Referrer-Policy", "no-referrer");
  if (refusal.retry_seconds() > 0) response.headers.Set("Retry-After", std::to_string(refusal.retry_seconds()));
  return response;
}

http::Response ShowNotice(const Site& site, const Visit& visit, const AccountNotice& notice) {
  Page page(site, visit,
            {.file = "account_notice.tpl", .title = notice.heading, .indexed = false, .status = notice.status, .personal = true});
  View& content = page.content();
  content.Set("HEADING", notice.heading).Set("SENTENCE", notice.sentence);
  if (!notice.more.empty()) content.Add("MORE").Set("MORE_SENTENCE", notice.more);
  bool first = true;
  for (const AccountForm::Way& way : notice.ways) {
    View shown = content.Add("WAY");
    shown.Set("LINK", way.link).Set("WORDS", way.words);
    if (first) shown.Show("FIRST");
    first = false;
  }
  http::Response response = std::move(page).Send();
  // The page may be the answer to a link with a token.
  response.headers.Set("Referrer-Policy", "no-referrer");
  return response;
}

http::Response ShowAccountsAway(const Site& site, const Visit& visit) {
  http::Response response =
      ShowNotice(site, visit,
                 {.heading = "Back in a moment", .sentence = kAway, .ways = {{"To the front of the shop", "/"}}, .status = 503});
  response.headers.Set("Retry-After", "5");
  return response;
}

http::Response SignInFirst(const Site& site, std::string_view next) {
  return Redirect(site, "/account/sign-in?next=" + http::PercentEncode(next));
}

std::string ClientAddress(Transport transport, const http::Request& request) {
  if (transport == Transport::kPlain) return request.peer_address;
  std::string_view chain = request.headers.Get("X-Forwarded-For");
  chain = chain.substr(chain.rfind(',') == std::string_view::npos ? 0 : chain.rfind(',') + 1);
  while (!chain.empty() && chain.front() == ' ') chain.remove_prefix(1);
  while (!chain.empty() && chain.back() == ' ') chain.remove_suffix(1);
  return std::string(chain.substr(0, 100));
}

}  // namespace octavo::marketplace
