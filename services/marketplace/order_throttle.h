// OrderThrottle: how many copies a client (the network from which a reader comes, lib/base/client_network.h)
// has ordered without paying at once, in the last hour. Whoever orders under ever new e-mail addresses
// empties no shelf that way. In memory: another process, or this one started again, counts anew. Thread-safe.
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

  // Whether the client at the address may order so many copies now; then they count.
  bool Take(const std::string& address, std::int64_t copies, Timestamp now);
  // They were not ordered after all.
  void GiveBack(const std::string& address, std::int64_t copies);

 private:
  struct Hour {
    Timestamp end;
    std::int64_t copies = 0;
  };

  const std::int64_t copies_max_;
  std::mutex mutex_;
  std::map<std::string, Hour> hours_;  // Guarded by mutex_. Of clients who ordered so; at most kClientsMax.
};

}  // namespace octavo::marketplace
