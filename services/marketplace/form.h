// Forms: what a page with a form needs, and what the one who receives it must check first.
//
// In the template of every form:   <input type="hidden" name="csrf" value="{{CSRF}}">
// In website.cc:                   router.Post("/cart/items", [&site](const Request& request) {
//                                    return WithForm(site, request, AddToCart);
//                                  });
// The handler changes something and answers with Redirect (303), or, where a field is wrong, with the page
// again: status 422, the fields as they were typed, and each mistake beside its field.
//
// A POST is only taken from a form of ours (CSRF): the browser must not say that it came from elsewhere
// (Sec-Fetch-Site, else Origin), and the form's token must be signed for this visitor and session. Tokens are
// salted, so that two pages never hold the same one. Scripts may send the token as the header X-CSRF-Token.
// Who signs in or out gets new tokens.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lib/http/message.h"
#include "services/marketplace/note.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// What Page puts where {{CSRF}} stands.
std::string FormToken(const Site& site, const Visit& visit);

using FormHandler = std::function<http::Response(const Visit& visit, const http::Params& form)>;
// 400 for what is no form, 403 for a form that is not ours, else what `handle` says. Nothing of it is stored.
http::Response WithForm(const Site& site, const http::Request& request, const FormHandler& handle);

// 303 to `location`, a path of ours, already encoded; `note` shows on the page there, and names `book` where
// it is about one.
http::Response Redirect(const Site& site, std::string location, Note note = Note::kNone, const std::string& book = {});

// The path of a hidden field "next", where a reader goes on; `otherwise` unless it is a path of this shop.
std::string NextPath(const http::Params& form, std::string_view otherwise);

// Which fields are wrong, and the sentence for each.
class FormErrors {
 public:
  // The first sentence for a field stays.
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
  std::string value = {};         // Never a password: what was typed is not sent back.
  std::string autocomplete = {};  // "email", "given-name" …: https://html.spec.whatwg.org/#autofill
  std::string hint = {};
  std::string inputmode = {};  // "numeric": which keys a phone shows.
  bool required = true;
  bool conditional = false;  // Required only with some other choice: the server says so, the browser cannot know.
  int length_max = 200;
};

// Puts the field where {{>MARKER}} stands.
void AddField(View& view, std::string_view marker, const Field& field, const FormErrors& errors);

// The field's text without spaces at its ends, without control characters, cut to `length_max` bytes at a
// letter's end.
std::string Trimmed(const http::Params& form, std::string_view name, std::size_t length_max = 200);

}  // namespace octavo::marketplace
