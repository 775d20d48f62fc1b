// Notifier: tells the shop that a charge has changed, in the background, as a real provider's webhook does:
// signed, at least once while this process lives, in no promised order. A notice that cannot be delivered
// after a few attempts, or that waits when the process ends, is lost: whoever needs certainty asks GetCharge.
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/payments/domain/charge.h"

namespace octavo::payments {

struct Notice {
  // JSON: {"id": "<key>/<n-th change>", "charge": …, "state": "CAPTURED", "currency_code": …, "amount_minor":
  // …, "captured_minor": …, "refunded_minor": …}. Those with the same id are the same.
  std::string body;
  // HMAC-SHA-256 (RFC 2104) of the body, in hexadecimal digits.
  std::string signature;
};

// The notice of the charge's last change.
Notice MakeNotice(const Charge& charge, const Secret& key);

class Notifier {
 public:
  struct Options {
    // 1,024 x about 300 bytes.
    std::size_t queue_max = 1024;
    int attempts_max = 5;
    // Before the second attempt; doubled before each further one: 3 s in all.
    std::chrono::milliseconds pause{200};
  };
  // Hands a notice over, or says why it could not. May block for a second or so.
  using Deliver = std::function<Status(const Notice&)>;

  // `log` and `metrics` must outlive the notifier. `key` must not be empty.
  Notifier(Secret key, Deliver deliver, obs::Log& log, obs::Metrics& metrics, Options options);
  // As Stop().
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Will tell of the charge's last change, as often as the charge says. Does not block: when the queue is
  // full, the notice is lost, and counted.
  void Tell(const Charge& charge);
  // Ends the thread after the attempt that it is in. Repeating it does nothing.
  void Stop();

 private:
  void Run();
  void DeliverWithPatience(const Notice& notice);
  // False when the notifier stops meanwhile.
  bool Pause(std::chrono::milliseconds pause);

  const Secret key_;
  const Deliver deliver_;
  const Options options_;
  obs::Log& log_;
  obs::Counter& delivered_;
  obs::Counter& lost_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Notice> queue_;  // Guarded by mutex_.
  bool stopping_ = false;     // Guarded by mutex_.
  std::thread thread_;        // Last: uses the rest.
};

}  // namespace octavo::payments
