// What the shop writes to its customers about their accounts. Plain ASCII, and nothing in it that a stranger
// typed: else anybody could have the shop send texts of theirs to addresses of others. Links are
//   <base_uri>/account/verify?token=…    <base_uri>/account/reset?token=…
// whose pages have to ask with a button (POST) before they use the token: mail programs fetch links to look
// at them.
#pragma once

#include <string>

#include "lib/base/secret.h"
#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

Message VerifyEmailMessage(const std::string& to, const std::string& base_uri, const Secret& token);
// To who registers with an address that has an account.
Message AlreadyRegisteredMessage(const std::string& to, const std::string& base_uri);
Message ResetPasswordMessage(const std::string& to, const std::string& base_uri, const Secret& token);
// After the fact, in case it was somebody else.
Message PasswordChangedMessage(const std::string& to);

}  // namespace octavo::accounts
