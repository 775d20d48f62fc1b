// What the account pages share: a form, the words for errors of accounts, the check that somebody is signed in. The pages are in
// account.h and account_entry.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/error.h"
#include "lib/http/message.h"
#include "services/marketplace/form.h"
#include "services/marketplace/site.h"

namespace octavo::marketplace {

// A page that is mainly one form.
struct AccountForm {
  std::string heading;
  std::string lead = {};  // A sentence below the heading.
  std::string action;     // The path to which it is sent.
  std::string button;
  std::vector<Field> fields = {};
  std::vector<std::pair<std::string, std::string>> hidden = {};  // Name and value.
  struct Way {
    std::string words;
    std::string link;
  };
  std::vector<Way> ways = {};  // Links to other pages: "I have forgotten my password".
  bool is_grave = false;       // Sending it cannot be undone.
  bool holds_token = false;    // The token of a link in a message, which must not leak by a Referer.
};

// The mistakes in a form that was sent: beside its fields, or above all of them.
class Refusal {
 public:
  Refusal() = default;
  // The answer of accounts; `password_field` is the field to blame when the credentials are wrong.
  Refusal(const Error& error, std::string_view password_field);

  const FormErrors& fields() const { return fields_; }
  // A sentence above the fields; may be empty.
  const std::string& sentence() const { return sentence_; }
  // Usually 422; 429 if the reader has to wait, 503 if accounts cannot be asked.
  int status() const { return status_; }
  int retry_seconds() const { return retry_seconds_; }  // 0: not said.

 private:
  FormErrors fields_;
  std::string sentence_;
  int status_ = 200;
  int retry_seconds_ = 0;
};

// The page; never stored, never listed.
http::Response ShowForm(const Site& site, const Visit& visit, const AccountForm& form, const Refusal& refusal = {});

// A page with a few words and links to go on.
struct AccountNotice {
  std::string heading;
  std::string sentence;
  std::string more = {};
  std::vector<AccountForm::Way> ways = {};  // The first is a button.
  int status = 200;
};
http::Response ShowNotice(const Site& site, const Visit& visit, const AccountNotice& notice);
// For when accounts cannot say whose session it is.
http::Response ShowAccountsAway(const Site& site, const Visit& visit);

// 303 to the page for signing in, which leads back to `next`, a path of ours.
http::Response SignInFirst(const Site& site, std::string_view next);

// The page that `show` makes for a customer. Whoever is not signed in does so first, and comes back to `path`.
http::Response ForCustomer(const Site& site, const Visit& visit, std::string_view path,
                           const std::function<http::Response()>& show);

// For a code of the customer's app.
Field TotpField(std::string label);
// These fields, followed by one for a code of the app and one for a recovery code; one of the two must be filled.
std::vector<Field> WithCodeFields(std::vector<Field> fields);
// The code typed into either of the two.
std::string TypedCode(const http::Params& form);

inline constexpr int kPasswordCharactersMax = 200;
// For the customer's present password.
Field CurrentPasswordField(std::string name, std::string label);

// The reader's network address, for throttling. With https a proxy of ours writes it as the last entry of X-Forwarded-For, which
// nobody else can write; without that entry it is unknown: empty.
std::string ClientAddress(Transport transport, const http::Request& request);

}  // namespace octavo::marketplace
