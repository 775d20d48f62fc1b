// The messages that the shop sends to its customers about their accounts. They are plain ASCII and hold nothing that a stranger
// typed: else anybody could have the shop send their text to other people. The links are
//
//   <base_uri>/account/verify?token=…    <base_uri>/account/reset?token=…
// Mail programs fetch links to look at them, so these pages must ask with a button (POST) before they use the token.
#pragma once

#include <string>

#include "lib/base/secret.h"
#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

Message VerifyEmailMessage(const std::string& to, const std::string& base_uri, const Secret& token);
// Sent when somebody registers with an address that has an account.
Message AlreadyRegisteredMessage(const std::string& to, const std::string& base_uri);
Message ResetPasswordMessage(const std::string& to, const std::string& base_uri, const Secret& token);
// Tells the customer, in case somebody else changed the password.
Message PasswordChangedMessage(const std::string& to);

}  // namespace octavo::accounts
