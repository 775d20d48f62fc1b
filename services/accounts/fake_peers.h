// FakePeerServices: remembers what it was asked. For tests. Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/accounts/peers.h"

namespace octavo::accounts {

class FakePeerServices final : public PeerServices {
 public:
  Status ClaimGuestOrders(const CustomerId& customer, const std::string& email) override {
    return Do("claim " + customer.value() + " " + email);
  }
  Status Erase(const CustomerId& customer, const std::string& email) override {
    return Do("erase " + customer.value() + " " + email);
  }
  Result<KnownElsewhere> ReadKnown() override {
    const std::lock_guard lock(mutex_);
    if (!with_.ok()) return with_.error();
    return known;
  }
  Result<HeldElsewhere> Read(const CustomerId& customer, Timestamp) override {
    TRY(Do("read " + customer.value()));
    return HeldElsewhere{.orders = R"([{"number": "B-1"}])", .cart = "{}", .reading_events = "[]"};
  }

  KnownElsewhere known;  // Set before the first use.

  // From now on every verb fails so, until it is OK again.
  void Fail(Status with) {
    const std::lock_guard lock(mutex_);
    with_ = std::move(with);
  }
  // What was asked, once there are `count` that succeeded; or what there is after a while.
  std::vector<std::string> WaitFor(std::size_t count) { return Wait(done_, count); }
  std::vector<std::string> WaitForFailed(std::size_t count) { return Wait(failed_, count); }

 private:
  Status Do(std::string what) {
    const std::lock_guard lock(mutex_);
    (with_.ok() ? done_ : failed_).push_back(std::move(what));
    changed_.notify_all();
    return with_;
  }
  std::vector<std::string> Wait(const std::vector<std::string>& in, std::size_t count) {
    std::unique_lock lock(mutex_);
    // Generous: a machine that tests run on may be busy.
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return in.size() >= count; });
    return in;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Status with_ = Ok();  // Guarded by mutex_, as all below.
  std::vector<std::string> done_;
  std::vector<std::string> failed_;
};

}  // namespace octavo::accounts
