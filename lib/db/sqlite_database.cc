#include "lib/db/sqlite_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/batcher.h"
#include "lib/db/nesting.h"
#include "lib/db/pool.h"
#include "lib/db/sqlite_connection.h"

namespace octavo::db {
namespace {

// A file beside the database, locked for as long as this lives. It stays when the program goes: removing it
// would let two programs lock two files of one name.
class OwnershipLock {
 public:
  explicit OwnershipLock(const std::string& database) {
    const std::string path = database + ".lock";
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) throw Error(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      close(file_);
      throw Error(fmt::format("{} is already open elsewhere: {} is locked; one process may have it at a time", database, path));
    }
  }
  ~OwnershipLock() { close(file_); }
  OwnershipLock(const OwnershipLock&) = delete;
  OwnershipLock& operator=(const OwnershipLock&) = delete;

 private:
  int file_;
};

class SqliteTransaction final : public Transaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(connection) {}

  Dialect dialect() const override { return Dialect::kSqlite; }
  using Transaction::lost;

 protected:
  Answer RunStatement(std::string_view sql, std::span<const Value> parameters) override {
    return connection_.Run(sql, parameters);
  }
  void RunScript(std::string_view sql) override { connection_.Script(std::string(sql)); }

 private:
  SqliteConnection& connection_;
};

[[noreturn]] void PrintAndEnd(const std::string& line) {
  std::fprintf(stderr, "%s\n", line.c_str());
  std::_Exit(EXIT_FAILURE);  // No destructor may touch the file any more.
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const Options& options);
  ~SqliteDatabase() override;

  Dialect dialect() const override { return Dialect::kSqlite; }
  Stats stats() const override;

 protected:
  using Body = std::function<bool(Transaction&)>;
  void RunRead(const Body& body) override;
  void RunWrite(const Body& body) override;
  std::vector<std::exception_ptr> RunWriteEach(std::span<const Body> bodies) override;

 private:
  // One Write; its caller owns it and waits.
  struct Job {
    const Body& body;
    bool commit = false;
    std::exception_ptr thrown = nullptr;  // For the caller, once it is done.
  };
  using Group = std::vector<Job*>;

  void Checkpoint();
  void RunGroup(Group group);
  bool RunAll(const Group& group, Group::const_iterator& culprit);
  void RunJob(Job& job);
  void Commit(const Group& group);
  void RollBack();
  void FailAll(const Group& group, int code, const std::string& detail);
  void Die(const std::string& what, int code);
  void CheckAlive() const;

  const std::string path_;
  const Options options_;
  OwnershipLock lock_;
  SqliteConnection writer_;  // Of the thread of jobs_.
  bool full_ = false;        // Of the thread of jobs_: the disk had no space for the last group.
  Pool<SqliteConnection> readers_;
  std::atomic<bool> dead_ = false;

  std::atomic<std::int64_t> reads_ = 0;
  std::atomic<std::int64_t> writes_ = 0;
  std::atomic<std::int64_t> commits_ = 0;
  std::atomic<std::int64_t> group_largest_ = 0;
  std::atomic<std::int64_t> repeats_ = 0;

  Batcher<Job> jobs_;  // Last: its thread uses all the others.
};

SqliteConnection::Config ConfigOf(const std::string& path, const Options& options) {
  return {.path = path, .vfs = options.sqlite_vfs, .statement_timeout = options.statement_timeout};
}

SqliteDatabase::SqliteDatabase(const std::string& path, const Options& options)
    : path_(path),
      options_(options),
      lock_(path),
      writer_(ConfigOf(path, options), SqliteConnection::Mode::kWriter),
      readers_({.items_max = options.connections_max, .waiting_max = options.waiting_max, .wait_max = options.wait_max},
               [this] { return std::make_unique<SqliteConnection>(ConfigOf(path_, options_), SqliteConnection::Mode::kReader); }),
      jobs_(
          {.batch_max = static_cast<std::size_t>(options.group_max),
           .waiting_max = static_cast<std::size_t>(options.waiting_max),
           .wait_max = options.wait_max},
          // Each job has its own answer, and none may run again behind a commit: so nothing is thrown here.
          [this](std::span<Job* const> group) noexcept {
            RunGroup({group.begin(), group.end()});
            return Batch::kDone;
          },
          OwnThread{.after = [this] { Checkpoint(); }}) {}

SqliteDatabase::~SqliteDatabase() {
  jobs_.Close();
  readers_.DropIdle();
  // Not needed, but then there is one file to copy. After a failure the next start has to read the
  // log.
  if (!dead_) (void)writer_.CheckpointAll();
}

Stats SqliteDatabase::stats() const {
  return {.reads = reads_,
          .writes = writes_,
          .commits = commits_,
          .group_largest = group_largest_,
          .repeats = repeats_,
          .waiting = static_cast<std::int64_t>(jobs_.waiting()) + readers_.waiting()};
}

void SqliteDatabase::CheckAlive() const {
  if (dead_) throw Error(fmt::format("{} is closed after a failure of the disk", path_));
}

