#include "lib/db/sqlite_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/clock.h"
#include "lib/db/sql_text.h"

namespace octavo::db {
namespace {

// Steps of SQLite's virtual machine between looks at the clock: some 100 microseconds.
constexpr int kProgressSteps = 4000;

// 1,000 pages of 4 KB is SQLite's own default. If the log is ten times as long, readers have kept it from starting over all the
// time, and it is worth waiting a moment for them.
constexpr int kCheckpointPages = 1000;
constexpr int kRestartPages = 10 * kCheckpointPages;
constexpr int kReaderWaitMs = 100;

// Only another program (a backup, the sqlite3 shell) can ever make us wait.
constexpr int kBusyWaitMs = 5000;

std::chrono::steady_clock::time_point Now() { return SystemClock().MonotonicNow(); }

Value ColumnValue(sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return Value(static_cast<std::int64_t>(sqlite3_column_int64(statement, column)));
    case SQLITE_FLOAT: return Value(sqlite3_column_double(statement, column));
    case SQLITE_TEXT: return Value(bytes(sqlite3_column_text(statement, column)));
    case SQLITE_BLOB: return Value(Blob{bytes(sqlite3_column_blob(statement, column))});
    default: return Value();
  }
}

int BindValue(sqlite3_stmt* statement, int index, const Value& value) {
  // SQLITE_STATIC: the values outlive the statement's run, and the bindings are cleared after it.
  if (const std::int64_t* number = value.AsInt()) return sqlite3_bind_int64(statement, index, *number);
  if (const double* number = value.AsReal()) return sqlite3_bind_double(statement, index, *number);
  if (const std::string* text = value.AsText()) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const Blob* blob = value.AsBlob()) {
    return sqlite3_bind_blob64(statement, index, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n;") == std::string_view::npos; }

// "UNIQUE constraint failed: " and the like, which SQLite puts before the name.
std::string_view AfterColon(std::string_view message) {
  const std::size_t colon = message.find(": ");
  return colon == std::string_view::npos ? std::string_view() : message.substr(colon + 2);
}

}  // namespace

SqliteFailure ClassifySqlite(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return SqliteFailure::kFull;
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN: return SqliteFailure::kDisk;
    default: return SqliteFailure::kStatement;
  }
}

std::exception_ptr SqliteException(int code, const std::string& detail) {
  switch (code & 0xff) {
    case SQLITE_FULL: return std::make_exception_ptr(StorageFull(detail));
    case SQLITE_INTERRUPT: return std::make_exception_ptr(Timeout(detail));
    case SQLITE_BUSY: return std::make_exception_ptr(Overloaded(detail));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return std::make_exception_ptr(Damaged(detail));
    default: return std::make_exception_ptr(Error(detail));
  }
}

SqliteConnection::SqliteConnection(const Config& config, Mode mode) : config_(config) {
  const int flags = mode == Mode::kWriter ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(config_.path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   config_.vfs.empty() ? nullptr : config_.vfs.c_str());
  db_.reset(db);
  if (code != SQLITE_OK) {
    throw Error(fmt::format("cannot open {}: {}", config_.path, db == nullptr ? "no memory" : last_message()));
  }
  try {
    Configure(mode);
  } catch (const Damaged& damage) {
    throw Damaged(fmt::format("{} is damaged: {}; put back a copy of it", config_.path, damage.what()));
  } catch (const Failure& failure) {
    throw Error(fmt::format("cannot open {}: {}", config_.path, failure.what()));
  }
}

void SqliteConnection::Configure(Mode mode) {
  sqlite3_busy_timeout(db_.get(), kBusyWaitMs);
  // "text" is a name, never a string: as in PostgreSQL, and a misspelt column is an error.
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  const auto progress = [](void* self) {
    const auto* connection = static_cast<SqliteConnection*>(self);
    return connection->interrupted_ || Now() > connection->deadline_ ? 1 : 0;
  };
  sqlite3_progress_handler(db_.get(), kProgressSteps, progress, this);

  if (mode == Mode::kWriter) {
    // SQLite also opens a file that it cannot write, and refuses only the first change.
    if (sqlite3_db_readonly(db_.get(), "main") == 1) throw Error("this program may only read it; make it writable");
    Require("journal_mode = WAL", "wal");
    Script("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864");
    Require("synchronous", "2");
    Require("foreign_keys", "1");
    const auto remember_log = [](void* self, sqlite3*, const char*, int pages) {
      static_cast<SqliteConnection*>(self)->log_pages_ = pages;
      return SQLITE_OK;
    };
    sqlite3_wal_hook(db_.get(), remember_log, this);  // In place of SQLite's own checkpoints.
  } else {
    Require("journal_mode", "wal");
    sqlite3_wal_autocheckpoint(db_.get(), 0);
    Script("PRAGMA query_only = ON");
  }
  Script("PRAGMA case_sensitive_like = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000");
}

void SqliteConnection::Require(const std::string& pragma, std::string_view expected) {
  const Answer answer = Run("PRAGMA " + pragma, {});
  std::string found = "nothing";
  if (!answer.rows.empty()) {
    const Value& value = answer.rows[0][0];
    found = value.AsText() != nullptr ? *value.AsText() : ToString(value);
  }
  if (found != expected) throw Error(fmt::format("PRAGMA {} gives {}, not {}", pragma, found, expected));
}

Answer SqliteConnection::Run(std::string_view sql, std::span<const Value> parameters) {
  deadline_ = Now() + config_.statement_timeout;
  const Statement& statement = Prepared(sql);
  if (static_cast<std::size_t>(statement.number_max) != parameters.size()) {
    throw Error(fmt::format("{} parameters for ${} in: {}", parameters.size(), statement.number_max, ForMessage(sql)));
  }

  sqlite3_stmt* const handle = statement.handle.get();
  Answer answer;
  const std::int64_t total_before = sqlite3_total_changes64(db_.get());
  Bind(statement, parameters);
  const int code = StepAll(handle, answer.rows);
  if (code != SQLITE_DONE) {
    // The message is lost with the reset, so the exception is made first.
    std::exception_ptr thrown;
    try {
      Throw(code, sql);
    } catch (...) {
      thrown = std::current_exception();
    }
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    std::rethrow_exception(thrown);
  }
  // The last count stays when a statement changes nothing, hence the total.
  if (sqlite3_total_changes64(db_.get()) != total_before) answer.changed = sqlite3_changes64(db_.get());
  sqlite3_reset(handle);
  sqlite3_clear_bindings(handle);
  return answer;
}

const SqliteConnection::Statement& SqliteConnection::Prepared(std::string_view sql) {
  if (const Statement* known = statements_.Find(sql)) return *known;
  Statement statement = Prepare(sql);
  statements_.MakeRoom();
  return statements_.Insert(sql, std::move(statement));
}

SqliteConnection::Statement SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  Statement statement{std::unique_ptr<sqlite3_stmt, Finalize>(handle), {}};
  if (code != SQLITE_OK) Throw(code, sql);
  if (handle == nullptr || !IsBlank(sql.substr(static_cast<std::size_t>(rest - sql.data())))) {
    throw Error(fmt::format("not one statement: {}", ForMessage(sql)));
  }
  // By name, because SQLite counts parameters in the order they appear in: a $2 used first is its number 1.
  for (int i = 1; i <= sqlite3_bind_parameter_count(handle); ++i) {
    const char* name = sqlite3_bind_parameter_name(handle, i);
    const std::string_view digits = name == nullptr ? "" : std::string_view(name).substr(1);
    int number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number < 1 || parsed.ptr != digits.data() + digits.size() || name[0] != '$') {
      throw Error(fmt::format("parameters are $1, $2 and so on, in: {}", ForMessage(sql)));
    }
    statement.numbers.push_back(number);
    statement.number_max = std::max(statement.number_max, number);
  }
  return statement;
}

