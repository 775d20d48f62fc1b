// OrderThrottle: limits how many copies a client (a reader's network, lib/base/client_network.h) orders without paying within an
// hour. So nobody empties the stock by ordering under ever new e-mail addresses. In memory: each process counts for itself, and
// anew after a restart. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "lib/base/clock.h"

namespace octavo::marketplace {

class OrderThrottle {
 public:
  // 0: no limit.
  explicit OrderThrottle(std::int64_t copies_max) : copies_max_(copies_max) {}

  // Whether the client at this address may order this many copies now; if so, they are counted.
  bool Take(const std::string& address, std::int64_t copies, Timestamp now);
  // The copies were not ordered after all.
  void GiveBack(const std::string& address, std::int64_t copies);

 private:
  struct Hour {
    Timestamp end;
    std::int64_t copies = 0;
  };

  const std::int64_t copies_max_;
  std::mutex mutex_;
  std::map<std::string, Hour> hours_;  // Guarded by mutex_. Clients who ordered so; at most kClientsMax.
};

}  // namespace octavo::marketplace
