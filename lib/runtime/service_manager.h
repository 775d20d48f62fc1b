// ServiceManager: tells systemd how the program fares, by the protocol of sd_notify(3): that it is ready, that it stops, and,
// where the unit has WatchdogSec=, that it is alive. Where no service manager listens, it does nothing. Thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace octavo::runtime {

class ServiceManager {
 public:
  // From the environment that systemd sets: NOTIFY_SOCKET, WATCHDOG_USEC.
  static ServiceManager FromEnvironment();
  // `socket` is a path, or a name behind "@" (abstract); empty: nobody listens.
  ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  // "READY=1", "STOPPING=1", "WATCHDOG=1"; never waits. False: it could not be told.
  bool Tell(std::string_view state) const;
  // Within which time systemd wants to hear WATCHDOG=1, or ends the program; none: it does not watch.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  const std::string socket_;
  const std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace octavo::runtime
