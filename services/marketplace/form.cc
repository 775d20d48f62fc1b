#include "services/marketplace/form.h"

#include <algorithm>
#include <utility>

#include "lib/base/quoted.h"
#include "services/marketplace/pages/account_form.h"
#include "services/marketplace/pages/error.h"

namespace octavo::marketplace {
namespace {

constexpr std::size_t kSaltLength = 22;
constexpr std::string_view kPurpose = "form";

// What a token is signed for. It includes the session's token, so that a token from before a sign-in is not valid after
// it.
std::string Signed(std::string_view salt, const Visit& visit) {
  return std::string(salt) + "." + visit.visitor_id() + "." + std::string(visit.session_token());
}

bool IsOurToken(const Site& site, const Visit& visit, std::string_view token) {
  if (token.size() <= kSaltLength || token[kSaltLength] != '.') return false;
  const std::string_view salt = token.substr(0, kSaltLength);
  return site.signer.Verify(kPurpose, Signed(salt, visit), token.substr(kSaltLength + 1));
}

// Whether the browser says that one of our own pages sent this. If it says nothing (an old browser, a program), the token
// decides.
bool IsFromHere(const http::Headers& headers) {
  const std::string_view site = headers.Get("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  std::string_view origin = headers.Get("Origin");
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;  // "null" too.
  return origin.substr(scheme + 3) == headers.Get("Host");
}

void TellOfRefusal(const Site& site, const http::Request& request, const char* why) {
  if (site.security == nullptr) return;
  site.security->Write({.event = "form_refused", .client = ClientAddress(site.transport, request), .detail = why});
}

// The space and what is below it, and DEL.
bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }

}  // namespace

std::string FormToken(const Site& site, const Visit& visit) {
  const std::string salt = RandomName(site.random);
  return salt + "." + site.signer.Sign(kPurpose, Signed(salt, visit));
}

http::Response WithForm(const Site& site, const http::Request& request, const FormHandler& handle) {
  const Result<http::Params> form = request.Form();
  if (!form.ok()) return ErrorPage(site, request, 400);
  const Visit visit(site, request);
  std::string_view token = form->Get("csrf");
  if (token.empty()) token = request.headers.Get("X-CSRF-Token");
  const bool is_from_here = IsFromHere(request.headers);
  if (!is_from_here || !IsOurToken(site, visit, token)) {
    TellOfRefusal(site, request, is_from_here ? "no token of ours" : "from elsewhere");
    return ErrorPage(site, request, 403);
  }
  http::Response response = handle(visit, *form);
  response.headers.Set("Cache-Control", "no-store");
  return response;
}

http::Response Redirect(const Site& site, std::string location, Note note, const std::string& book) {
  http::Response response = http::SeeOther(std::move(location));
  if (note != Note::kNone) {
    response.headers.Add("Set-Cookie", http::ToString({.name = CookieName(site.transport, "note"),
                                                       .value = ToCookie({.note = note, .book = book}),
                                                       .secure = site.transport == Transport::kHttps}));
  }
  return response;
}

std::string NextPath(const http::Params& form, std::string_view otherwise) {
  const std::string_view next = form.Get("next");
  // "//host" and "/\host" lead elsewhere.
  const bool is_path =
      next.starts_with('/') && !next.starts_with("//") && next.size() <= 500 &&
      std::none_of(next.begin(), next.end(), [](char c) { return IsBlank(c) || c == '\\' || static_cast<signed char>(c) < 0; });
  return std::string(is_path ? next : otherwise);
}

std::string_view FormErrors::For(const std::string& field) const {
  const auto found = sentences_.find(field);
  return found == sentences_.end() ? std::string_view() : found->second;
}

void AddField(View& view, std::string_view marker, const Field& field, const FormErrors& errors) {
  View shown = view.Include(marker, "field.tpl");
  shown.Set("NAME", field.name).Set("LABEL", field.label).Set("TYPE", field.type);
  shown.Set("LENGTH_MAX", field.length_max);
  if (field.type != "password") shown.Set("VALUE", field.value);
  if (!field.autocomplete.empty()) shown.Add("COMPLETED").Set("AUTOCOMPLETE", field.autocomplete);
  if (!field.inputmode.empty()) shown.Add("KEYED").Set("INPUTMODE", field.inputmode);
  if (!field.hint.empty()) shown.Add("HINTED").Set("HINT", field.hint);
  const std::string_view wrong = errors.For(field.name);
  if (!wrong.empty()) shown.Add("WRONG").Set("SENTENCE", wrong);
  if (field.required && !field.conditional) shown.Show("REQUIRED");
  if (!field.required) shown.Show("OPTIONAL");
  // The text that a screen reader reads with the field.
  if (!field.hint.empty() || !wrong.empty()) shown.Show("DESCRIBED");
  if (!wrong.empty()) shown.Show("INVALID");
}

std::string Trimmed(const http::Params& form, std::string_view name, std::size_t length_max) {
  std::string_view text = form.Get(name);
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  text = CutText(text, length_max);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  std::string trimmed(text);
  std::erase_if(trimmed, [](char c) { return c != ' ' && IsBlank(c); });
  return trimmed;
}

}  // namespace octavo::marketplace
