// Shopping: buyers who buy, pay, cancel, ask again and go away, as many at once as there are threads; and Told, which remembers
// what each of them was told, to be compared with what is stored.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "tests/campaigns/selling_shop.h"

namespace octavo::campaigns {

using Moment = std::chrono::steady_clock::time_point;

// What the buyers were told. Thread-safe.
class Told {
 public:
  void Acknowledged(const std::string& key, const std::string& order);
  void Refused(const std::string& key, const std::string& reason);
  // Asked once, got no answer, and went away.
  void Abandoned(const std::string& key);
  // What must not be whatever the stores say.
  void Problem(const std::string& problem);

  // A checkout that was begun then was acknowledged, and took every service's answer.
  void WholeCheckout(Moment began);
  // Waits for one that was begun after `moment`, or for a problem; false: neither came.
  bool WaitForCheckoutAfter(Moment moment, std::chrono::milliseconds wait_max);

  std::map<std::string, std::string> orders() const { return Copy(orders_); }
  std::map<std::string, int> refusals() const { return Copy(refusals_); }
  std::set<std::string> refused() const { return Copy(refused_); }
  std::set<std::string> abandoned() const { return Copy(abandoned_); }
  std::vector<std::string> problems() const { return Copy(problems_); }

 private:
  template <typename T>
  T Copy(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> orders_;  // By key. Guarded by mutex_, as all below.
  std::map<std::string, int> refusals_;        // By reason.
  std::set<std::string> refused_;
  std::set<std::string> abandoned_;
  std::vector<std::string> problems_;
  Moment last_began_;
};

// One purchase after the other: half are paid by card, of which some are declined; all use the campaign's code; some buyers
// go away when they get no answer, some ask again for what they have, some cancel.
class Shopping {
 public:
  struct World {
    const Buyer& buyer;
    std::string book;
    std::int64_t price_minor = 0;  // What everybody expects to pay.
    std::string code;
    std::chrono::milliseconds think{};  // Between one's purchases, on average.
    std::uint64_t seed = 0;
  };

  Shopping(World world, Told& told) : world_(std::move(world)), told_(told) {}
  ~Shopping() { Close(); }

  // So many buyers at once, until Close, which waits for their answers.
  void Open(int buyers);
  void Close();

 private:
  void Run();
  void BuyOnce(std::int64_t number, SeededRandom& random);
  void Again(const Purchase& purchase);

  const World world_;
  Told& told_;
  const SystemClock clock_;
  std::atomic<std::int64_t> purchases_ = 0;
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace octavo::campaigns
