// Poller: does a small piece of work again and again, on a thread of its own: what nobody tells this process of, such as what
// another one has written to the same database.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "lib/base/change_signal.h"
#include "lib/obs/log.h"

namespace octavo::runtime {

class Poller {
 public:
  // How long what another process wrote stays unseen at most, where one read tells of it.
  static constexpr std::chrono::milliseconds kInterval{200};

  // Begins at once, and pauses for `interval` behind each turn. A turn that throws is logged as `<name>_failed`, once until one
  // succeeds again. What the references and `turn` refer to outlives the poller, whose end waits for the turn that runs.
  Poller(std::string name, obs::Log& log, std::function<void()> turn, std::chrono::milliseconds interval = kInterval);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

 private:
  void Run();

  const std::string name_;
  obs::Log& log_;
  const std::function<void()> turn_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: it uses the rest.
};

// A turn that notifies `signal` whenever the last position of a log is another one than before, at the first time too.
std::function<void()> NotifyOfNew(std::function<std::int64_t()> last_position, ChangeSignal& signal);

}  // namespace octavo::runtime
