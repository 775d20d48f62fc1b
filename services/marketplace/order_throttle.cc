#include "services/marketplace/order_throttle.h"

#include "lib/base/client_network.h"

namespace octavo::marketplace {
namespace {

constexpr std::chrono::hours kWindow{1};
constexpr std::size_t kClientsMax = 10'000;  // x 100 bytes = 1 MB.

}  // namespace

bool OrderThrottle::Take(const std::string& address, std::int64_t copies, Timestamp now) {
  if (copies_max_ == 0) return true;
  const std::string client = ClientNetwork(address);
  const std::lock_guard lock(mutex_);
  if (!hours_.contains(client) && hours_.size() >= kClientsMax) {
    std::erase_if(hours_, [&](const auto& entry) { return entry.second.end <= now; });
    if (hours_.size() >= kClientsMax) return false;  // So many at once are not readers.
  }
  Hour& hour = hours_[client];
  if (hour.end <= now) hour = {.end = now + kWindow};
  if (hour.copies + copies > copies_max_) return false;
  hour.copies += copies;
  return true;
}

void OrderThrottle::GiveBack(const std::string& address, std::int64_t copies) {
  const std::lock_guard lock(mutex_);
  const auto found = hours_.find(ClientNetwork(address));
  if (found != hours_.end()) found->second.copies -= copies;
}

}  // namespace octavo::marketplace
