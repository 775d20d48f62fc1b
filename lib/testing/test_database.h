// TestDatabase: a fresh, migrated database for one test, on SQLite (a temporary file) or a real PostgreSQL. A
// store's contract test runs over both with
//
//     class SqlStoreTest : public testing::TestWithParam<TestDatabaseKind> {
//      protected:
//       TestDatabase database_{GetParam(), catalog::Migrations()};
//       catalog::SqlStore store_{*database_};
//     };
//     INSTANTIATE_TEST_SUITE_P(Every, SqlStoreTest, kEveryDatabase, testing::PrintToStringParamName());
//
// PostgreSQL is the server of OCTAVO_TEST_POSTGRES_URL if that is set; else a private one is started for this
// process (Debian's postgresql-15, data in a temporary folder, reached by a Unix socket only) and ended with
// it. Each test has a schema of its own, dropped afterwards. Without PostgreSQL the test fails; it is never
// skipped.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <span>
#include <string>

#include "lib/base/random.h"
#include "lib/db/database.h"
#include "lib/db/migrations.h"

namespace octavo {

enum class TestDatabaseKind { kSqlite, kPostgres };

inline void PrintTo(TestDatabaseKind kind, std::ostream* out) {
  *out << (kind == TestDatabaseKind::kSqlite ? "Sqlite" : "Postgres");
}

inline const auto kEveryDatabase = testing::Values(TestDatabaseKind::kSqlite, TestDatabaseKind::kPostgres);

class TestDatabase {
 public:
  explicit TestDatabase(TestDatabaseKind kind, std::span<const db::Migration> migrations = {});
  // `options.url` is ignored.
  TestDatabase(TestDatabaseKind kind, std::span<const db::Migration> migrations, db::Options options);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  db::Database& operator*() { return *database_; }
  db::Database* operator->() { return database_.get(); }

  // The value of Options::url, for opening the database a second time or for a module.
  const std::string& url() const { return options_.url; }
  // Closes the database and opens it again, as a restart would.
  void Reopen();
  void Close() { database_.reset(); }

 private:
  class Place;  // The folder or schema; removes it.

  SeededRandom random_{1};
  std::unique_ptr<Place> place_;
  db::Options options_;
  std::unique_ptr<db::Database> database_;
};

// The URL of a database "postgres" on the PostgreSQL for tests; starts it if need be.
std::string TestPostgresUrl();

}  // namespace octavo
