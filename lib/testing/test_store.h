// TestStore: a service's store of each kind, for tests: the one in memory and the one in SQL, on SQLite and on PostgreSQL. A
// store's contract test runs over all of them with
//
//     using TestStore = octavo::TestStore<Store, MemoryStore, SqlStore, Migrations>;
//     class StoreContractTest : public testing::TestWithParam<StoreKind> {
//      protected:
//       TestStore store_{GetParam()};
//     };
//     INSTANTIATE_TEST_SUITE_P(Every, StoreContractTest, kEveryStore, testing::PrintToStringParamName());
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <utility>

#include "lib/db/migrations.h"
#include "lib/testing/test_database.h"

namespace octavo {

enum class StoreKind { kMemory, kSqlite, kPostgres };

inline void PrintTo(StoreKind kind, std::ostream* out) {
  *out << (kind == StoreKind::kMemory ? "Memory" : kind == StoreKind::kSqlite ? "Sqlite" : "Postgres");
}

inline const auto kEveryStore = testing::Values(StoreKind::kMemory, StoreKind::kSqlite, StoreKind::kPostgres);

// Of a store in SQL.
inline TestDatabaseKind DatabaseOf(StoreKind kind) {
  return kind == StoreKind::kPostgres ? TestDatabaseKind::kPostgres : TestDatabaseKind::kSqlite;
}

template <class Store, class MemoryStore, class SqlStore, std::span<const db::Migration> (*kMigrations)()>
class TestStore {
 public:
  explicit TestStore(StoreKind kind, db::Options options = {}) {
    if (kind == StoreKind::kMemory) {
      store_ = std::make_unique<MemoryStore>();
      return;
    }
    database_.emplace(DatabaseOf(kind), kMigrations(), std::move(options));
    store_ = std::make_unique<SqlStore>(**database_);
  }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  // Not of the store in memory.
  db::Database& database() { return **database_; }

  // As a restart would; a memory store, which has nowhere to keep anything, stays.
  void Reopen() {
    if (!database_) return;
    store_.reset();
    database_->Reopen();
    store_ = std::make_unique<SqlStore>(**database_);
  }

 private:
  std::optional<TestDatabase> database_;
  std::unique_ptr<Store> store_;
};

}  // namespace octavo
