// SqlStore: the Store over lib/db, on SQLite and PostgreSQL alike. Its tables are migrations/.
#pragma once

#include "lib/db/database.h"
#include "services/recommendations/store.h"

namespace octavo::recommendations {

class SqlStore final : public Store {
 public:
  // The database is migrated and outlives the store.
  explicit SqlStore(db::Database& database) : database_(database) {}

  std::vector<std::int64_t> Append(std::span<const Event> events) override;
  std::int64_t LastPosition() override;
  std::vector<StoredEvent> EventsAfter(std::int64_t position, int limit, Impressions impressions) override;
  std::vector<StoredEvent> EventsOf(const ReaderId& reader, std::int64_t position, int limit) override;
  std::int64_t OrderPosition() override;
  AppliedOrder ApplyOrder(const OrderChange& change) override;
  void FollowOrdersAnew() override;
  void Merge(const ReaderId& from, const ReaderId& to) override;
  void DeleteReader(const ReaderId& reader) override;
  std::vector<ReaderId> DeleteSource(const std::string& source, int limit) override;
  std::vector<ShelfCounts> CountShelves(Timestamp start, Timestamp end) override;
  std::vector<ShelfReaders> CountShelfReaders(Timestamp start, Timestamp end) override;
  void PutModel(const ModelRecord& model) override;
  std::optional<ModelRecord> LatestModel(Arm arm) override;
  void RetireModel(const std::string& name) override;
  std::optional<Timestamp> FirstTrained(Arm arm) override;

 private:
  db::Database& database_;
};

}  // namespace octavo::recommendations
