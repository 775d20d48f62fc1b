// MailQueue: sends messages in the background, one after the other. So no answer waits for a mail server, and the time of
// an answer does not tell whether a message was sent. A message is tried a few times. It is lost if it cannot be sent or if
// the process is killed first; the reader asks for another. Counted in outbox_items_total as accounts_messages.
// Thread-safe.
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

class MailQueue {
 public:
  struct Options {
    // 1,024 x about 500 bytes.
    std::size_t queue_max = 1024;
    int attempts_max = 4;
    // The pause before the second attempt. Each later pause is five times longer: half a minute in all.
    std::chrono::milliseconds pause{1000};
  };
  // `write` makes the message when its turn comes, or gives none if there is nothing to send. It may read and write the store.
  struct Job {
    std::string kind;  // For the log: "verify_email".
    std::function<std::optional<Message>()> write;
  };

  // All must outlive the queue.
  MailQueue(Mailer& mailer, obs::Log& log, obs::Metrics& metrics, Options options);

  // RESOURCE_EXHAUSTED (OVERLOADED) when too many wait.
  Status Add(Job job);
  // Tries once to send each message that waits, until one fails, and ends. Calling it again does nothing.
  void Stop() { outbox_.Stop(); }

 private:
  struct QueuedJob {
    Job job;
    bool is_written = false;
    std::optional<Message> message = {};
  };

  Status Deliver(QueuedJob& queued);

  Mailer& mailer_;
  background::Outbox<QueuedJob> outbox_;
};

}  // namespace octavo::accounts
