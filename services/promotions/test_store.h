// For tests: a store of each kind.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "lib/testing/test_database.h"
#include "services/promotions/memory_store.h"
#include "services/promotions/migrations.h"
#include "services/promotions/sql_store.h"

namespace octavo::promotions {

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
    database_.emplace(kind == StoreKind::kPostgres ? TestDatabaseKind::kPostgres : TestDatabaseKind::kSqlite, Migrations());
    store_ = std::make_unique<SqlStore>(**database_);
  }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  // Not for the memory store.
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

}  // namespace octavo::promotions
