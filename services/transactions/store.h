// Store: what transactions remembers. Intents (orders in the making, by idempotency key), orders, their event log (the
// outbox), and effects that are decided but perhaps not done. Implemented by SqlStore (SQLite, PostgreSQL) and MemoryStore;
// store_contract_test holds them to the same behaviour. Thread-safe. Each verb is one transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "services/transactions/domain/order.h"

namespace octavo::transactions {

// An order in the making. `draft` is the order as it was quoted and is frozen; `payment_token` is the provider's.
struct Intent {
  enum class State { kRunning = 1, kUndoing = 2, kPlaced = 3, kFailed = 4 };

  std::string key;          // The caller's idempotency key, with its scope.
  std::string fingerprint;  // Of the request.
  Order draft;
  std::string payment_token;
  State state = State::kRunning;
  std::optional<Error> error;  // Why it is being undone, or was.
  Timestamp create_time;
  Timestamp lease_until;  // Somebody drives it until then.
};

struct PendingEffect {
  std::int64_t id = 0;
  Order order;  // As it is now.
  Effect effect;
  std::int64_t attempts = 0;
  std::int64_t refusals = 0;  // How many of the attempts the other side refused for good.
};

class Store {
 public:
  virtual ~Store() = default;

  // Remembers the intent, leased to the caller, unless its key is known: then gives the one that is there.
  virtual std::optional<Intent> Begin(const Intent& intent) = 0;
  virtual std::optional<Intent> FindIntent(const std::string& key) = 0;
  // The caller drives the intent from now on, until `until`; gives it as it is under this lease. Nullopt: somebody else drives
  // it, or it is finished.
  virtual std::optional<Intent> TakeLease(const std::string& key, Timestamp now, Timestamp until) = 0;
  // Moves the end of the lease that ends at `held`: a driver keeps it for longer, or lets others have the intent. False: that
  // lease ran out and somebody else has one, or the intent is finished.
  virtual bool MoveLease(const std::string& key, Timestamp held, Timestamp until) = 0;
  // From here on the intent can only end in kFailed with this error. False: it has ended otherwise.
  virtual bool BeginUndo(const std::string& key, const Error& error) = 0;
  // Everything was undone. The intent keeps its error, and nothing of the person.
  virtual void Fail(const std::string& key) = 0;
  // The order exists: order, event and end of the intent are one. Gives the order with its number. Repeating it gives the
  // order that is there. ABORTED (BEING_UNDONE) when somebody has begun to undo the intent.
  virtual Result<Order> Place(const std::string& key, const Order& order) = 0;
  // Running and undoing intents whose lease has run out, oldest first.
  virtual std::vector<Intent> DueIntents(Timestamp now, int limit) = 0;
  // At the start of the only process on this store: nobody drives anything.
  virtual void DropAllLeases() = 0;
  // Forgets ended intents made before `before`; gives how many, at most `limit`.
  virtual std::int64_t ForgetIntents(Timestamp before, int limit) = 0;

  virtual std::optional<Order> FindOrder(const OrderId& id) = 0;

  // One more token opens the order, of which this is the hash. An order has the last kAccessTokensMax, until its buyer is erased.
  static constexpr int kAccessTokensMax = 8;
  virtual void AddAccess(const OrderId& id, const std::string& token_hash, Timestamp now) = 0;
  virtual bool HasAccess(const OrderId& id, const std::string& token_hash) = 0;

  struct OrderFilter {
    std::string customer;             // Empty: any.
    std::optional<OrderState> state;  // None: any.
    std::int64_t before_number = 0;   // 0: from the newest.
    bool with_open_returns = false;   // Only orders with returns that wait for the shop; of any customer.
  };
  // Newest first.
  virtual std::vector<Order> ListOrders(const OrderFilter& filter, int limit) = 0;
  // Orders of the customer or for the e-mail, whichever is given and whoever placed them, that were not cancelled: whoever
  // has an account and buys as a guest is the same person.
  virtual std::int64_t CountOrders(const std::string& customer, const std::string& email) = 0;

  // Copies in orders of the customer or for the e-mail that are open and not paid.
  virtual std::int64_t UnpaidCopies(const std::string& customer, const std::string& email) = 0;
  // Orders that have run out (RunOutTime), the longest first.
  virtual std::vector<OrderId> RunOutOrders(Timestamp now, int limit) = 0;

  // Applies a decision: reads the order, asks `decide`, and writes order, event and effects as one. `decide` is pure and
  // may run again; nullopt leaves everything. With a `key`, the same key and fingerprint again gives the order as it is,
  // and the same key with another fingerprint fails with FAILED_PRECONDITION (IDEMPOTENCY_KEY_REUSED).
  // Fails with NOT_FOUND (UNKNOWN_ORDER).
  using Decide = std::function<Result<std::optional<Change>>(const Order&)>;
  virtual Result<Order> Decided(const OrderId& id, const std::string& key, const std::string& fingerprint, Timestamp now,
                                const Decide& decide) = 0;

  virtual std::vector<PendingEffect> DueEffects(Timestamp now, int limit) = 0;
  virtual void FinishEffect(std::int64_t id) = 0;
  // Those that were done, the last decided first.
  virtual std::vector<PendingEffect> LastDoneEffects(int limit) = 0;
  // An attempt came to nothing: its answer was lost, or the other side refused for good.
  enum class Attempt { kLost, kRefused };
  virtual void RetryEffect(std::int64_t id, Attempt attempt, Timestamp next) = 0;
  // Nobody tries it any more: the order says so (`note`), and so does an event, as one. Repeating it changes nothing.
  virtual void GiveUpEffect(const PendingEffect& pending, const std::string& note, Timestamp now) = 0;

  // Events behind `position`, in order; of one order where one is named.
  virtual std::vector<OrderEvent> Events(std::int64_t position, const std::optional<OrderId>& order, int limit) = 0;
  virtual std::int64_t LastPosition() = 0;
  // Somebody has applied events up to `position`, which is beyond the last: this is an older copy of the store. Each event that
  // is lost may have been an order, so that as many numbers are passed over, and none is given twice. Gives how many; repeating
  // it changes nothing.
  virtual std::int64_t SkipNumbers(std::int64_t position) = 0;
  // The last book that an order names, of those up to `most`; 0: none.
  virtual BookId LastBook(BookId most) = 0;

  // Gives the customer the guest orders of this e-mail; how many.
  virtual std::int64_t ClaimGuestOrders(const std::string& customer, const std::string& email, Timestamp now) = 0;
  // Takes name, e-mail and address out of the orders of the customer, and of guests with the e-mail, and out of their events
  // and intents. Orders that are not over, and intents that have not ended, keep them and are counted. What others ordered for
  // the e-mail is theirs.
  struct Erasure {
    std::int64_t erased = 0;
    std::int64_t waiting = 0;
  };
  virtual Erasure EraseBuyer(const std::string& customer, const std::string& email, Timestamp now) = 0;
  // The next `limit` customers behind `after` (empty: from the first) whom EraseBuyer named, by name.
  virtual std::vector<std::string> ErasedCustomers(const std::string& after, int limit) = 0;
  // The highest name of a customer who has orders, which is whose account is the youngest; empty: none.
  virtual std::string LastCustomer() = 0;
};

}  // namespace octavo::transactions
