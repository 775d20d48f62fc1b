#include "services/marketplace/pages/two_step.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "services/marketplace/form.h"
#include "services/marketplace/order_words.h"
#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/qr_code.h"

namespace octavo::marketplace {
namespace {

constexpr char kHome[] = "/account";
constexpr char kHere[] = "/account/two-step";
// For an offer of accounts: an encrypted secret, some 80 characters.
constexpr std::size_t kOfferBytesMax = 200;
constexpr std::string_view kStaff =
    "You work for this shop: what staff may do is yours only with two steps, in a session that has done "
    "both.";

std::string Session(const Visit& visit) { return std::string(visit.session_token()); }

// "ABCD EFGH": for reading off and typing in.
std::string InGroups(std::string_view secret) {
  std::string text;
  for (std::size_t i = 0; i < secret.size(); i += 4) {
    if (i > 0) text += ' ';
    text += secret.substr(i, 4);
  }
  return text;
}

AccountForm OffForm() {
  return {.heading = "Sign in with the password alone",
          .lead = "Whoever has your password can sign in then.",
          .action = "/account/two-step/off",
          .button = "Turn two steps off",
          .fields = WithCodeFields({CurrentPasswordField("password", "Your password")}),
          .ways = {{"No, back to your account", kHome}},
          .is_grave = true};
}

AccountForm CodesForm() {
  return {.heading = "New recovery codes",
          .lead = "The ones that you have now are worth nothing from then on.",
          .action = "/account/two-step/codes",
          .button = "Make new ones",
          .fields = WithCodeFields({CurrentPasswordField("password", "Your password")}),
          .ways = {{"No, back to your account", kHome}}};
}

// The answer to a change that cannot be made; none if the form is shown again.
std::optional<http::Response> Elsewhere(const Site& site, const Error& error) {
  if (error.reason == "NO_SESSION") return SignInFirst(site, kHere);
  if (error.reason == "TWO_STEP_ON" || error.reason == "TWO_STEP_OFF") return Redirect(site, kHere);
  if (error.reason == "BAD_OFFER") return Redirect(site, kHere, Note::kTryAgain);
  return std::nullopt;
}

http::Response ShowOffer(const Site& site, const Visit& visit, const std::string& offer_before, const Refusal& refusal) {
  accounts::v1::OfferTwoStepRequest request;
  request.set_session_token(Session(visit));
  request.set_offer(offer_before);
  const auto offer = site.shop.sessions.Ask(&AccountsService::Stub::async::OfferTwoStep, request, visit.limits()).Get();
  if (!offer.ok()) {
    std::optional<http::Response> elsewhere = Elsewhere(site, offer.error());
    return elsewhere ? *std::move(elsewhere) : ShowAccountsAway(site, visit);
  }
  Page page(site, visit,
            {.file = "two_step.tpl",
             .title = "Sign in with two steps",
             .indexed = false,
             .status = refusal.status(),
             .personal = true,
             .has_forms = true});
  View& content = page.content();
  content.Set("SECRET", InGroups(offer->secret())).Set("OFFER", offer->offer());
  if (const std::optional<QrCode> code = MakeQrCode(offer->uri())) {
    content.Add("QR").Set("SIZE", code->size).Set("PATH", code->path);
  }
  if (visit.viewer().second_step_needed) content.Add("STAFF").Set("STAFF_SENTENCE", kStaff);
  if (!refusal.sentence().empty()) content.Add("PROBLEM").Set("PROBLEM_SENTENCE", refusal.sentence());
  AddField(content, "FIELD", TotpField("Code that the app shows"), refusal.fields());
  http::Response response = std::move(page).Send();
  response.holds_secret = true;
  return response;
}

http::Response ShowCodes(const Site& site, const Visit& visit, const google::protobuf::RepeatedPtrField<std::string>& codes) {
  Page page(site, visit, {.file = "recovery_codes.tpl", .title = "Your recovery codes", .indexed = false, .personal = true});
  for (const std::string& code : codes) page.content().Add("CODE").Set("RECOVERY_CODE", code);
  http::Response response = std::move(page).Send();
  response.holds_secret = true;
  return response;
}

http::Response ShowOn(const Site& site, const Visit& visit, const accounts::v1::TwoStep& two_step) {
  const std::string left = std::to_string(two_step.recovery_codes_left());
  std::string more = left + (two_step.recovery_codes_left() == 1 ? " recovery code is" : " recovery codes are") + " left.";
  if (visit.viewer().second_step_needed) {
    more += " " + std::string(kStaff) + " Sign out and in again with a code.";
  }
  return ShowNotice(site, visit,
                    {.heading = "You sign in with two steps",
                     .sentence = "Since " + FormatDate(site.time_zone, two_step.turn_on_time().seconds()) +
                                 " your password and a code of your app.",
                     .more = std::move(more),
                     .ways = {{"Back to your account", kHome},
                              {"New recovery codes", "/account/two-step/codes"},
                              {"Turn it off", "/account/two-step/off"}}});
}

http::Response ShowFormFor(const Site& site, const Visit& visit, const AccountForm& form) {
  return ForCustomer(site, visit, form.action, [&] { return ShowForm(site, visit, form); });
}

}  // namespace

http::Response TwoStepPage(const Site& site, const http::Request& request) {
  const Visit visit(site, request);
  return ForCustomer(site, visit, kHere, [&] {
    accounts::v1::GetTwoStepRequest get;
    get.set_session_token(Session(visit));
    const auto two_step = site.shop.sessions.Ask(&AccountsService::Stub::async::GetTwoStep, get, visit.limits()).Get();
    if (two_step.ok()) {
      return two_step->on() ? ShowOn(site, visit, *two_step) : ShowOffer(site, visit, /*offer_before=*/"", Refusal());
    }
    std::optional<http::Response> elsewhere = Elsewhere(site, two_step.error());
    return elsewhere ? *std::move(elsewhere) : ShowAccountsAway(site, visit);
  });
}

http::Response TurnOnTwoStep(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::TurnOnTwoStepRequest request;
  request.set_session_token(Session(visit));
  request.set_offer(Trimmed(form, "offer", kOfferBytesMax));
  request.set_code(TypedCode(form));
  const auto answer = site.shop.sessions.Ask(&AccountsService::Stub::async::TurnOnTwoStep, request, visit.ForChange()).Get();
  if (answer.ok()) return ShowCodes(site, visit, answer->recovery_codes());
  if (std::optional<http::Response> elsewhere = Elsewhere(site, answer.error())) return *std::move(elsewhere);
  return ShowOffer(site, visit, request.offer(), Refusal(answer.error(), ""));
}

http::Response TwoStepOffPage(const Site& site, const http::Request& request) {
  return ShowFormFor(site, Visit(site, request), OffForm());
}

http::Response TurnOffTwoStep(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::TurnOffTwoStepRequest request;
  request.set_session_token(Session(visit));
  request.set_password(std::string(form.Get("password")));
  request.set_code(TypedCode(form));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::TurnOffTwoStep, request, visit.ForChange()).Get();
  if (answer.ok()) return Redirect(site, kHome, Note::kTwoStepOff);
  if (std::optional<http::Response> elsewhere = Elsewhere(site, answer.error())) return *std::move(elsewhere);
  return ShowForm(site, visit, OffForm(), Refusal(answer.error(), "password"));
}

http::Response RecoveryCodesPage(const Site& site, const http::Request& request) {
  return ShowFormFor(site, Visit(site, request), CodesForm());
}

http::Response MakeRecoveryCodes(const Site& site, const Visit& visit, const http::Params& form) {
  accounts::v1::MakeRecoveryCodesRequest request;
  request.set_session_token(Session(visit));
  request.set_password(std::string(form.Get("password")));
  request.set_code(TypedCode(form));
  const auto answer = site.shop.accounts.Ask(&AccountsService::Stub::async::MakeRecoveryCodes, request, visit.ForChange()).Get();
  if (answer.ok()) return ShowCodes(site, visit, answer->recovery_codes());
  if (std::optional<http::Response> elsewhere = Elsewhere(site, answer.error())) return *std::move(elsewhere);
  return ShowForm(site, visit, CodesForm(), Refusal(answer.error(), "password"));
}

}  // namespace octavo::marketplace
