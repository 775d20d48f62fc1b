// SmtpMailer: hands each message to a mail server by SMTP (RFC 5321) through libcurl, one connection per message. With STARTTLS
// (RFC 3207) it sends nothing before the server's certificate has proven the server's name. With a user and a password it signs
// in (RFC 4954).
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
    // True: send over TLS only, or not at all.
    bool starttls = false;
    // A PEM file with the authority that signs the server's certificate; empty: the authorities that this machine trusts.
    std::string authority = {};
    // Empty: it does not sign in.
    std::string user = {};
    Secret password = {};
    // For the whole exchange with the server.
    std::chrono::milliseconds timeout{30'000};
  };

  // `clock` and `random` must outlive the mailer.
  SmtpMailer(Options options, const Clock& clock, Random& random);

  // Returns once the server has answered 250 to the end of the message. If that answer is lost, the message is sent again, so it
  // may arrive twice.
  Status Send(const Message& message) override;

 private:
  const Options options_;
  const Clock& clock_;
  Random& random_;
};

// Splits "localhost:25"; the port is required. Errors: INVALID_ARGUMENT (BAD_OPTION).
Result<SmtpMailer::Options> ParseSmtpAddress(const std::string& address);

}  // namespace octavo::accounts
