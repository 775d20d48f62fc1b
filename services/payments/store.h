// Store: the ledger of the sandbox card provider. Two implementations pass one contract test
// (store_contract_test.cc): SqlStore over lib/db, and MemoryStore for tests of code that uses a store.
//
// Every verb is one transaction, with the charge and its entry. A verb that fails has changed nothing.
// Repeating a verb changes nothing and gives the charge as it is. domain/charge.h decides what is
// allowed.
//
// Thread-safe. All may throw octavo::Failure when the database is gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "services/payments/domain/charge.h"

namespace octavo::payments {

struct Recorded {
  Charge charge;
  bool changed = false;  // Whether this call made the change.
};

// What the two tables say about one key at one moment; they have to agree (audit.h).
struct ChargeFacts {
  ChargeKey key;
  std::optional<Charge> charge;  // None: only the ledger has the key.

  std::int64_t entry_count = 0;
  std::int64_t last_sequence = 0;
  std::int64_t authorized_minor = 0;  // Sums of the entries, by kind.
  std::int64_t declined_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t opening_count = 0;  // Entries that begin a charge with an amount.
  std::int64_t capture_count = 0;
  std::int64_t void_count = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual Result<Recorded> Authorize(const Authorization& authorization, Timestamp now) = 0;
  virtual Result<Recorded> Capture(const ChargeKey& key, Timestamp now) = 0;
  virtual Result<Recorded> Void(const ChargeKey& key, Timestamp now) = 0;
  virtual Result<Recorded> GiveBack(const Refund& refund, Timestamp now) = 0;

  virtual std::optional<Charge> Find(const ChargeKey& key) = 0;
  // The next `count_max` charges after `after` (empty: from the first), by key.
  virtual std::vector<Charge> List(const ChargeKey& after, int count_max) = 0;

  // Records that this key has met its failure on demand; true only the first time.
  virtual bool Stumble(const ChargeKey& key, Timestamp now) = 0;

  // Facts of the next `count_max` keys after `after` that either table has, as of one moment.
  virtual std::vector<ChargeFacts> ReadFacts(const ChargeKey& after, int count_max) = 0;
};

}  // namespace octavo::payments
