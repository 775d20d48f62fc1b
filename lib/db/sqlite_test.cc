// What only SQLite does: one owner, commits in groups, and a clear end when the disk fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/check.h"
#include "lib/db/damage.h"
#include "lib/db/database.h"
#include "lib/db/testdata/migrations.h"
#include "lib/testing/faulty_vfs.h"
#include "lib/testing/flip_in_file.h"
#include "lib/testing/matchers.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/test_database.h"
#include "lib/testing/wait_until.h"

namespace octavo::db {
namespace {

using testing::HasSubstr;

constexpr const char* kInsert = "INSERT INTO counter (name, value) VALUES ($1, 1)";

std::int64_t Count(Database& database) {
  return database.Read([](Transaction& t) { return t.QueryTheOne("SELECT COUNT(*) FROM counter").Int(0); });
}

void Insert(Database& database, const std::string& name) {
  database.Write([&](Transaction& transaction) { transaction.Execute(kInsert, name); });
}

// Holds the writer in a function, so that other Writes gather behind it and share the next commit.
class HeldWriter {
 public:
  explicit HeldWriter(Database& database)
      : database_(database), thread_([this] {
          database_.Write([this](Transaction&) {
            held_.count_down();
            release_.wait();
          });
        }) {
    held_.wait();
  }
  // Starts `write` on a thread of its own and returns when it waits for the writer.
  void Gather(std::function<void()> write) {
    const std::int64_t waiting = database_.stats().waiting;
    gathered_.emplace_back(std::move(write));
    EXPECT_TRUE(WaitUntil([&] { return database_.stats().waiting != waiting; }));
  }
  void ReleaseAndJoin() {
    release_.count_down();
    thread_.join();
    for (std::thread& thread : gathered_) thread.join();
  }

