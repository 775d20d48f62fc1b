// For tests: a store of each kind.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>

#include "lib/testing/test_database.h"
#include "services/accounts/memory_store.h"
#include "services/accounts/migrations.h"
#include "services/accounts/sql_store.h"

namespace octavo::accounts {

enum class StoreKind { kMemory, kSqlite, kPostgres };

inline void PrintTo(StoreKind kind, std::ostream* out) {
  *out << (kind == StoreKind::kMemory ? "Memory" : kind == StoreKind::kSqlite ? "Sqlite" : "Postgres");
}

inline const auto kEveryStore = testing::Values(StoreKind::kMemory, StoreKind::kSqlite, StoreKind::kPostgres);

class TestStore {
 public:
  explicit TestStore(StoreKind kind) {
    if (kind == StoreKind::kMemory) {
      store_ = std::make_unique<MemoryStore>();
      return;
    }
    const bool postgres = kind == StoreKind::kPostgres;
    database_.emplace(postgres ? TestDatabaseKind::kPostgres : TestDatabaseKind::kSqlite, Migrations());
    store_ = std::make_unique<SqlStore>(**database_);
  }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }

 private:
  std::optional<TestDatabase> database_;
  std::unique_ptr<Store> store_;
};

}  // namespace octavo::accounts
