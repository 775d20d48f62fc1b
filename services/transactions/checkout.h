// Checkout: how an order is placed, and how what a crash left unfinished ends.
//
// Place: 1. the intent is stored under the caller's key, with the quote frozen into the draft order; 2. stock is reserved;
// 3. redemptions are claimed; 4. the payment is authorised; 5. the stock is committed and the payment captured; 6. order,
// event and the intent's end are stored as one. Steps 2–5 happen at their owners under the order's id, so each can be
// repeated; the intent needs no note between them. Whoever drives an intent holds its lease, from before reading it to its end.
// A refusal in 2–5 is first stored (the intent is being undone, with its reason), then undone, then answered; it stays the
// answer of that key. After a crash Recover drives a running intent through the same steps again, and an undoing one to
// its end. What a later decision (cancel, refund) must do elsewhere is stored with the decision as effects, and done by
// Recover at least once, each under its own key. What another service refuses for about a day is left to staff.
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "services/transactions/look_back.h"
#include "services/transactions/ports.h"
#include "services/transactions/store.h"

namespace octavo::transactions {

struct PlaceRequest {
  std::string idempotency_key;  // A UUID.
  Basket basket;
  Address address;
  PaymentMethod payment_method = PaymentMethod::kOnCollection;
  std::string payment_token;
  std::int64_t expected_total_minor = 0;
  std::string expected_currency_code;
  std::string cart;
  std::string reader;
};

struct Preview {
  Order order;  // Without id and number.
  bool placeable = true;
};

class Checkout {
 public:
  struct Options {
    // Longer than the slowest step, which a driver keeps a lease for; short, because after the driver's death nobody drives
    // the intent for that long.
    std::chrono::milliseconds lease{kStepMax};
    // A second call with the key of one that runs waits for it this long before STILL_RUNNING.
    std::chrono::milliseconds wait_max{2000};
    // An intent that cannot be driven on for so long (a service is down) is undone.
    std::chrono::milliseconds give_up{600'000};
    // An effect that came to nothing is tried again after so long, and ever later: up to lost_retry_max where the answer was
    // lost (the other side may be back at any moment), up to refused_retry_max where it was refused for good. After so many
    // refusals it is given up: 12 within the first hour, then one an hour, which is about a day.
    std::chrono::milliseconds effect_retry{1000};
    std::chrono::milliseconds lost_retry_max{60'000};
    std::chrono::milliseconds refused_retry_max{3'600'000};
    std::int64_t refusals_max = 36;
    // Recover does so many things at once: each waits for another service, and one that hangs must not hold up the rest.
    int recover_at_once = 8;
    // Copies that one buyer may have ordered and not paid; 0: no limit.
    std::int64_t unpaid_copies_max = 0;
    // An order that nobody has paid for or confirmed for so long is cancelled; 0: never.
    std::chrono::hours unpaid_kept{0};
  };

  struct Parts {
    Store& store;
    Pricing& pricing;
    Stock& stock;
    PaymentProvider& card;
    const Clock& clock;
    Random& random;
    obs::Log& log;
    obs::Metrics& metrics;
  };

  Checkout(const Parts& parts, Options options);

  // Whether what the buyer's e-mail has ordered before counts. Hidden, a stranger who types an address learns nothing of it;
  // what the customer who is signed in has ordered counts always.
  enum class History { kHidden, kKnown };
  // What Place would charge at this moment.
  Result<Preview> PreviewOrder(const Basket& basket, History history, const rpc::Limits& limits);

  struct Placed {
    Order order;
    std::string access_token = {};  // A guest's way to the order; another one in each answer.
  };
  // Errors as the proto says at PlaceOrder.
  Result<Placed> Place(const PlaceRequest& request, const rpc::Limits& limits);

  // What Place answered to this key of this customer (empty: a guest), or will. Errors as the proto says at GetPlacedOrder.
  Result<Placed> AnswerTo(const std::string& idempotency_key, const std::string& customer) const;

  // Drives what is due: at most `limit` intents and effects, in no order. Gives how many there were.
  int Recover(int limit, const rpc::Limits& limits);
  // Somebody has followed the shop's events to `position`. Where that is beyond the last one, this is an older copy of the store:
  // the numbers that the lost orders may have are passed over, and it is said (older_copy_found).
  void PassOverNumbers(std::int64_t position);
  // Looks whether inventory, payments and promotions know the last orders and what was decided about them. What one of them has
  // lost, because an older copy of its store was put back, is asked for again where that can be, and said (older_copy_found).
  // The first error of a service that cannot be asked; to be repeated then.
  Status LookBack(const rpc::Limits& limits);
  // Cancels orders that have run out: at most `limit`. Gives how many there were.
  int CancelRunOut(int limit);

 private:
  class RunningHere;
  class UnpaidHere;
  class Lease;

  Result<Order> Quote(const Basket& basket, History history, const rpc::Limits& limits) const;
  Result<Intent> NewIntent(const PlaceRequest& request, const std::string& key, const std::string& fingerprint,
                           const rpc::Limits& limits);
  Result<Order> Drive(const Intent& intent, Lease lease, const rpc::Limits& limits);
  Placed Again(Order order) const;
  void LetGo(const Intent& intent, Lease& lease, const Error& error);
  Result<Order> Forward(const Intent& intent, Lease& lease, const rpc::Limits& limits);
  Result<Order> Obtain(const Intent& intent, Lease& lease, const rpc::Limits& limits);
  Result<Order> Undo(const Intent& intent, const Error& why, Lease& lease, const rpc::Limits& limits);
  Status UndoEffects(const Intent& intent, Lease& lease, const rpc::Limits& limits);
  Error TotalChanged(const Intent& intent, const Error& refused, const rpc::Limits& limits);
  Result<Placed> AnswerOf(const Intent& intent) const;
  Status Perform(const PendingEffect& pending, const rpc::Limits& limits);
  bool RecoverIntent(const std::string& key, const rpc::Limits& limits);
  void RecoverEffect(const PendingEffect& pending, const rpc::Limits& limits);
  Status KnowNumbers(const rpc::Limits& limits);
  Status LookBackAtStock(const Order& order, Lost& stock, const rpc::Limits& limits);
  Status LookBackAtMoney(const Order& order, Lost& money, const rpc::Limits& limits);
  Status LookBackAtClaim(const Order& order, Lost& claims, const rpc::Limits& limits);
  Status LookBackAtOrders(LostElsewhere& found, const rpc::Limits& limits);
  Status LookBackAtDecisions(LostElsewhere& found, int done, int most, const rpc::Limits& limits);
  Status LookBackAtDecision(const PendingEffect& decision, LostElsewhere& found, const rpc::Limits& limits);
  void ShowOlderCopy(const std::string& store, bool found);
  void Tell(const Lost& lost);

  const Parts parts_;
  const Options options_;
  obs::Counter& refusals_;
  obs::Counter& given_up_;
  obs::Counter& asked_again_;
  obs::Counter& not_mended_;
  std::atomic<bool> numbers_known_ = false;  // Promotions have said how far they followed the events of before this start.
  LostElsewhere found_;                      // By LookBack, of this start; its thread alone uses it.
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<std::string> running_;  // Guarded by mutex_: keys that Place drives in this process.
  // Guarded by mutex_: copies in orders to be paid later that Place drives in this process, by customer and by e-mail.
  std::map<std::string, std::int64_t> unpaid_;
};

}  // namespace octavo::transactions
