// Sandbox: the provider's behaviour over its ledger: which token makes it fail, and how.
//
// A provider that "never answers" is DEADLINE_EXCEEDED (NO_ANSWER), and is said as soon as it is settled
// whether the payment happened, instead of letting the caller wait for its deadline: to the caller it is the
// same unknown outcome, and no thread is held. A key that the ledger knows gets what the ledger says, at
// once, whatever the token: that is how the caller finds out.
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
    // How long tok_late holds its answer back.
    std::chrono::milliseconds late_after{3000};
    // Late answers at a time; each holds a thread of the pool, so this is a small part of those.
    int late_max = 8;
  };
  // Told of every change, after it is stored. Must not block; thread-safe.
  using OnChange = std::function<void(const Charge&)>;

  // `store` and `clock` must outlive the sandbox.
  Sandbox(Store& store, const Clock& clock, Options options, OnChange on_change);

  // Holds the amount. `patience`: how long the caller will wait. Errors: FAILED_PRECONDITION (DECLINED, also
  // where the key is void; KEY_REUSED), DEADLINE_EXCEEDED (NO_ANSWER), UNAVAILABLE (SANDBOX_ERROR),
  // RESOURCE_EXHAUSTED (OVERLOADED).
  Result<Charge> Authorize(const Authorization& authorization, std::chrono::microseconds patience);
  // As Store's verbs of the same name.
  Result<Charge> Capture(const ChargeKey& key);
  Result<Charge> Void(const ChargeKey& key);
  Result<Charge> GiveBack(const Refund& refund);
  // Errors: NOT_FOUND (UNKNOWN_CHARGE).
  Result<Charge> Find(const ChargeKey& key);

  // Lets go of the answers that are held back.
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