void SqliteConnection::Bind(const Statement& statement, std::span<const Value> parameters) {
  for (std::size_t i = 0; i < statement.numbers.size(); ++i) {
    const Value& value = parameters[static_cast<std::size_t>(statement.numbers[i]) - 1];
    const int code = BindValue(statement.handle.get(), static_cast<int>(i) + 1, value);
    if (code != SQLITE_OK) Throw(code, "binding a parameter");
  }
}

int SqliteConnection::StepAll(sqlite3_stmt* statement, std::vector<Row>& rows) {
  int code = sqlite3_step(statement);
  const int columns = sqlite3_column_count(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) values.push_back(ColumnValue(statement, column));
    rows.emplace_back(std::move(values));
  }
  return code;
}

void SqliteConnection::Script(const std::string& sql) {
  deadline_ = std::chrono::steady_clock::time_point::max();
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) Throw(code, sql);
}

int SqliteConnection::Try(std::string_view sql) {
  deadline_ = std::chrono::steady_clock::time_point::max();
  const Statement& statement = Prepared(sql);
  const int code = sqlite3_step(statement.handle.get());
  sqlite3_reset(statement.handle.get());
  return code == SQLITE_DONE ? SQLITE_OK : Remember(code);
}

int SqliteConnection::TakeFailure() { return std::exchange(failure_, SQLITE_OK); }

