// SqliteConnection: one open connection to one SQLite file. For one thread at a time. SQLite's rules that the
// rest relies on, and the bug that makes them so strict, are told in README.md.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/db/database.h"
#include "lib/db/statement_cache.h"

namespace octavo::db {

// What a failure of SQLite is to the rest of the program, by its extended result code.
enum class SqliteFailure {
  kStatement,  // Of this statement alone.
  kFull,       // No space on disk.
  kDisk,       // What is on disk is unknown: reading, writing or syncing failed, or found nonsense.
};
SqliteFailure ClassifySqlite(int code);

// The exception for a result code; `detail` is SQLite's message.
std::exception_ptr SqliteException(int code, const std::string& detail);

class SqliteConnection {
 public:
  // The writer makes the file when it is not there, and sees to it that it is in WAL mode; readers come after
  // it.
  enum class Mode { kWriter, kReader };
  struct Config {
    std::string path;
    std::string vfs;
    std::chrono::milliseconds statement_timeout{0};
  };

  // Throws Error when the file cannot be opened or is not what it should be.
  SqliteConnection(const Config& config, Mode mode);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs one statement; throws what SqliteException makes of a failure.
  Answer Run(std::string_view sql, std::span<const Value> parameters);
  // Runs statements that give no rows, without a time limit; throws likewise.
  void Script(const std::string& sql);
  // A statement of the driver's own, without parameters, rows or time limit. Returns SQLite's extended result
  // code.
  [[nodiscard]] int Try(std::string_view sql);

  // Ends the statement that runs, and each that comes: they throw Timeout. For another thread.
  void Interrupt() {
    interrupted_ = true;
    sqlite3_interrupt(db_.get());
  }

  // The first failure since the last call of this, SQLITE_OK if there was none; whatever became of its
  // exception.
  int TakeFailure();
  std::string last_message() const { return sqlite3_errmsg(db_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

  // Copies committed pages from the write-ahead log to the file once enough have gathered. The writer's only.
  // Returns SQLite's extended result code.
  [[nodiscard]] int CheckpointIfDue();
  // The same for all of them, now, leaving the log empty if no reader needs it.
  [[nodiscard]] int CheckpointAll();
  // Closing shall not do the same: what is on disk stays as it is.
  void LeaveLogAlone() { sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Statement {
    std::unique_ptr<sqlite3_stmt, Finalize> handle;
    std::vector<int> numbers;  // Of SQLite's parameter i + 1: the n of its name $n.
    int number_max = 0;
  };

  void Configure(Mode mode);
  void Require(const std::string& pragma, std::string_view expected);
  const Statement& Prepared(std::string_view sql);
  Statement Prepare(std::string_view sql);
  void Bind(const Statement& statement, std::span<const Value> parameters);
  int StepAll(sqlite3_stmt* statement, std::vector<Row>& rows);
  [[noreturn]] void Throw(int code, std::string_view sql);
  [[noreturn]] void ThrowConstraint(int code, const std::string& detail);
  std::string UniqueConstraintName(std::string_view columns);
  int Remember(int code);
  int Checkpoint(int mode);

  const Config config_;
  std::unique_ptr<sqlite3, Close> db_;
  StatementCache<Statement> statements_{256};  // A few KB each: about 1 MB at most.
  std::chrono::steady_clock::time_point deadline_;
  std::atomic<bool> interrupted_ = false;
  int log_pages_ = 0;  // In the write-ahead log after the last commit.
  int failure_ = SQLITE_OK;
};

}  // namespace octavo::db
