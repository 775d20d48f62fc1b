// SmtpMailer: hands each message to a mail server by SMTP (RFC 5321), one connection a message; libcurl speaks it. With STARTTLS
// (RFC 3207) nothing is said before the server has proven its name by a certificate, and with a user and password it signs in
// (RFC 4954).
#pragma once

#include <chrono>
#include <string>

#include "lib/base/secret.h"
#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

class SmtpMailer final : public Mailer {
 public:
  struct Options {
    std::string host;
    std::string port;
    std::string from = {};
    // Not without TLS; else the message stays here.
    bool starttls = false;
    // A PEM file with the authority of the server's certificate; empty: those that this machine trusts.
    std::string authority = {};
    // Empty: it does not sign in.
    std::string user = {};
    Secret password = {};
    // For the whole conversation.
    std::chrono::milliseconds timeout{30'000};
  };

  // `clock` and `random` must outlive the mailer.
  SmtpMailer(Options options, const Clock& clock, Random& random);

  // The server has taken the message once it has answered 250 to its end. Where that answer is lost, the
  // message is sent again: it may arrive twice.
  Status Send(const Message& message) override;

 private:
  const Options options_;
  const Clock& clock_;
  Random& random_;
};

// "localhost:25" in two; a port is required. Errors: INVALID_ARGUMENT (BAD_OPTION).
Result<SmtpMailer::Options> ParseSmtpAddress(const std::string& address);

}  // namespace octavo::accounts
