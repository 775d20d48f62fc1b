// Store: the ledger of the sandbox card provider. Two implementations pass one contract test
// (store_contract_test.cc): SqlStore over lib/db, and MemoryStore for tests of what stands on a store.
//
// Every verb is one transaction, which holds the charge and its entry. A verb that fails has changed nothing,
// and repeating one changes nothing and gives the charge as it is. What is allowed is decided by
// domain/charge.h.
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
  bool changed = false;  // Whether this call made it so.
};

// What the two tables say of one key in one moment; they have to agree (audit.h).
struct ChargeFacts {
  ChargeKey key;
  std::optional<Charge> charge;  // None: only the ledger knows the key.

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
  // The next `count_max` charges behind `after` (empty: from the first), by key.
  virtual std::vector<Charge> List(const ChargeKey& after, int count_max) = 0;

  // Remembers that this key met the failure it asked for; true the first time only.
  virtual bool Stumble(const ChargeKey& key, Timestamp now) = 0;

  // Facts of the next `count_max` keys behind `after` that either table knows, as of one moment.
  virtual std::vector<ChargeFacts> ReadFacts(const ChargeKey& after, int count_max) = 0;
};

}  // namespace octavo::payments
