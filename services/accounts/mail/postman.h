// Postman: sends messages in the background, one after the other, so that no answer waits for a mail server,
// and none tells by its time whether there was a message to send. Tries a few times; a message that cannot be
// sent, or that waits when the process is killed, is lost: its reader asks for another one. Counted in
// outbox_items_total as accounts_messages. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "lib/background/outbox.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/accounts/mail/mailer.h"

namespace octavo::accounts {

class Postman {
 public:
  struct Options {
    // 1,024 x about 500 bytes.
    std::size_t queue_max = 1024;
    int attempts_max = 4;
    // Before the second attempt; multiplied by five before each further one: half a minute in all.
    std::chrono::milliseconds pause{1000};
  };
  // Written when its turn comes: there may turn out to be nothing to send. May read and write the store.
  struct Letter {
    std::string kind;  // For the log: "verify_email".
    std::function<std::optional<Message>()> write;
  };

  // All must outlive the postman.
  Postman(Mailer& mailer, obs::Log& log, obs::Metrics& metrics, Options options);

  // RESOURCE_EXHAUSTED (OVERLOADED) when too many wait.
  Status Post(Letter letter);
  // Tries once to send each letter that waits, until one cannot be sent, and ends. Repeating it does nothing.
  void Stop() { outbox_.Stop(); }

 private:
  struct Envelope {
    Letter letter;
    bool is_written = false;
    std::optional<Message> message = {};
  };

  Status Deliver(Envelope& envelope);

  Mailer& mailer_;
  background::Outbox<Envelope> outbox_;
};

}  // namespace octavo::accounts
