// What the pages about accounts have in common: one form, how errors of accounts are said, who asks. The pages are in
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
  std::string action;     // Where it is sent.
  std::string button;
  std::vector<Field> fields = {};
  std::vector<std::pair<std::string, std::string>> hidden = {};  // Name and value.
  struct Way {
    std::string words;
    std::string link;
  };
  std::vector<Way> ways = {};  // Elsewhere: "I have forgotten my password".
  bool is_grave = false;       // Sending it cannot be undone.
  bool holds_token = false;    // Of a link in a message, which must not get out by a Referer.
};

// What was wrong with a form that was sent: beside its fields, or above them all.
class Refusal {
 public:
  Refusal() = default;
  // What accounts answered; `password_field` is the one that was wrong where the credentials are.
  Refusal(const Error& error, std::string_view password_field);

  const FormErrors& fields() const { return fields_; }
  // A sentence above the fields; may be empty.
  const std::string& sentence() const { return sentence_; }
  // 422 as a rule; 429 for who has to wait, 503 where accounts cannot be asked.
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

// A page with a few words and a way on.
struct AccountNotice {
  std::string heading;
  std::string sentence;
  std::string more = {};
  std::vector<AccountForm::Way> ways = {};  // The first is a button.
  int status = 200;
};
http::Response ShowNotice(const Site& site, const Visit& visit, const AccountNotice& notice);
// Accounts cannot say whose session it is.
http::Response ShowAccountsAway(const Site& site, const Visit& visit);

// 303 to the page for signing in, which leads back to `next`, a path of ours.
http::Response SignInFirst(const Site& site, std::string_view next);

// What `show` makes for a customer; whoever is none signs in first, and comes back to `path`.
http::Response ForCustomer(const Site& site, const Visit& visit, std::string_view path,
                           const std::function<http::Response()>& show);

// For a code of the customer's app.
Field TotpField(std::string label);
// These fields, and behind them those for a code of the app or a recovery code, one of which is to be filled.
std::vector<Field> WithCodeFields(std::vector<Field> fields);
// What was typed into either.
std::string TypedCode(const http::Params& form);

inline constexpr int kPasswordCharactersMax = 200;
// For a password that there is already.
Field CurrentPasswordField(std::string name, std::string label);

// The reader's network address, for throttling. Over https a proxy of ours is in front, and says it as the last of
// X-Forwarded-For, which nobody else can write; where it does not, nobody knows: empty.
std::string ClientAddress(Transport transport, const http::Request& request);

}  // namespace octavo::marketplace
