#include "services/accounts/mail/mail_queue.h"

#include <utility>

namespace octavo::accounts {

MailQueue::MailQueue(Mailer& mailer, obs::Log& log, obs::Metrics& metrics, Options options)
    : mailer_(mailer),
      outbox_({.name = "accounts_messages",
               .waiting_max = options.queue_max,
               .attempts_max = options.attempts_max,
               .pause = options.pause,
               .pause_factor = 5,
               .is_worth_repeating = [](const Error& error) { return error.code == Code::kUnavailable; }},
              log, metrics, [this](std::span<QueuedJob> group) { return Deliver(group.front()); }) {}

Status MailQueue::Add(Job job) {
  if (outbox_.Add({.job = std::move(job)})) return Ok();
  return Error{Code::kResourceExhausted, "OVERLOADED", "too many messages are waiting; try again in a moment"};
}

Status MailQueue::Deliver(QueuedJob& queued) {
  if (!queued.is_written) {
    queued.message = queued.job.write();
    queued.is_written = true;
  }
  if (!queued.message) return Ok();
  Status sent = mailer_.Send(*queued.message);
  if (sent.ok()) return sent;
  Error error = std::move(sent).error();
  error.message = queued.job.kind + ": " + error.message;
  return error;
}

}  // namespace octavo::accounts
