// Notifier: tells the shop in the background that a charge has changed, as a real provider's
// webhook does: signed, at least once while this process lives, in no fixed order. A notice is
// lost if a few attempts fail or the process ends first: ask GetCharge to be certain.
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
  // JSON: {"id": "<key>/<n-th change>", "charge": …, "state": "CAPTURED", "currency_code": …, "amount_minor": …,
  // "captured_minor": …, "refunded_minor": …}. Notices with the same id are equal.
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
    // The pause before the second attempt. Each later pause is twice as long: 3 s in all.
    std::chrono::milliseconds pause{200};
  };
  // Sends a notice, or says why it failed. May block for about a second.
  using Deliver = std::function<Status(const Notice&)>;

  // `log` and `metrics` must outlive the notifier. `key` must not be empty.
  Notifier(Secret key, Deliver deliver, obs::Log& log, obs::Metrics& metrics, Options options);

  // Queues a notice of the charge's last change. Does not block: if the queue is full, the notice is lost and counted.
  void Tell(const Charge& charge);
  // Ends the thread after one attempt for each waiting notice, until one fails. Calling it again does nothing.
  void Stop() { outbox_.Stop(); }

 private:
  const Secret key_;
  background::Outbox<Notice> outbox_;
};

}  // namespace octavo::payments