 private:
  Database& database_;
  std::latch held_{1};
  std::latch release_{1};
  std::vector<std::thread> gathered_;
  std::thread thread_;
};

class SqliteTest : public testing::Test {
 protected:
  TestDatabase database_{TestDatabaseKind::kSqlite, testdata::Migrations()};
};

TEST_F(SqliteTest, WritesThatWaitTogetherShareACommit) {
  HeldWriter held(*database_);
  const Stats before = database_->stats();
  for (int i = 0; i < 10; ++i) held.Gather([&, i] { Insert(*database_, std::to_string(i)); });
  held.ReleaseAndJoin();
  const Stats after = database_->stats();

  EXPECT_EQ(Count(*database_), 10);
  EXPECT_EQ(after.writes - before.writes, 10 + 1);
  EXPECT_EQ(after.commits - before.commits, 1 + 1);
  EXPECT_EQ(after.group_largest, 10);
}

TEST_F(SqliteTest, AGroupHoldsNoMoreThanItsLimit) {
  TestDatabase database(TestDatabaseKind::kSqlite, testdata::Migrations(), {.group_max = 4});
  HeldWriter held(*database);
  for (int i = 0; i < 10; ++i) held.Gather([&, i] { Insert(*database, std::to_string(i)); });
  held.ReleaseAndJoin();

  EXPECT_EQ(Count(*database), 10);
  EXPECT_EQ(database->stats().group_largest, 4);
}

TEST_F(SqliteTest, AFailureInAGroupUndoesOnlyItsOwn) {
  HeldWriter held(*database_);
  held.Gather([&] { Insert(*database_, "a"); });
  held.Gather([&] {
    const Status refused = database_->Write([](Transaction& transaction) -> Status {
      transaction.Execute(kInsert, "refused");
      return octavo::Error{Code::kAborted, "REFUSED", ""};
    });
    EXPECT_THAT(refused, HasReason("REFUSED"));
  });
  held.Gather([&] { EXPECT_THROW(Insert(*database_, "a"), ConstraintViolation); });
  held.Gather([&] { Insert(*database_, "b"); });
  held.ReleaseAndJoin();

  EXPECT_EQ(Count(*database_), 2);
}

// SQLite rolls the whole transaction back when it interrupts a statement that writes.
TEST_F(SqliteTest, OneThatTakesTooLongDoesNotTakeItsGroupWithIt) {
  constexpr const char* kEndlessWrite =
      "INSERT INTO sample (id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i "
      "FROM n";
  TestDatabase database(TestDatabaseKind::kSqlite, testdata::Migrations(), {.statement_timeout = std::chrono::milliseconds(100)});
  HeldWriter held(*database);
  held.Gather([&] { Insert(*database, "before"); });
  held.Gather([&] { EXPECT_THROW(database->Write([&](Transaction& t) { t.Execute(kEndlessWrite); }), Timeout); });
  held.Gather([&] { Insert(*database, "after"); });
  held.ReleaseAndJoin();

  EXPECT_EQ(Count(*database), 2);
  EXPECT_GE(database->stats().repeats, 1);
}

// Only COMMIT checks a deferred constraint, and then refuses the whole group.
TEST_F(SqliteTest, AConstraintThatOnlyCommitChecksHitsOnlyTheOneThatBrokeIt) {
  database_->Write([](Transaction& transaction) {
    transaction.Script("CREATE TABLE child (parent BIGINT REFERENCES book (id) DEFERRABLE INITIALLY DEFERRED);");
  });
  HeldWriter held(*database_);
  held.Gather([&] { Insert(*database_, "before"); });
  held.Gather([&] {
    EXPECT_THROW(database_->Write([](Transaction& t) { t.Execute("INSERT INTO child (parent) VALUES (99)"); }), Error);
  });
  held.Gather([&] { Insert(*database_, "after"); });
  held.ReleaseAndJoin();

  EXPECT_EQ(Count(*database_), 2);
}

TEST_F(SqliteTest, RefusesAWriteThatWaitsTooLong) {
  TestDatabase database(TestDatabaseKind::kSqlite, testdata::Migrations(), {.wait_max = std::chrono::milliseconds(20)});
  HeldWriter held(*database);
  EXPECT_THROW(Insert(*database, "late"), Overloaded);
  held.ReleaseAndJoin();

  EXPECT_EQ(Count(*database), 0);
}

TEST_F(SqliteTest, RefusesAWriteWhenTooManyWait) {
  TestDatabase database(TestDatabaseKind::kSqlite, testdata::Migrations(), {.waiting_max = 2});
  HeldWriter held(*database);
  held.Gather([&] { Insert(*database, "a"); });
  held.Gather([&] { Insert(*database, "b"); });
  EXPECT_THROW(Insert(*database, "c"), Overloaded);
  held.ReleaseAndJoin();

  EXPECT_EQ(Count(*database), 2);
}

TEST_F(SqliteTest, TheLogStartsOverInsteadOfGrowing) {
  const std::string text(100'000, 'x');
  for (int i = 0; i < 400; ++i) {  // 40 MB in all, ten times what is left for a checkpoint.
    database_->Write([&](Transaction& transaction) {
      transaction.Execute("INSERT INTO sample (id, words) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET words = $1", text);
    });
  }

  std::ifstream log(database_.url() + "-wal", std::ios::binary | std::ios::ate);
  ASSERT_TRUE(log);
  EXPECT_LT(log.tellg(), 8'000'000);
}

TEST_F(SqliteTest, RefusesAStatementWithTheWrongNumberOfParameters) {
  EXPECT_THROW(database_->Read([](Transaction& t) { return t.Query("SELECT $1", 1, 2); }), Error);
  EXPECT_THROW(database_->Read([](Transaction& t) { return t.Query("SELECT $2", 1); }), Error);
  EXPECT_THROW(database_->Read([](Transaction& t) { return t.Query("SELECT ?1", 1); }), Error);
  EXPECT_THROW(database_->Read([](Transaction& t) { return t.Query("SELECT 1; SELECT 2"); }), Error);
}

TEST_F(SqliteTest, RefusesASecondOpener) {
  SeededRandom random(1);
  try {
    (void)Open({.url = "sqlite:" + database_.url()}, random);
    FAIL() << "opened twice";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(database_.url() + ".lock"));
    EXPECT_THAT(error.what(), HasSubstr("already open"));
  }
  database_.Close();
  EXPECT_NO_THROW((void)Open({.url = database_.url()}, random));
}

TEST_F(SqliteTest, ALookerNeedsTheFileToBeThere) {
  SeededRandom random(1);
  const TempDir folder;
  const std::string path = (folder / "none.db").string();

  EXPECT_THROW((void)Open({.url = path, .read_only = true}, random), Error);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(SqliteTest, ALookerFindsWhatACrashLeftInTheLog) {
  Insert(*database_, "a");
  const TempDir folder;
  for (const char* part : {"", "-wal"}) {
    std::filesystem::copy_file(database_.url() + part, (folder / "copy.db").string() + part);
  }
  SeededRandom random(1);

  const auto looker = Open({.url = (folder / "copy.db").string(), .read_only = true}, random);

  EXPECT_EQ(Count(*looker), 1);
}

TEST_F(SqliteTest, RefusesWhatIsNoDatabase) {
  SeededRandom random(1);
  const TempDir folder;
  std::ofstream(folder / "text.db") << std::string(10'000, 'x');

  EXPECT_THROW((void)Open({.url = (folder / "text.db").string()}, random), Error);
  EXPECT_THROW((void)Open({.url = (folder / "no such folder/x.db").string()}, random), Error);
  EXPECT_THROW((void)Open({.url = ""}, random), Error);
  EXPECT_THROW((void)Open({.url = "mysql://user:password@host/name"}, random), Error);
}

TEST(SqliteFileTest, ADamagedFileIsRefusedByName) {
  const TempDir dir;
  SeededRandom random(1);
  const std::string file = (dir / "some.db").string();
  {
    const auto database = Open({.url = file}, random);
    database->Write([](Transaction& transaction) {
      transaction.Script(
          "CREATE TABLE many (x TEXT PRIMARY KEY); INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
          "SELECT i + 1 FROM n WHERE i < 500) SELECT hex(randomblob(400)) FROM n;");
    });
  }
  {
    std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(20 * 4096);
    damaged << std::string(4096, '\0');
  }

  try {
    (void)Open({.url = file}, random);
    FAIL() << "it opened";
  } catch (const Damaged& damage) {
    EXPECT_THAT(damage.what(), testing::HasSubstr(file + " is damaged"));
  }
}

TEST(SqliteFileTest, ALookFromEndToEndFindsAnIndexThatDiffersFromItsTable) {
  const TempDir dir;
  SeededRandom random(1);
  const std::string file = (dir / "some.db").string();
  Open({.url = file}, random)->Write([](Transaction& transaction) {
    transaction.Script(
        "CREATE TABLE some (id BIGINT PRIMARY KEY, name TEXT NOT NULL); "
        "CREATE UNIQUE INDEX some_name ON some (name);"
        "INSERT INTO some VALUES (1, 'Elizabeth');");
  });
  EXPECT_EQ(FindDamage(file, {}), std::nullopt);
  FlipInFile(file, "Elizabeth");

  (void)Open({.url = file}, random);  // The tree of pages is whole, so that a start sees nothing.
  EXPECT_THAT(FindDamage(file, {}).value_or("nothing"), testing::HasSubstr("some_name"));
}

TEST(SqliteFileTest, ALookFromEndToEndFindsARowThatRefersToNone) {
  const TempDir dir;
  SeededRandom random(1);
  const std::string file = (dir / "some.db").string();
  Open({.url = file}, random)->Write([](Transaction& transaction) {
    transaction.Script(
        "CREATE TABLE one (name TEXT PRIMARY KEY); CREATE TABLE other (one TEXT NOT NULL REFERENCES one (name));"
        "INSERT INTO one VALUES ('Elizabeth'); INSERT INTO other VALUES ('Elizabeth');");
  });
  FlipInFile(file, "Elizabeth", /*occurrence=*/3);  // Behind the table one and its index.

  EXPECT_THAT(FindDamage(file, {}).value_or("nothing"), testing::HasSubstr("refers to none"));
}

TEST(SqliteFileTest, ALookFromEndToEndEndsWhenItIsStopped) {
  const TempDir dir;
  SeededRandom random(1);
  const std::string file = (dir / "some.db").string();
  Open({.url = file}, random)->Write([](Transaction& transaction) { transaction.Script("CREATE TABLE some (id BIGINT);"); });
  std::stop_source stopped;
  stopped.request_stop();

  EXPECT_EQ(FindDamage(file, stopped.get_token()), std::nullopt);
}

// ---- The disk fails.

class FaultyDiskTest : public testing::Test {
 protected:
  FaultyVfs vfs_;
  std::atomic<int> deaths_ = 0;
  std::string last_words_;
  TestDatabase database_{
      TestDatabaseKind::kSqlite, testdata::Migrations(), {.sqlite_vfs = vfs_.name(), .on_fatal = [this](const std::string& line) {
                                                            ++deaths_;
                                                            last_words_ = line;
                                                          }}};
};

TEST_F(FaultyDiskTest, AFullDiskRefusesTheGroupAndHarmsNothing) {
  Insert(*database_, "before");
  HeldWriter held(*database_);
  held.Gather([&] { EXPECT_THROW(Insert(*database_, "a"), StorageFull); });
  held.Gather([&] { EXPECT_THROW(Insert(*database_, "b"), StorageFull); });
  vfs_.FailWrites(SQLITE_FULL);
  held.ReleaseAndJoin();
  EXPECT_EQ(Count(*database_), 1);

  vfs_.FailWrites(SQLITE_OK);
  Insert(*database_, "after");
  database_.Reopen();

  EXPECT_EQ(Count(*database_), 2);
  EXPECT_EQ(deaths_, 0);
}

TEST_F(FaultyDiskTest, WhenTheLogHasFilledTheDiskItIsGivenBack) {
  Insert(*database_, "visits");
  vfs_.LimitFiles(200'000);  // The log takes some 45 commits; the data themselves stay small.
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    try {
      database_->Write([](Transaction& t) { t.Execute("UPDATE counter SET value = value + 1"); });
    } catch (const StorageFull&) {
      ++refused;
    }
  }

  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 20);
  const std::int64_t visits = database_->Read([](Transaction& t) { return t.QueryTheOne("SELECT value FROM counter").Int(0); });
  EXPECT_EQ(visits, 1 + 200 - refused);
}

TEST_F(FaultyDiskTest, AFailedSyncAcknowledgesNobodyAndIsTheEnd) {
  Insert(*database_, "before");
  HeldWriter held(*database_);
  held.Gather([&] { EXPECT_THROW(Insert(*database_, "a"), UnknownOutcome); });
  held.Gather([&] { EXPECT_THROW(Insert(*database_, "b"), UnknownOutcome); });
  vfs_.FailSyncs(SQLITE_IOERR_FSYNC);
  held.ReleaseAndJoin();
  vfs_.FailSyncs(SQLITE_OK);

  EXPECT_EQ(deaths_, 1);
  EXPECT_THAT(last_words_, HasSubstr("commit of " + database_.url() + " failed"));
  EXPECT_THROW(Insert(*database_, "more"), Error);
  EXPECT_THROW(Count(*database_), Error);
  database_.Reopen();
  EXPECT_GE(Count(*database_), 1);
  Insert(*database_, "again");
}

TEST_F(FaultyDiskTest, AFailedWriteIsTheEnd) {
  vfs_.FailWrites(SQLITE_IOERR_WRITE);
  EXPECT_THROW(Insert(*database_, "a"), UnknownOutcome);
  vfs_.FailWrites(SQLITE_OK);

  EXPECT_EQ(deaths_, 1);
  database_.Reopen();
  EXPECT_EQ(Count(*database_), 0);
}

TEST_F(FaultyDiskTest, AFailedReadEndsOnlyItsRequest) {
  for (int i = 0; i < 100; ++i) Insert(*database_, std::to_string(i) + std::string(1000, 'x'));
  database_.Reopen();
  vfs_.FailReads(SQLITE_IOERR_READ);
  EXPECT_THROW(Count(*database_), Error);
  vfs_.FailReads(SQLITE_OK);

  EXPECT_EQ(Count(*database_), 100);
  EXPECT_EQ(deaths_, 0);
}

TEST(FaultyDiskDeathTest, EndsTheProcessWithOneLine) {
  const TempDir folder;
  const auto die = [&] {
    FaultyVfs vfs;
    SeededRandom random(1);
    const auto database = Open({.url = (folder / "test.db").string(), .sqlite_vfs = vfs.name()}, random);
    vfs.FailSyncs(SQLITE_IOERR_FSYNC);
    database->Write([](Transaction& transaction) { transaction.Script("CREATE TABLE t (x TEXT)"); });
  };
  EXPECT_EXIT(die(), testing::ExitedWithCode(EXIT_FAILURE), "^fatal: commit of .*test.db failed .*opened again\n$");
}

// ---- The process is killed.

// Where the build puts its programs; ctest tells.
std::string CrashWriter() {
  const char* const folder = std::getenv("OCTAVO_TEST_BINARY_DIR");
  CHECK(folder != nullptr);
  return std::string(folder) + "/db_crash_writer";
}

class Child {
 public:
  explicit Child(const std::string& database) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const std::string program = CrashWriter();
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      execl(program.c_str(), program.c_str(), database.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    out_ = ends[0];
  }
  ~Child() { close(out_); }

  // The next 8 bytes it has written; empty at the end.
  std::optional<std::int64_t> NextId() {
    std::int64_t id = 0;
    std::size_t got = 0;
    while (got < sizeof id) {
      const ssize_t count = read(out_, reinterpret_cast<char*>(&id) + got, sizeof id - got);
      if (count <= 0) return std::nullopt;
      got += static_cast<std::size_t>(count);
    }
    return id;
  }
  std::string AllText() {
    std::string text;
    char buffer[256];
    for (ssize_t count; (count = read(out_, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(count));
    return text;
  }
  void Kill() { kill(process_, SIGKILL); }
  int Wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    return status;
  }

 private:
  pid_t process_;
  int out_;
};

TEST(SqliteCrashTest, KillingTheProcessLosesNothingThatWasAcknowledged) {
  const TempDir folder;
  const std::string path = (folder / "crash.db").string();
  SystemRandom system;
  const std::uint64_t seed = system.Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  std::set<std::int64_t> acknowledged;

  for (int round = 0; round < 5; ++round) {
    Child child(path);
    const std::uint64_t enough = 20 + random.Below(500);
    for (std::uint64_t i = 0; i < enough; ++i) acknowledged.insert(child.NextId().value());
    child.Kill();
    while (const auto id = child.NextId()) acknowledged.insert(*id);  // What was in the pipe.
    child.Wait();

    const auto database = Open({.url = path}, random);
    const auto [books, copies] = database->Read([](Transaction& transaction) {
      return std::pair(transaction.Query("SELECT id FROM book ORDER BY id"),
                       transaction.Query("SELECT book_id FROM copy ORDER BY book_id"));
    });
    std::set<std::int64_t> stored;
    for (const Row& row : books) stored.insert(row.Int(0));
    for (const std::int64_t id : acknowledged) ASSERT_TRUE(stored.contains(id)) << id << " in round " << round;
    ASSERT_EQ(books, copies) << "half a transaction in round " << round;
  }
}

TEST_F(SqliteTest, ASecondProcessEndsWithOneLine) {
  Child child(database_.url());
  const std::string text = child.AllText();
  const int status = child.Wait();

  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
  EXPECT_THAT(text, HasSubstr(database_.url() + " is already open elsewhere"));
}

}  // namespace
}  // namespace octavo::db