int SqliteConnection::Remember(int code) {
  if (failure_ == SQLITE_OK) failure_ = code;
  return code;
}

int SqliteConnection::CheckpointIfDue() {
  if (log_pages_ < kCheckpointPages) return SQLITE_OK;
  return Checkpoint(log_pages_ < kRestartPages ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART);
}

int SqliteConnection::CheckpointAll() { return Checkpoint(SQLITE_CHECKPOINT_TRUNCATE); }

int SqliteConnection::Checkpoint(int mode) {
  deadline_ = std::chrono::steady_clock::time_point::max();
  sqlite3_busy_timeout(db_.get(), kReaderWaitMs);
  const int code = sqlite3_wal_checkpoint_v2(db_.get(), nullptr, mode, nullptr, nullptr);
  sqlite3_busy_timeout(db_.get(), kBusyWaitMs);
  return code;
}

void SqliteConnection::Throw(int code, std::string_view sql) {
  Remember(code);
  const std::string message = last_message();
  const std::string detail = fmt::format("SQLite: {} ({}), in: {}", message, code, ForMessage(sql));
  if ((code & 0xff) == SQLITE_CONSTRAINT) ThrowConstraint(code, detail);
  std::rethrow_exception(SqliteException(code, detail));
}

void SqliteConnection::ThrowConstraint(int code, const std::string& detail) {
  using Kind = ConstraintViolation::Kind;
  const std::string message = last_message();
  const std::string_view subject = AfterColon(message);
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: throw ConstraintViolation(Kind::kUnique, UniqueConstraintName(subject), detail);
    case SQLITE_CONSTRAINT_CHECK: throw ConstraintViolation(Kind::kCheck, std::string(subject), detail);
    case SQLITE_CONSTRAINT_FOREIGNKEY: throw ConstraintViolation(Kind::kForeignKey, "", detail);
    case SQLITE_CONSTRAINT_NOTNULL: throw ConstraintViolation(Kind::kNotNull, "", detail);
    default: throw Error(detail);  // A value of another type than the column's, among others.
  }
}

// SQLite tells the columns, "books.language, books.isbn", but a program wants the name of the index.
std::string SqliteConnection::UniqueConstraintName(std::string_view columns) {
  constexpr std::string_view kFind =
      "SELECT name, origin FROM pragma_index_list($1) AS i WHERE \"unique\" = 1 AND "
      "(SELECT group_concat($1 || '.' || c.name, ', ') FROM pragma_index_info(i.name) AS c) = $2";
  constexpr std::string_view kIndex = "index '";
  if (columns.starts_with(kIndex)) return std::string(columns.substr(kIndex.size(), columns.size() - kIndex.size() - 1));
  const std::string table(columns.substr(0, columns.find('.')));
  const std::array<Value, 2> parameters{Value(table), Value(columns)};
  for (const Row& row : Run(kFind, parameters).rows) {
    if (row.Text(1) == "c") return row.Text(0);  // CREATE UNIQUE INDEX
    if (row.Text(1) == "pk") break;
    // An unnamed UNIQUE in CREATE TABLE, in PostgreSQL's manner: books_language_isbn_key.
    std::string name = table;
    for (std::string_view rest = columns; !rest.empty();) {
      const std::size_t end = std::min(rest.find(", "), rest.size());
      name += "_" + std::string(rest.substr(table.size() + 1, end - table.size() - 1));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return name + "_key";
  }
  return table + "_pkey";
}

}  // namespace octavo::db
