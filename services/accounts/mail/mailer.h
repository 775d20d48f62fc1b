// Mailer: how a message leaves the shop. FolderMailer writes files, SmtpMailer hands over to a mail server;
// tests use a fake. Thread-safe.
#pragma once

#include <string>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace octavo::accounts {

struct Message {
  std::string to;       // A normalised address (ParseEmail).
  std::string subject;  // ASCII.
  Secret text;          // Lines of ASCII, each ended by "\n". Secret, because its link holds a token.
};

class Mailer {
 public:
  virtual ~Mailer() = default;

  // Returns when the file is written or the mail server has taken the message. Errors: UNAVAILABLE (MAIL_UNAVAILABLE: try again),
  // FAILED_PRECONDITION (MAIL_REFUSED: do not try this message again). No error names the recipient.
  virtual Status Send(const Message& message) = 0;
};

// The message as RFC 5322 writes it, lines ended by CRLF.
Secret FormatMessage(const Message& message, const std::string& from, const Clock& clock, Random& random);

}  // namespace octavo::accounts
