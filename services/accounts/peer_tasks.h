// PeerTaskWorker: tells other services what has changed about a customer: guest orders now belong to the customer, or the
// customer is erased. A task is stored in the same transaction as its cause (store.h, table `errands`), so that it is done at
// least once whatever breaks; it may be repeated. A task that fails is tried again after a pause that doubles, and other tasks go
// on meanwhile. At start all recent erasures are repeated, here and elsewhere, because any store may have been restored from an
// older copy.
#pragma once

#include <chrono>

#include "lib/background/repeater.h"
#include "lib/base/change_signal.h"
#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/accounts/peers.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

class PeerTaskWorker {
 public:
  struct Options {
    // Between two looks at the store when nothing wakes the worker: for tasks that wait for their next try or that a killed
    // process left.
    std::chrono::milliseconds look_every{1000};
    std::chrono::milliseconds pause_first{1000};
    std::chrono::milliseconds pause_max = std::chrono::minutes(5);
    // Erasures of this time are repeated at start, so an older copy of a store may be this old.
    std::chrono::hours erased_again{24 * 100};
    // In one look; the rest wait for the next.
    int tasks_max = 100;
  };

  // All must outlive the worker. It starts now and stops after the task in hand. `tasks_added` wakes it.
  PeerTaskWorker(Store& store, PeerServices& peers, ChangeSignal& tasks_added, const Clock& clock, obs::Log& log,
                 obs::Metrics& metrics, Options options);

 private:
  // Repeats erasures, as above. False: transactions did not answer; try again.
  bool LookBack();
  void RunDue(const std::stop_token& stop);
  void Do(const PeerTask& task);

  Store& store_;
  PeerServices& peers_;
  const Clock& clock_;
  obs::Log& log_;
  obs::Counter& done_;
  obs::Counter& failed_;
  obs::Gauge& older_copy_;
  const Options options_;
  bool looked_back_ = false;  // Used by the repeater's thread only.
  background::Repeater repeater_;
  const ChangeSignal::Subscription subscription_;  // Last: it rings the repeater.
};

}  // namespace octavo::accounts