// Runs the function on one of the pool's connections.
void ReadOn(Pool<SqliteConnection>& readers, const std::string& path, const std::function<bool(Transaction&)>& body) {
  auto reader = readers.Take();
  if (reader->Try("BEGIN") != SQLITE_OK) throw Error(fmt::format("cannot read {}: {}", path, reader->last_message()));

  SqliteTransaction transaction(*reader);
  std::exception_ptr thrown;
  try {
    const RunningTransaction running;
    if (body(transaction)) thrown = transaction.lost();
  } catch (...) {
    thrown = std::current_exception();
  }
  const bool broken = ClassifySqlite(reader->TakeFailure()) == SqliteFailure::kDisk;
  if (broken || (reader->in_transaction() && reader->Try("ROLLBACK") != SQLITE_OK)) reader.Discard();
  if (thrown) std::rethrow_exception(thrown);
}

void SqliteDatabase::RunRead(const Body& body) {
  RunningTransaction::CheckNone();
  CheckAlive();
  ++reads_;
  ReadOn(readers_, path_, body);
}

void SqliteDatabase::RunWrite(const Body& body) {
  if (const std::exception_ptr thrown = RunWriteEach({&body, 1}).front()) std::rethrow_exception(thrown);
}

std::vector<std::exception_ptr> SqliteDatabase::RunWriteEach(std::span<const Body> bodies) {
  RunningTransaction::CheckNone();
  CheckAlive();
  std::vector<Job> jobs;
  jobs.reserve(bodies.size());
  for (const Body& body : bodies) jobs.push_back({.body = body});
  std::vector<Job*> waiting;
  for (Job& job : jobs) waiting.push_back(&job);
  const std::vector<HandedIn> ends = jobs_.RunAll(waiting);
  std::vector<std::exception_ptr> thrown;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (ends[i] == HandedIn::kFull) throw Overloaded(fmt::format("{} writes wait already", options_.waiting_max));
    const bool late = ends[i] == HandedIn::kLate;
    thrown.push_back(late ? std::make_exception_ptr(Overloaded("the writer was not free in time")) : jobs[i].thrown);
  }
  return thrown;
}

// On a full disk the log's space can be given back; the next writes may fit.
void SqliteDatabase::Checkpoint() {
  if (dead_) return;
  const int code = std::exchange(full_, false) ? writer_.CheckpointAll() : writer_.CheckpointIfDue();
  if (ClassifySqlite(code) == SqliteFailure::kDisk) Die("checkpoint", code);
}

// Runs the functions one after the other and commits all together. If a failure also undoes the others
// (SQLite rolls everything back when a statement is interrupted), they run again without the one that
// failed.
void SqliteDatabase::RunGroup(Group group) {
  while (!group.empty()) {
    if (dead_) return FailAll(group, SQLITE_IOERR, path_ + " is closed after a failure of the disk");
    if (const int code = writer_.Try("BEGIN IMMEDIATE"); code != SQLITE_OK) {
      if (ClassifySqlite(code) == SqliteFailure::kDisk) Die("begin", code);
      return FailAll(group, code, fmt::format("cannot write {}: {}", path_, writer_.last_message()));
    }
    auto culprit = group.cend();
    if (RunAll(group, culprit)) return Commit(group);
    RollBack();
    if (culprit == group.cend()) return;
    group.erase(culprit);
    repeats_ += static_cast<std::int64_t>(group.size());
  }
}

// False if the group cannot be committed: then all jobs have their answer, or `culprit` is the one that has.
bool SqliteDatabase::RunAll(const Group& group, Group::const_iterator& culprit) {
  for (auto job = group.cbegin(); job != group.cend(); ++job) {
    (void)writer_.TakeFailure();
    RunJob(**job);
    const int code = writer_.TakeFailure();
    switch (ClassifySqlite(code)) {
      case SqliteFailure::kFull: FailAll(group, code, fmt::format("no space left for {}", path_)); return false;
      case SqliteFailure::kDisk:
        Die("write", code);
        FailAll(group, code, fmt::format("{} cannot be written", path_));
        return false;
      case SqliteFailure::kStatement:
        if (writer_.in_transaction()) break;
        culprit = job;
        return false;
    }
  }
  return true;
}

void SqliteDatabase::RunJob(Job& job) {
  job.commit = false;
  job.thrown = nullptr;
  if (writer_.Try("SAVEPOINT job") != SQLITE_OK) {
    job.thrown = SqliteException(SQLITE_ERROR, writer_.last_message());
    return;
  }
  {
    SqliteTransaction transaction(writer_);
    const RunningTransaction running;
    try {
      job.commit = job.body(transaction);
      if (job.commit) job.thrown = transaction.lost();
    } catch (...) {
      job.thrown = std::current_exception();
    }
  }
  if (job.thrown) job.commit = false;
  if (!writer_.in_transaction()) return;
  if (!job.commit && writer_.Try("ROLLBACK TO job") != SQLITE_OK && !job.thrown) {
    job.thrown = SqliteException(SQLITE_ERROR, writer_.last_message());
  }
  if (writer_.Try("RELEASE job") != SQLITE_OK && !job.thrown) {
    job.thrown = SqliteException(SQLITE_ERROR, writer_.last_message());
  }
}

