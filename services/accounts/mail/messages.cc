#include "services/accounts/mail/messages.h"

namespace octavo::accounts {
namespace {

std::string Link(const std::string& base_uri, const std::string& path, const Secret& token) {
  return "    " + base_uri + path + "?token=" + std::string(token.Reveal()) + "\n";
}

}  // namespace

Message VerifyEmailMessage(const std::string& to, const std::string& base_uri, const Secret& token) {
  return {.to = to,
          .subject = "Confirm your e-mail address",
          .text = Secret("Welcome to Octavo.\n\n"
                         "Please confirm that this address is yours. The link works once, for a day, with the password\n"
                         "that you chose:\n\n" +
                         Link(base_uri, "/account/verify", token) +
                         "\nIf you have not registered, do nothing: without the link there will be no account.\n")};
}

Message AlreadyRegisteredMessage(const std::string& to, const std::string& base_uri) {
  return {.to = to,
          .subject = "You have an account already",
          .text = Secret("Somebody, perhaps you, has just registered at Octavo with this address. It has an account\n"
                         "already, and nothing has changed. If you have forgotten the password, ask for a new one:\n\n"
                         "    " +
                         base_uri + "/account/forgotten\n")};
}

Message ResetPasswordMessage(const std::string& to, const std::string& base_uri, const Secret& token) {
  return {.to = to,
          .subject = "Choose a new password",
          .text = Secret("Somebody, perhaps you, has asked for a new password at Octavo. To choose one, follow this link.\n"
                         "It works once, for an hour:\n\n" +
                         Link(base_uri, "/account/reset", token) +
                         "\nIf it was not you, do nothing: the password stays as it is.\n")};
}

Message PasswordChangedMessage(const std::string& to) {
  return {.to = to,
          .subject = "Your password was changed",
          .text = Secret("The password of your account at Octavo was changed just now. If it was not you, choose a new one\n"
                         "at once, with \"forgotten password\" on the page where you sign in.\n")};
}

}  // namespace octavo::accounts
