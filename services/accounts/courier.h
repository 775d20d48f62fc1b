// Courier: a thread that has the other services do what a customer's account asks of them: give them the guest orders of their
// address, erase them. Each errand is stored with what makes it necessary (store.h), so that it is done at least once whatever
// breaks, and may be repeated. One that fails is tried again after a pause that doubles, and holds up no other. When it starts,
// whoever was erased is erased again, here and elsewhere: any of the stores may have been brought back from an older copy.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lib/base/clock.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/accounts/neighbours.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

// Says that there may be an errand, so that nobody waits for the courier's next look. Thread-safe.
class Bell {
 public:
  void Ring();
  // Waits until it has rung since the last wait, at most for `at_most`.
  void Wait(std::chrono::milliseconds at_most);

 private:
  std::mutex mutex_;
  std::condition_variable ringing_;
  bool rung_ = false;  // Guarded by mutex_.
};

class Courier {
 public:
  struct Options {
    // Between two looks without a ring: for errands that were put off, or left by a process that died.
    std::chrono::milliseconds look_every{1000};
    std::chrono::milliseconds pause_first{1000};
    std::chrono::milliseconds pause_max = std::chrono::minutes(5);
    // So long ago an older copy may be of that is put back beside newer stores.
    std::chrono::hours erased_again{24 * 100};
    // At one look; more wait for the next.
    int errands_max = 100;
  };

  // All must outlive the courier, which runs from now on.
  Courier(Store& store, Neighbours& neighbours, Bell& bell, const Clock& clock, obs::Log& log, obs::Metrics& metrics,
          Options options);
  // As Stop().
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Ends the thread, after the errand that it is on. Repeating it does nothing.
  void Stop();

 private:
  void Run();
  // Once at each start, until transactions have answered: whoever was erased stays erased, whichever store is an older copy.
  bool LookBack();
  void RunDue();
  void Do(const Errand& errand);
  bool stopping();

  Store& store_;
  Neighbours& neighbours_;
  Bell& bell_;
  const Clock& clock_;
  obs::Log& log_;
  obs::Counter& done_;
  obs::Counter& failed_;
  obs::Gauge& older_copy_;
  const Options options_;
  std::mutex mutex_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: uses the rest.
};

}  // namespace octavo::accounts
