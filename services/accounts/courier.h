// Courier: has the other services do what a customer's account asks of them: give them the guest orders of their address, erase
// them. Each errand is stored with what makes it necessary (store.h), so that it is done at least once whatever breaks, and may
// be repeated. One that fails is tried again after a pause that doubles, and holds up no other. When it starts, whoever was
// erased is erased again, here and elsewhere: any of the stores may have been brought back from an older copy.
#pragma once

#include <chrono>

#include "lib/background/repeater.h"
#include "lib/base/change_signal.h"
#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/accounts/neighbours.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

class Courier {
 public:
  struct Options {
    // Between two looks when nobody has told of an errand: for those that were put off, or left by a process that died.
    std::chrono::milliseconds look_every{1000};
    std::chrono::milliseconds pause_first{1000};
    std::chrono::milliseconds pause_max = std::chrono::minutes(5);
    // So long ago an older copy may be of that is put back beside newer stores.
    std::chrono::hours erased_again{24 * 100};
    // At one look; more wait for the next.
    int errands_max = 100;
  };

  // All must outlive the courier, which runs from now on, and ends after the errand that it is on. `errands` tells of new ones.
  Courier(Store& store, Neighbours& neighbours, ChangeSignal& errands, const Clock& clock, obs::Log& log, obs::Metrics& metrics,
          Options options);

 private:
  // Once at each start, until transactions have answered: whoever was erased stays erased, whichever store is an older copy.
  bool LookBack();
  void RunDue(const std::stop_token& stop);
  void Do(const Errand& errand);

  Store& store_;
  Neighbours& neighbours_;
  const Clock& clock_;
  obs::Log& log_;
  obs::Counter& done_;
  obs::Counter& failed_;
  obs::Gauge& older_copy_;
  const Options options_;
  bool looked_back_ = false;  // Of the repeater's thread.
  background::Repeater repeater_;
  const ChangeSignal::Subscription subscription_;  // Last: it rings the repeater.
};

}  // namespace octavo::accounts
