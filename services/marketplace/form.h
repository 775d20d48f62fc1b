// Forms: what a page with a form needs, and what its receiver must check first.
//
// In the template of every form:   <input type="hidden" name="csrf" value="{{CSRF}}">
// In website.cc:                   router.Post("/cart/items", [&site](const Request& request) {
//                                    return WithForm(site, request, AddToCart);
//                                  });
// The handler makes its change and answers with Redirect (303). If a field is wrong, it answers with the page again: status
// 422, the fields as they were typed, and each mistake beside its field.
//
// A POST is accepted only from a form of this shop (CSRF): the browser must not say that it came from elsewhere
// (Sec-Fetch-Site, else Origin), and the form's token must be signed for this visitor and session. Tokens are salted, so
// two pages never have the same one. Scripts may send the token in the header X-CSRF-Token. Signing in or out gives new
// tokens.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lib/http/message.h"
#include "services/marketplace/note.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// The value that Page sets for {{CSRF}}.
std::string FormToken(const Site& site, const Visit& visit);

using FormHandler = std::function<http::Response(const Visit& visit, const http::Params& form)>;
// 400 if it is no form, 403 if the form is not from this shop, else the answer of `handle`. Browsers store none of these.
http::Response WithForm(const Site& site, const http::Request& request, const FormHandler& handle);

// 303 to `location`, a path of this shop, already encoded. `note` is shown on the page there, and names `book` if it is about
// one.
http::Response Redirect(const Site& site, std::string location, Note note = Note::kNone, const std::string& book = {});

// The path in the hidden field "next", to which the reader goes on; `otherwise` unless it is a path of this shop.
std::string NextPath(const http::Params& form, std::string_view otherwise);

// Which fields are wrong, and the sentence for each.
class FormErrors {
 public:
  // The first sentence for a field is kept.
  void Add(std::string field, std::string sentence) { sentences_.emplace(std::move(field), std::move(sentence)); }
  bool empty() const { return sentences_.empty(); }
  // Empty where the field is right.
  std::string_view For(const std::string& field) const;

 private:
  std::map<std::string, std::string> sentences_;
};

// A field with its label, its hint and its mistake, as templates/field.tpl shows it.
struct Field {
  std::string name;  // Its id too: unique on the page.
  std::string label;
  std::string type = "text";
  std::string value = {};         // Never a password: a typed password is not sent back.
  std::string autocomplete = {};  // "email", "given-name" …: https://html.spec.whatwg.org/#autofill
  std::string hint = {};
  std::string inputmode = {};  // "numeric": which keys a phone shows.
  bool required = true;
  bool conditional = false;  // Required only with some other choice; the server checks it, because the browser cannot know.
  int length_max = 200;
};

// Puts the field where {{>MARKER}} stands.
void AddField(View& view, std::string_view marker, const Field& field, const FormErrors& errors);

// The field's text without spaces at its ends and without control characters, cut after a letter to at most `length_max`
// bytes.
std::string Trimmed(const http::Params& form, std::string_view name, std::size_t length_max = 200);

}  // namespace octavo::marketplace
