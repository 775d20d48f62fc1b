#include "lib/db/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "lib/db/testdata/migrations.h"
#include "lib/testing/matchers.h"
#include "lib/testing/test_database.h"

namespace octavo::db {
namespace {

using testing::HasSubstr;

constexpr Migration kFirst{1, "first", "CREATE TABLE first (id BIGINT PRIMARY KEY);"};
constexpr Migration kSecond{2, "second", "CREATE TABLE second (id BIGINT PRIMARY KEY); INSERT INTO first (id) VALUES (1);"};

class MigrationsTest : public testing::TestWithParam<TestDatabaseKind> {
 protected:
  TestDatabase database_{GetParam()};

  Status Run(const std::vector<Migration>& migrations) { return Migrate(*database_, migrations); }
  std::int64_t Count(const std::string& table) {
    return database_->Read([&](Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM " + table).Int(0); });
  }
};

TEST_P(MigrationsTest, RunsEachOnce) {
  EXPECT_THAT(Run({kFirst}), IsOk());
  EXPECT_THAT(Run({kFirst, kSecond}), IsOk());
  EXPECT_THAT(Run({kFirst, kSecond}), IsOk());

  EXPECT_EQ(Count("first"), 1);
  EXPECT_EQ(Count("schema_migrations"), 2);
}

TEST_P(MigrationsTest, RefusesAChangedText) {
  ASSERT_THAT(Run({kFirst}), IsOk());
  const Migration changed{1, "first", "CREATE TABLE first (id BIGINT PRIMARY KEY, more TEXT);"};

  const Status status = Run({changed, kSecond});

  EXPECT_THAT(status, HasReason("MIGRATION_CHANGED"));
  EXPECT_THAT(status.error().message, HasSubstr("1 first"));
  EXPECT_EQ(Count("schema_migrations"), 1);
}

TEST_P(MigrationsTest, RefusesAChangedName) {
  ASSERT_THAT(Run({kFirst}), IsOk());

  EXPECT_THAT(Run({Migration{1, "other", kFirst.sql}}), HasReason("MIGRATION_CHANGED"));
}

TEST_P(MigrationsTest, RefusesAGap) {
  EXPECT_THAT(Run({kFirst, Migration{3, "third", "CREATE TABLE third (id BIGINT);"}}), HasReason("MIGRATION_GAP"));
  EXPECT_THAT(Run({kSecond}), HasReason("MIGRATION_GAP"));
}

TEST_P(MigrationsTest, RefusesADatabaseOfANewerProgram) {
  ASSERT_THAT(Run({kFirst, kSecond}), IsOk());

  EXPECT_THAT(Run({kFirst}), HasReason("DATABASE_NEWER"));
}

TEST_P(MigrationsTest, LeavesNothingOfOneThatFailsHalfWay) {
  const Migration broken{2, "second", "CREATE TABLE second (id BIGINT PRIMARY KEY); INSERT INTO nowhere VALUES (1);"};

  const Status status = Run({kFirst, broken});

  EXPECT_THAT(status, HasReason("MIGRATION_FAILED"));
  EXPECT_THAT(status.error().message, HasSubstr("nowhere"));
  EXPECT_EQ(Count("schema_migrations"), 1);
  EXPECT_THROW(Count("second"), Error);
  EXPECT_THAT(Run({kFirst, kSecond}), IsOk());  // Put right, it runs.
}

TEST_P(MigrationsTest, ManyStartersRunEachOnce) {
  std::atomic<int> done = 0;
  std::vector<std::thread> starters;
  for (int i = 0; i < 6; ++i) {
    starters.emplace_back([&] { done += Run({kFirst, kSecond}).ok() ? 1 : 0; });
  }
  for (std::thread& starter : starters) starter.join();

  EXPECT_EQ(done, 6);
  EXPECT_EQ(Count("schema_migrations"), 2);
  EXPECT_EQ(Count("first"), 1);
}

INSTANTIATE_TEST_SUITE_P(Every, MigrationsTest, kEveryDatabase, testing::PrintToStringParamName());

TEST(EmbeddedMigrationsTest, AreTheFilesInOrder) {
  const std::span<const Migration> migrations = testdata::Migrations();

  ASSERT_EQ(migrations.size(), 2u);
  EXPECT_EQ(migrations[0].version, 1);
  EXPECT_EQ(migrations[0].name, "sample");
  EXPECT_TRUE(migrations[0].sql.starts_with("-- One column of each type.\nCREATE TABLE sample (\n"));
  EXPECT_EQ(migrations[1].name, "shelf");
  EXPECT_TRUE(migrations[1].sql.ends_with(");\n"));
}

TEST(ToSqliteTest, TranslatesTypesAndMakesTablesStrict) {
  struct Case {
    const char* from;
    const char* to;
  };
  const Case cases[] = {
      {"", ""},
      {"CREATE TABLE a (id BIGINT);", "CREATE TABLE a (id INTEGER) STRICT;"},
      {"create table a (x bigint, y double precision)", "create table a (x INTEGER, y REAL ) STRICT"},
      {"CREATE TABLE a (x BYTEA);\nCREATE TABLE b (y TEXT);\n",
       "CREATE TABLE a (x BLOB) STRICT;\nCREATE TABLE b (y TEXT) STRICT;\n"},
      {"CREATE INDEX a_x ON a (x);", "CREATE INDEX a_x ON a (x);"},
      {"CREATE UNIQUE INDEX table_x ON a (x);", "CREATE UNIQUE INDEX table_x ON a (x);"},
      {"INSERT INTO a VALUES ('BIGINT; CREATE TABLE');", "INSERT INTO a VALUES ('BIGINT; CREATE TABLE');"},
      {"-- BIGINT; it's\nCREATE TABLE a (x TEXT);", "-- BIGINT; it's\nCREATE TABLE a (x TEXT) STRICT;"},
      {"/* BIGINT; */ ALTER TABLE a ADD COLUMN b BIGINT;", "/* BIGINT; */ ALTER TABLE a ADD COLUMN b INTEGER;"},
      {"CREATE TABLE a (t TEXT DEFAULT 'it''s; BYTEA');", "CREATE TABLE a (t TEXT DEFAULT 'it''s; BYTEA') STRICT;"},
      {"CREATE TABLE \"BIGINT\" (bigints BIGINT);", "CREATE TABLE \"BIGINT\" (bigints INTEGER) STRICT;"},
  };

  for (const Case& c : cases) EXPECT_EQ(ToSqlite(c.from), c.to);
}

}  // namespace
}  // namespace octavo::db