void SqliteDatabase::Commit(const Group& group) {
  const std::int64_t wrote = std::count_if(group.begin(), group.end(), [](const Job* job) { return job->commit; });
  if (wrote == 0) return RollBack();
  const int code = writer_.Try("COMMIT");
  if (code == SQLITE_OK) {
    writes_ += wrote;
    ++commits_;
    group_largest_ = std::max(group_largest_.load(), wrote);
    return;
  }
  const std::string detail = fmt::format("cannot commit to {}: {} ({})", path_, writer_.last_message(), code);
  if (ClassifySqlite(code) == SqliteFailure::kDisk) {
    Die("commit", code);
    for (Job* job : group) job->thrown = std::make_exception_ptr(UnknownOutcome(detail));
    return;
  }
  RollBack();
  // For example a deferred constraint that only COMMIT checks. Run alone, each gets its own answer.
  if ((code & 0xff) == SQLITE_CONSTRAINT && group.size() > 1) {
    repeats_ += static_cast<std::int64_t>(group.size());
    for (Job* job : group) RunGroup({job});
    return;
  }
  FailAll(group, code, detail);
}

void SqliteDatabase::RollBack() {
  if (!writer_.in_transaction()) return;
  const int code = writer_.Try("ROLLBACK");
  if (code != SQLITE_OK) Die("rollback", code);
}

void SqliteDatabase::FailAll(const Group& group, int code, const std::string& detail) {
  if (ClassifySqlite(code) == SqliteFailure::kFull) full_ = true;
  for (Job* job : group) job->thrown = SqliteException(code, detail);
}

// After a failed sync nobody knows what is on disk, and asking again may lie
// (https://wiki.postgresql.org/wiki/Fsync_Errors): only opening the file again, in a new process, finds out.
void SqliteDatabase::Die(const std::string& what, int code) {
  if (dead_.exchange(true)) return;
  writer_.LeaveLogAlone();
  const std::string line = fmt::format("fatal: {} of {} failed ({}: {}); it recovers when it is opened again", what, path_, code,
                                       writer_.last_message());
  options_.on_fatal ? options_.on_fatal(line) : PrintAndEnd(line);
}

// Read-only connections beside the file's owner, which may be another process. They never checkpoint, so the bug described in the
// header cannot come from here.
class SqliteReader final : public Database {
 public:
  SqliteReader(const std::string& path, const Options& options)
      : path_(path),
        readers_({.items_max = options.connections_max, .waiting_max = options.waiting_max, .wait_max = options.wait_max},
                 [config = ConfigOf(path, options)] {
                   return std::make_unique<SqliteConnection>(config, SqliteConnection::Mode::kReader);
                 }) {
    (void)readers_.Take();
  }

  Dialect dialect() const override { return Dialect::kSqlite; }
  Stats stats() const override { return {.reads = reads_, .waiting = readers_.waiting()}; }

 protected:
  using Body = std::function<bool(Transaction&)>;
  void RunRead(const Body& body) override {
    RunningTransaction::CheckNone();
    ++reads_;
    ReadOn(readers_, path_, body);
  }
  void RunWrite(const Body&) override { throw Error(fmt::format("{} was opened to be read only", path_)); }

 private:
  const std::string path_;
  Pool<SqliteConnection> readers_;
  std::atomic<std::int64_t> reads_ = 0;
};

}  // namespace

namespace {

// That is enough for some hundred megabytes; a start must not wait for more.
constexpr std::chrono::milliseconds kCheckMax{1000};

// Finds damage by a failing disk or a bad copy, before anybody sells from the file.
void CheckFile(const std::string& path, const Options& options) {
  SqliteConnection::Config config = ConfigOf(path, options);
  config.statement_timeout = std::min(config.statement_timeout, kCheckMax);
  SqliteConnection connection(config, SqliteConnection::Mode::kReader);
  std::string found;
  try {
    const Answer answer = connection.Run("PRAGMA quick_check(1)", {});
    found = answer.rows.empty() ? "no answer" : answer.rows[0].Text(0);
  } catch (const Timeout&) {
    return;  // It is large. Damage further on is found when it is read.
  } catch (const Damaged& damage) {
    found = damage.what();
  }
  std::replace(found.begin(), found.end(), '\n', ' ');  // One line for whoever reads it.
  if (found != "ok") throw Damaged(fmt::format("{} is damaged: {}; put back a copy of it", path, found));
}

}  // namespace

std::unique_ptr<Database> OpenSqlite(const std::string& path, const Options& options) {
  if (options.read_only) return std::make_unique<SqliteReader>(path, options);
  auto database = std::make_unique<SqliteDatabase>(path, options);
  CheckFile(path, options);
  return database;
}

}  // namespace octavo::db
