// LoadGenerator: buyers who buy, pay, cancel, ask again and leave, one thread each; and BuyerRecord, which remembers the answers
// that they got, to compare them with the stores.
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

// The answers that the buyers got. Thread-safe.
class BuyerRecord {
 public:
  void Acknowledged(const std::string& key, const std::string& order);
  void Refused(const std::string& key, const std::string& reason);
  // A buyer asked once, got no answer, and left.
  void Abandoned(const std::string& key);
  // Something that is wrong whatever the stores say.
  void Problem(const std::string& problem);

  // A checkout begun at this time was acknowledged and needed every service.
  void WholeCheckout(Moment began);
  // Waits for such a checkout begun after `moment`, or for a problem; false: neither came.
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

// Each buyer makes one purchase after the other. Half pay by card, and some cards are declined; all use the campaign's code. Some
// buyers leave when they get no answer, some ask again for an order that they have, some cancel.
class LoadGenerator {
 public:
  struct World {
    const Buyer& buyer;
    std::string book;
    std::int64_t price_minor = 0;  // What everybody expects to pay.
    std::string code;
    std::chrono::milliseconds think{};  // Average pause between two purchases of one buyer.
    std::uint64_t seed = 0;
  };

  LoadGenerator(World world, BuyerRecord& record) : world_(std::move(world)), record_(record) {}
  ~LoadGenerator() { Stop(); }

  // Starts this many buyers, until Stop, which waits for their answers.
  void Start(int buyers);
  void Stop();

 private:
  void Run();
  void BuyOnce(std::int64_t number, SeededRandom& random);
  void Again(const Purchase& purchase);

  const World world_;
  BuyerRecord& record_;
  const SystemClock clock_;
  std::atomic<std::int64_t> purchases_ = 0;
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace octavo::campaigns
