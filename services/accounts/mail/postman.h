// Postman: sends messages in the background, one after the other, so that no answer waits for a mail server,
// and none tells by its time whether there was a message to send. Tries a few times; a message that cannot be
// sent, or that waits when the process is killed, is lost: its reader asks for another one. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

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
  // As Stop().
  ~Postman();
  Postman(const Postman&) = delete;
  Postman& operator=(const Postman&) = delete;

  // RESOURCE_EXHAUSTED (OVERLOADED) when too many wait.
  Status Post(Letter letter);
  // Tries once to send each letter that waits, until one cannot be sent, and ends. Repeating it does nothing.
  void Stop();

 private:
  void Run();
  // False when it was not sent.
  bool Deliver(const Letter& letter);
  // False when the postman stops meanwhile.
  bool Pause(std::chrono::milliseconds pause);

  Mailer& mailer_;
  obs::Log& log_;
  obs::Counter& sent_;
  obs::Counter& lost_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Letter> queue_;  // Guarded by mutex_.
  bool stopping_ = false;     // Guarded by mutex_.
  std::thread thread_;        // Last: uses the rest.
};

}  // namespace octavo::accounts
