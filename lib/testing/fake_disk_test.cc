// The fake disk itself: what survives a loss of power, and what SQLite makes of it.
#include "lib/testing/fake_disk.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "lib/base/check.h"

namespace octavo {
namespace {

constexpr int kRuns = 200;

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Connection Open(const FakeDisk& disk, const char* file = "/test.db") {
  sqlite3* db = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  CHECK(sqlite3_open_v2(file, &db, kFlags, disk.name().c_str()) == SQLITE_OK);
  return Connection(db);
}

int Execute(const Connection& db, const char* sql) { return sqlite3_exec(db.get(), sql, nullptr, nullptr, nullptr); }

// The first number of the first row; below 0: the code of the failure.
std::int64_t Ask(const Connection& db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (const int code = sqlite3_prepare_v2(db.get(), sql, -1, &statement, nullptr); code != SQLITE_OK) return -code;
  const int code = sqlite3_step(statement);
  const std::int64_t value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -code;
  sqlite3_finalize(statement);
  return value;
}

class FakeDiskTest : public testing::Test {
 protected:
  FakeDiskTest() {
    const Connection db = Open(disk_);
    CHECK(Execute(db, "PRAGMA journal_mode = WAL") == SQLITE_OK);
    CHECK(Execute(db, "CREATE TABLE t (x INTEGER)") == SQLITE_OK);
  }

  // Three rows are committed, and the power goes. How many are left.
  std::int64_t RowsAfterLoss(const char* synchronous) {
    {
      const Connection db = Open(disk_);
      Execute(db, synchronous);
      Execute(db, "DELETE FROM t");
      Execute(db, "PRAGMA wal_checkpoint(TRUNCATE)");
      for (int i = 0; i < 3; ++i) EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
      disk_.Halt();
    }
    disk_.RestartAfterPowerLoss(random_);
    return Ask(Open(disk_), "SELECT count(*) FROM t");
  }

  FakeDisk disk_;
  SeededRandom random_{1};
};

TEST_F(FakeDiskTest, WhatIsSyncedIsKept) {
  for (int i = 0; i < kRuns; ++i) EXPECT_EQ(RowsAfterLoss("PRAGMA synchronous = FULL"), 3);
}

TEST_F(FakeDiskTest, WhatIsNotSyncedMayBeKeptOrLostInPart) {
  std::set<std::int64_t> left;
  for (int i = 0; i < kRuns; ++i) left.insert(RowsAfterLoss("PRAGMA synchronous = NORMAL"));

  EXPECT_EQ(left, (std::set<std::int64_t>{0, 1, 2, 3}));
}

TEST_F(FakeDiskTest, ForcesNormalSynchronousOnWhoAsksForFull) {
  disk_.ForceNormalSynchronous();
  std::set<std::int64_t> left;
  for (int i = 0; i < kRuns; ++i) left.insert(RowsAfterLoss("PRAGMA synchronous = FULL"));

  EXPECT_EQ(left, (std::set<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(Ask(Open(disk_), "PRAGMA synchronous"), 2);
}

// Whole pages are synced and then written anew, without a journal that could mend them: some are then half old, half new.
TEST_F(FakeDiskTest, TearsWhatWasBeingWritten) {
  int torn = 0;
  for (int i = 0; i < kRuns; ++i) {
    disk_.Load({});
    {
      const Connection db = Open(disk_);
      Execute(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; CREATE TABLE t (x TEXT)");
      Execute(db, "INSERT INTO t VALUES (printf('%.3000c', 'o'))");
      Execute(db, "PRAGMA synchronous = OFF; UPDATE t SET x = printf('%.3000c', 'n')");
      disk_.Halt();
    }
    disk_.RestartAfterPowerLoss(random_);
    const auto is_whole = Ask(Open(disk_), "SELECT x IN (printf('%.3000c', 'o'), printf('%.3000c', 'n')) FROM t");
    torn += is_whole == 0 ? 1 : 0;
  }

  EXPECT_GT(torn, 0);
  EXPECT_LT(torn, kRuns);
}

TEST_F(FakeDiskTest, AKillKeepsAllThatWasWritten) {
  {
    const Connection db = Open(disk_);
    Execute(db, "PRAGMA synchronous = OFF");
    ASSERT_EQ(Execute(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
    disk_.Halt();
    EXPECT_NE(Execute(db, "INSERT INTO t VALUES (2)"), SQLITE_OK);
  }
  disk_.Restart();

  EXPECT_EQ(Ask(Open(disk_), "SELECT count(*) FROM t"), 1);
}

TEST_F(FakeDiskTest, FailsTheCallThatItIsToldTo) {
  const Connection db = Open(disk_);
  Execute(db, "PRAGMA synchronous = FULL; INSERT INTO t VALUES (0)");  // Makes the log.
  disk_.Break(FakeDisk::Fault::kSyncError, 2);

  EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_FALSE(disk_.broke());
  EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (2)"), SQLITE_IOERR);
  EXPECT_TRUE(disk_.broke());
  EXPECT_EQ(disk_.broke_at(), "sync test.db-wal");
  EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (3)"), SQLITE_OK);
}

TEST_F(FakeDiskTest, AFullDiskStaysFullUntilItIsHealed) {
  const Connection db = Open(disk_);
  Execute(db, "INSERT INTO t VALUES (0)");  // Makes the log.
  disk_.Break(FakeDisk::Fault::kNoSpace, 1);
  EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (1)"), SQLITE_FULL);
  EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (1)"), SQLITE_FULL);
  EXPECT_EQ(Ask(db, "SELECT count(*) FROM t"), 1);
  disk_.Heal();

  EXPECT_EQ(Execute(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
}

TEST_F(FakeDiskTest, TwoConnectionsKeepOutOfEachOthersWay) {
  const Connection one = Open(disk_);
  const Connection two = Open(disk_);

  ASSERT_EQ(Execute(one, "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_EQ(Execute(two, "BEGIN IMMEDIATE"), SQLITE_BUSY);
  EXPECT_EQ(Ask(two, "SELECT count(*) FROM t"), 0);
  ASSERT_EQ(Execute(one, "COMMIT"), SQLITE_OK);
  EXPECT_EQ(Ask(two, "SELECT count(*) FROM t"), 1);
}

}  // namespace
}  // namespace octavo
