// For tests: a store of each kind.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>

#include "lib/testing/test_database.h"
#include "services/payments/memory_store.h"
#include "services/payments/migrations.h"
#include "services/payments/sql_store.h"

namespace octavo::payments {

enum class StoreKind { kMemory, kSqlite, kPostgres };

inline void PrintTo(StoreKind kind, std::ostream* out) {
  *out << (kind == StoreKind::kMemory ? "Memory" : kind == StoreKind::kSqlite ? "Sqlite" : "Postgres");
}

inline const auto kEveryStore = testing::Values(StoreKind::kMemory, StoreKind::kSqlite, StoreKind::kPostgres);

class TestStore {
 public:
  explicit TestStore(StoreKind kind) {
    if (kind != StoreKind::kMemory) {
      database_.emplace(kind == StoreKind::kPostgres ? TestDatabaseKind::kPostgres : TestDatabaseKind::kSqlite, Migrations());
    }
    Reopen();
  }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }

  // As a restart would; a memory store, which has nowhere to keep anything, stays.
  void Reopen() {
    if (database_) {
      database_->Reopen();
      store_ = std::make_unique<SqlStore>(**database_);
    } else if (!store_) {
      store_ = std::make_unique<MemoryStore>();
    }
  }

 private:
  std::optional<TestDatabase> database_;
  std::unique_ptr<Store> store_;
};

}  // namespace octavo::payments
