// Sandbox: the provider's behaviour over its ledger: which token makes it fail, and how.
//
// A provider that "never answers" gives DEADLINE_EXCEEDED (NO_ANSWER). It does so as soon as it is decided whether
// the payment happened, instead of holding a thread until the caller's deadline: for the caller the outcome is just
// as unknown. A key that the ledger knows gets the ledger's state at once, whatever the token: so the caller can find
// out.
#pragma once

#include <chrono>
#include <functional>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "services/payments/late_answers.h"
#include "services/payments/store.h"

namespace octavo::payments {

class Sandbox {
 public:
  struct Options {
    // How long tok_late delays its answer.
    std::chrono::milliseconds late_after{3000};
    // Delayed answers at once; each holds a thread, so this is a small part of the threads.
    int late_max = 8;
  };
  // Called after every change, once it is stored. Must not block; must be thread-safe.
  using OnChange = std::function<void(const Charge&)>;

  // `store` and `clock` must outlive the sandbox.
  Sandbox(Store& store, const Clock& clock, Options options, OnChange on_change);

  // Holds the amount. `wait_max`: how long the caller will wait. Errors: FAILED_PRECONDITION (DECLINED, also if the
  // key is void; KEY_REUSED), DEADLINE_EXCEEDED (NO_ANSWER), UNAVAILABLE (SANDBOX_ERROR), RESOURCE_EXHAUSTED
  // (OVERLOADED).
  Result<Charge> Authorize(const Authorization& authorization, std::chrono::microseconds wait_max);
  // See Store's verbs of the same name.
  Result<Charge> Capture(const ChargeKey& key);
  Result<Charge> Void(const ChargeKey& key);
  Result<Charge> GiveBack(const Refund& refund);
  // Errors: NOT_FOUND (UNKNOWN_CHARGE).
  Result<Charge> Find(const ChargeKey& key);

  // Sends all delayed answers now.
  void Stop() { late_.Stop(); }

 private:
  Charge Tell(Recorded recorded);

  Store& store_;
  const Clock& clock_;
  const Options options_;
  const OnChange on_change_;
  LateAnswers late_;
};

}  // namespace octavo::payments
