#include "services/accounts/mail/postman.h"

#include <utility>

namespace octavo::accounts {

Postman::Postman(Mailer& mailer, obs::Log& log, obs::Metrics& metrics, Options options)
    : mailer_(mailer),
      outbox_({.name = "accounts_messages",
               .waiting_max = options.queue_max,
               .attempts_max = options.attempts_max,
               .pause = options.pause,
               .pause_factor = 5,
               .is_worth_repeating = [](const Error& error) { return error.code == Code::kUnavailable; }},
              log, metrics, [this](std::span<Envelope> group) { return Deliver(group.front()); }) {}

Status Postman::Post(Letter letter) {
  if (outbox_.Add({.letter = std::move(letter)})) return Ok();
  return Error{Code::kResourceExhausted, "OVERLOADED", "too many messages are waiting; try again in a moment"};
}

Status Postman::Deliver(Envelope& envelope) {
  if (!envelope.is_written) {
    envelope.message = envelope.letter.write();
    envelope.is_written = true;
  }
  if (!envelope.message) return Ok();
  Status sent = mailer_.Send(*envelope.message);
  if (sent.ok()) return sent;
  Error error = std::move(sent).error();
  error.message = envelope.letter.kind + ": " + error.message;
  return error;
}

}  // namespace octavo::accounts
