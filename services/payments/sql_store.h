// SqlStore: the Store over lib/db, on SQLite or PostgreSQL alike. The tables are in migrations/; run
// db::Migrate(database, Migrations()) before.
//
// A transaction reads the charge, decides by the pure functions of domain/, and writes charge and entry. The
// schema repeats the rules as CHECK constraints.
#pragma once

#include <optional>
#include <vector>

#include "lib/db/database.h"
#include "services/payments/store.h"

namespace octavo::payments {

class SqlStore final : public Store {
 public:
  // `database` must outlive the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

  Result<Recorded> Authorize(const Authorization& authorization, Timestamp now) override;
  Result<Recorded> Capture(const ChargeKey& key, Timestamp now) override;
  Result<Recorded> Void(const ChargeKey& key, Timestamp now) override;
  Result<Recorded> GiveBack(const Refund& refund, Timestamp now) override;
  std::optional<Charge> Find(const ChargeKey& key) override;
  std::vector<Charge> List(const ChargeKey& after, int count_max) override;
  bool Stumble(const ChargeKey& key, Timestamp now) override;
  std::vector<ChargeFacts> ReadFacts(const ChargeKey& after, int count_max) override;

  // For the audit of the whole shop: facts of `after` < key <= `until`, by key, as of one moment.
  std::vector<ChargeFacts> ReadFactsBetween(const std::string& after, const std::string& until);

 private:
  db::Database& database_;
};

}  // namespace octavo::payments
