// Notifier: tells the shop that a charge has changed, in the background, as a real provider's webhook does:
// signed, at least once while this process lives, in no promised order. A notice that cannot be delivered
// after a few attempts, or that waits when the process ends, is lost: whoever needs certainty asks GetCharge.
// Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "lib/background/outbox.h"
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

// Its notices are counted in outbox_items_total as payments_notices.
class Notifier {
 public:
  struct Options {
    int attempts_max = 5;
    // Before the second attempt; doubled before each further one: 3 s in all.
    std::chrono::milliseconds pause{200};
  };
  // Hands a notice over, or says why it could not. May block for a second or so.
  using Deliver = std::function<Status(const Notice&)>;

  // `log` and `metrics` must outlive the notifier. `key` must not be empty.
  Notifier(Secret key, Deliver deliver, obs::Log& log, obs::Metrics& metrics, Options options);

  // Will tell of the charge's last change. Does not block: a notice for which there is no room is lost, and counted.
  void Tell(const Charge& charge);
  // Ends the thread after one attempt for each that waits, until one fails. Repeating it does nothing.
  void Stop() { outbox_.Stop(); }

 private:
  const Secret key_;
  background::Outbox<Notice> outbox_;
};

}  // namespace octavo::payments
