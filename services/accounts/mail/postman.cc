#include "services/accounts/mail/postman.h"

#include <exception>
#include <utility>

namespace octavo::accounts {

Postman::Postman(Mailer& mailer, obs::Log& log, obs::Metrics& metrics, Options options)
    : mailer_(mailer),
      log_(log),
      sent_(metrics.Counter("accounts_messages_sent_total", "Messages that the mail server took")),
      lost_(metrics.Counter("accounts_messages_lost_total", "Messages that could not be sent")),
      options_(options),
      thread_([this] { Run(); }) {}

Postman::~Postman() {
  Stop();
}

Status Postman::Post(Letter letter) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= options_.queue_max) {
      return Error{Code::kResourceExhausted, "OVERLOADED",
                   "too many messages are waiting; try again in a moment"};
    }
    queue_.push_back(std::move(letter));
  }
  changed_.notify_all();
  return Ok();
}

void Postman::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Postman::Run() {
  while (true) {
    Letter letter;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      letter = std::move(queue_.front());
      queue_.pop_front();
    }
    const bool sent = Deliver(letter);
    const std::lock_guard lock(mutex_);
    if (stopping_ && !sent) {  // The mail server is down, and nobody has the time to wait for it.
      lost_.Increment(static_cast<double>(queue_.size()));
      queue_.clear();
    }
  }
}

bool Postman::Deliver(const Letter& letter) {
  std::string reason;
  std::chrono::milliseconds pause = options_.pause;
  try {
    const std::optional<Message> message = letter.write();
    if (!message) return true;
    for (int attempt = 1;; ++attempt) {
      const Status sent = mailer_.Send(*message);
      if (sent.ok()) {
        sent_.Increment();
        return true;
      }
      reason = sent.error().message;
      const bool may_try_again = sent.error().code == Code::kUnavailable && attempt < options_.attempts_max;
      if (!may_try_again || !Pause(pause)) break;
      pause *= 5;
    }
  } catch (const std::exception& exception) {  // The database is gone; there may be one for the next letter.
    reason = exception.what();
  }
  lost_.Increment();
  log_.Warn("message_lost", {{"kind", letter.kind}, {"what", reason}});
  return false;
}

bool Postman::Pause(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, pause, [this] { return stopping_; });
}

}  // namespace octavo::accounts
