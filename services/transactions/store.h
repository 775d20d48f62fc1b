// Store: what transactions remembers: intents (orders being placed, by idempotency key), orders, their event log (the outbox),
// and effects that are decided but perhaps not done. Implemented by SqlStore (SQLite, PostgreSQL) and MemoryStore;
// store_contract_test checks that they behave alike. Thread-safe. Each verb is one transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "services/transactions/domain/order.h"

namespace octavo::transactions {

// An order being placed. `draft` is the order as it was quoted, and does not change; `payment_token` is the provider's.
struct Intent {
  enum class State { kRunning = 1, kUndoing = 2, kPlaced = 3, kFailed = 4 };

  std::string key;          // The caller's idempotency key, with its scope.
  std::string fingerprint;  // Of the request.
  Order draft;
  std::string payment_token;
  State state = State::kRunning;
  std::optional<Error> error;  // Why it is being undone, or was.
  Timestamp create_time;
  Timestamp lease_until;  // Somebody works on it until then.
};

struct PendingEffect {
  std::int64_t id = 0;
  Order order;  // As it is now.
  Effect effect;
  std::int64_t attempts = 0;
  std::int64_t refusals = 0;  // How many attempts the other service refused for good.
};

class Store {
 public:
  virtual ~Store() = default;

  // Stores the intent, leased to the caller. If its key is known, returns the stored intent instead.
  virtual std::optional<Intent> Begin(const Intent& intent) = 0;
  virtual std::optional<Intent> FindIntent(const std::string& key) = 0;
  // The caller works on the intent until `until`; returns it as it is under this lease. Nullopt: somebody else works on it, or it
  // is finished.
  virtual std::optional<Intent> TakeLease(const std::string& key, Timestamp now, Timestamp until) = 0;
  // Moves the end of the lease that ends at `held`: to keep it longer, or to let others have the intent. False: that lease has
  // ended and somebody else has one, or the intent is finished.
  virtual bool MoveLease(const std::string& key, Timestamp held, Timestamp until) = 0;
  // From now on the intent can only end in kFailed with this error. False: it has ended in another way.
  virtual bool BeginUndo(const std::string& key, const Error& error) = 0;
  // Everything is undone. The intent keeps its error, and nothing about the person.
  virtual void Fail(const std::string& key) = 0;
  // Makes the order: order, event and the end of the intent are one transaction. Returns the order with its number. Repeating it
  // returns the existing order. ABORTED (BEING_UNDONE) if somebody has begun to undo the intent.
  virtual Result<Order> Place(const std::string& key, const Order& order) = 0;
  // Running intents and intents being undone whose lease has ended, oldest first.
  virtual std::vector<Intent> DueIntents(Timestamp now, int limit) = 0;
  // Ends all leases. For the start of the only process on this store: nobody works on anything yet.
  virtual void DropAllLeases() = 0;
  // Deletes ended intents made before `before`; gives how many, at most `limit`.
  virtual std::int64_t ForgetIntents(Timestamp before, int limit) = 0;

  virtual std::optional<Order> FindOrder(const OrderId& id) = 0;

  // Adds the hash of one more token that opens the order. An order keeps the last kAccessTokensMax until its buyer is erased.
  static constexpr int kAccessTokensMax = 8;
  virtual void AddAccess(const OrderId& id, const std::string& token_hash, Timestamp now) = 0;
  virtual bool HasAccess(const OrderId& id, const std::string& token_hash) = 0;

  struct OrderFilter {
    std::string customer;             // Empty: any.
    std::optional<OrderState> state;  // None: any.
    std::int64_t before_number = 0;   // 0: from the newest.
    bool with_open_returns = false;   // Only orders with returns that wait for the shop, of any customer.
  };
  // Newest first.
  virtual std::vector<Order> ListOrders(const OrderFilter& filter, int limit) = 0;
  // Orders of the customer or of the e-mail, whichever is given, whoever placed them, that were not cancelled: a customer who
  // buys as a guest is the same person.
  virtual std::int64_t CountOrders(const std::string& customer, const std::string& email) = 0;

  // Copies in open, unpaid orders of the customer or of the e-mail.
  virtual std::int64_t UnpaidCopies(const std::string& customer, const std::string& email) = 0;
  // Orders whose RunOutTime has passed, the longest ago first.
  virtual std::vector<OrderId> RunOutOrders(Timestamp now, int limit) = 0;

  // Applies a decision: reads the order, calls `decide`, and writes order, event and effects in one transaction. `decide` is pure
  // and may run again; nullopt changes nothing. With a `key`: the same key and fingerprint again give the order as it is; the
  // same key with another fingerprint fails with FAILED_PRECONDITION (IDEMPOTENCY_KEY_REUSED). Fails with NOT_FOUND
  // (UNKNOWN_ORDER).
  using Decide = std::function<Result<std::optional<Change>>(const Order&)>;
  virtual Result<Order> Decided(const OrderId& id, const std::string& key, const std::string& fingerprint, Timestamp now,
                                const Decide& decide) = 0;

  virtual std::vector<PendingEffect> DueEffects(Timestamp now, int limit) = 0;
  virtual void FinishEffect(std::int64_t id) = 0;
  // Effects that were done, the last decided first.
  virtual std::vector<PendingEffect> LastDoneEffects(int limit) = 0;
  // A failed attempt: its answer was lost, or the other service refused for good.
  enum class Attempt { kLost, kRefused };
  virtual void RetryEffect(std::int64_t id, Attempt attempt, Timestamp next) = 0;
  // The effect is not tried any more: in one transaction the order gets `note`, and an event is written. Repeating it changes
  // nothing.
  virtual void GiveUpEffect(const PendingEffect& pending, const std::string& note, Timestamp now) = 0;

  // Events after `position`, in order; of one order if one is named.
  virtual std::vector<OrderEvent> Events(std::int64_t position, const std::optional<OrderId>& order, int limit) = 0;
  virtual std::int64_t LastPosition() = 0;
  // A follower has applied events up to `position`, which is after the last: this store is an older copy. Each lost event may
  // have been an order, so as many order numbers are skipped, and none is given twice. Gives how many; repeating it changes
  // nothing.
  virtual std::int64_t SkipNumbers(std::int64_t position) = 0;
  // The highest book up to `most` that an order names; 0: none.
  virtual BookId LastBook(BookId most) = 0;

  // Gives the customer the guest orders of this e-mail. Returns how many.
  virtual std::int64_t ClaimGuestOrders(const std::string& customer, const std::string& email, Timestamp now) = 0;
  // Removes name, e-mail and address from the orders of the customer and of guests with the e-mail, and from their events and
  // intents. Orders that are not over and intents that have not ended keep them, and are counted. Orders that others placed for
  // the e-mail belong to those others.
  struct Erasure {
    std::int64_t erased = 0;
    std::int64_t waiting = 0;
  };
  virtual Erasure EraseBuyer(const std::string& customer, const std::string& email, Timestamp now) = 0;
  // The next `limit` customers after `after` (empty: from the first) whom EraseBuyer named, by name.
  virtual std::vector<std::string> ErasedCustomers(const std::string& after, int limit) = 0;
  // The highest name of a customer who has orders, which is that of the newest account; empty: none.
  virtual std::string LastCustomer() = 0;
};

}  // namespace octavo::transactions
