// SmtpMailer: hands each message to a mail server by SMTP (RFC 5321), one connection a message, without TLS
// or authentication: for a relay on this machine or in this network, which takes care of the way to the
// world.
#pragma once

#include <chrono>
#include <string>

#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

class SmtpMailer final : public Mailer {
 public:
  struct Options {
    std::string host;
    std::string port;
    std::string from;
    // For connecting, and for each reply.
    std::chrono::milliseconds timeout{10'000};
  };

  // `clock` and `random` must outlive the mailer.
  SmtpMailer(Options options, const Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), random_(random) {}

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

// What DATA sends for a message: a line that begins with a dot gets one more (section 4.5.2), and a single
// dot ends it.
std::string StuffDots(std::string_view message);

}  // namespace octavo::accounts
