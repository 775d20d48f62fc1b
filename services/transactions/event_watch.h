// EventWatch: finds the events that another process wrote to the same database, on a thread of its own. Streams are told of
// events by the process that writes them; those of the others they would see only when their own writes the next.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "lib/base/change_signal.h"
#include "lib/obs/log.h"
#include "services/transactions/store.h"

namespace octavo::transactions {

class EventWatch {
 public:
  // How long an event of another process stays unseen at most; one small read each time.
  static constexpr std::chrono::milliseconds kInterval{200};

  // Begins at once; notifies `events` of every new position. The references outlive the watch, whose end waits for the thread.
  EventWatch(Store& store, ChangeSignal& events, obs::Log& log, std::chrono::milliseconds interval = kInterval);
  ~EventWatch();
  EventWatch(const EventWatch&) = delete;
  EventWatch& operator=(const EventWatch&) = delete;

 private:
  void Run();

  Store& store_;
  ChangeSignal& events_;
  obs::Log& log_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: it uses the rest.
};

}  // namespace octavo::transactions
