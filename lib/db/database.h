// Database: SQLite or PostgreSQL behind one small interface. A transaction is a function.
//
//     Result<Stock> SqlStore::Take(BookId book, int quantity) {
//       return database_.Write([&](db::Transaction& transaction) -> Result<Stock> {
//         const std::optional<db::Row> row = transaction.QueryOne(kTake, book.value(), quantity);
//         if (!row) return Error{Code::kFailedPrecondition, "OUT_OF_STOCK", ...};   // Rolls back.
//         return Stock{row->Int(0)};                                               // Commits.
//       });
//     }
//
// Every transaction is serializable: as if they had run one after the other. How to write a store: README.md
// here.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "lib/base/money.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/db/errors.h"
#include "lib/db/value.h"

namespace octavo::db {

enum class Dialect { kSqlite, kPostgres };

// One row of an answer; columns count from 0. Asking for a missing column, for NULL without Optional, or for another type means
// damage or a wrong statement: it throws db::Damaged, so that it ends one request and not the shop.
// one request and not the shop.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  std::size_t size() const { return values_.size(); }
  bool IsNull(std::size_t column) const;

  std::int64_t Int(std::size_t column) const;
  bool Bool(std::size_t column) const { return Int(column) != 0; }
  double Real(std::size_t column) const;  // Takes an integer too.
  const std::string& Text(std::size_t column) const;
  const std::string& Blob(std::size_t column) const;
  Timestamp Time(std::size_t column) const { return FromMicros(Int(column)); }
  Money MoneyAt(std::size_t minor_column, std::size_t currency_column) const;
  // One of the enumerators from `first` to `last`; any other number is damage (db::Damaged).
  template <typename Enum>
  Enum OneOf(std::size_t column, Enum first, Enum last) const {
    return static_cast<Enum>(Within(column, static_cast<std::int64_t>(first), static_cast<std::int64_t>(last)));
  }

  std::optional<std::int64_t> OptionalInt(std::size_t column) const;
  std::optional<double> OptionalReal(std::size_t column) const;
  std::optional<std::string> OptionalText(std::size_t column) const;
  std::optional<std::string> OptionalBlob(std::size_t column) const;
  std::optional<Timestamp> OptionalTime(std::size_t column) const;

  const Value& operator[](std::size_t column) const;
  bool operator==(const Row&) const = default;

 private:
  std::int64_t Within(std::size_t column, std::int64_t first, std::int64_t last) const;

  std::vector<Value> values_;
};

// The result of a statement, for Transaction and its drivers.
struct Answer {
  std::vector<Row> rows;
  std::int64_t changed = 0;  // Rows inserted, updated or deleted.
};

// Statements within one transaction. It lives only while the function that got it runs; one thread at a time.
// Parameters are written $1, $2, … and may be used in any order and more than once. Each text is prepared once
// per connection, so texts are constants, or come in a few sizes (sql_text.h). A text parameter must be UTF-8
// without NUL characters, a double must not be NaN: databases store these differently, so others throw
// db::Error.
//
// A statement that fails throws (errors.h), and the transaction is lost: later statements throw too. If the
// function returns normally all the same, Write throws what the statement threw.
class Transaction {
 public:
  virtual ~Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // All rows, in memory: use a LIMIT where there may be many.
  std::vector<Row> Query(std::string_view sql, std::span<const Value> parameters);
  // The only row, or none; more than one throws db::Error.
  std::optional<Row> QueryOne(std::string_view sql, std::span<const Value> parameters);
  // The only row of a statement that always has one: a sum, a RETURNING, a counter that a migration made. If it has none, the
  // stored data is damaged: throws db::Damaged.
  Row QueryTheOne(std::string_view sql, std::span<const Value> parameters);
  // How many rows were inserted, updated or deleted.
  std::int64_t Execute(std::string_view sql, std::span<const Value> parameters);

  template <std::convertible_to<Value>... P>
  std::vector<Row> Query(std::string_view sql, P&&... parameters) {
    const std::array<Value, sizeof...(P)> values{Value(std::forward<P>(parameters))...};
    return Query(sql, std::span<const Value>(values));
  }
  template <std::convertible_to<Value>... P>
  std::optional<Row> QueryOne(std::string_view sql, P&&... parameters) {
    const std::array<Value, sizeof...(P)> values{Value(std::forward<P>(parameters))...};
    return QueryOne(sql, std::span<const Value>(values));
  }
  template <std::convertible_to<Value>... P>
  Row QueryTheOne(std::string_view sql, P&&... parameters) {
    const std::array<Value, sizeof...(P)> values{Value(std::forward<P>(parameters))...};
    return QueryTheOne(sql, std::span<const Value>(values));
  }
  template <std::convertible_to<Value>... P>
  std::int64_t Execute(std::string_view sql, P&&... parameters) {
    const std::array<Value, sizeof...(P)> values{Value(std::forward<P>(parameters))...};
    return Execute(sql, std::span<const Value>(values));
  }

  // Several statements, separated by semicolons, without parameters, answers or time limit: for migrations.
  void Script(std::string_view sql);

  virtual Dialect dialect() const = 0;

 protected:
  Transaction() = default;

  // For the drivers.
  virtual Answer RunStatement(std::string_view sql, std::span<const Value> parameters) = 0;
  virtual void RunScript(std::string_view sql) = 0;
  // The exception of the first statement that failed; null if none did.
  const std::exception_ptr& lost() const { return lost_; }

 private:
  template <typename Fn>
  Answer Guard(const Fn& run);
  Answer Run(std::string_view sql, std::span<const Value> parameters);

  std::exception_ptr lost_;
};

// Counted since Open, except `waiting`, which is the present number.
struct Stats {
  std::int64_t reads = 0;          // Read functions that ended.
  std::int64_t writes = 0;         // Write functions that were committed.
  std::int64_t commits = 0;        // Commits for these writes; fewer if writes shared a commit.
  std::int64_t group_largest = 0;  // Writes in the largest commit.
  std::int64_t repeats = 0;        // Functions run again, because something else undid them.
  std::int64_t waiting = 0;        // Calls that wait for the writer (SQLite's Writes) or for a connection.
};

// Thread-safe. Outlives all calls to it: destroying it with a call under way is a bug.
class Database {
 public:
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs `fn(Transaction&)` and gives back what it returns: a value, a Result, or nothing.
  //
  // Read sees one consistent state, including all that was committed before the call, and cannot write. Write
  // commits before it returns, durably; but if fn returns a failed Result or throws, everything fn wrote is
  // rolled back and the Result or exception reaches the caller.
  //
  // `fn` may run several times, when another transaction got in the way: it starts from nothing each time,
  // changes nothing outside but what it returns, calls no other service and waits for nobody. It may run on
  // another thread while the caller waits. Within it, neither Read nor Write may be called (CHECK).
  template <std::invocable<Transaction&> Fn>
  auto Read(Fn&& fn) {
    return Run(fn, [this](const Body& body) { RunRead(body); });
  }
  template <std::invocable<Transaction&> Fn>
  auto Write(Fn&& fn) {
    return Run(fn, [this](const Body& body) { RunWrite(body); });
  }

  // As Write, for writes that all change one row (a counter). On PostgreSQL they would make each other start over; here those of
  // this process that wait at the same time share a transaction, and the transactions run one after the other. On SQLite every
  // Write works like this.
  template <std::invocable<Transaction&> Fn>
  auto WriteTogether(Fn&& fn) {
    return Run(fn, [this](const Body& body) { RunTogether(body); });
  }
  // Runs `fn(Transaction&, i)` for each i below `count` as a Write of its own, which is committed or rolled back by itself; they
  // share commits where they can. Gives the results in order. If some threw, throws the first exception after all have ended: the
  // others may have been committed.
  template <std::invocable<Transaction&, std::size_t> Fn>
  auto WriteEach(std::size_t count, const Fn& fn) {
    using R = std::invoke_result_t<const Fn&, Transaction&, std::size_t>;
    std::vector<std::optional<R>> results(count);
    std::vector<Body> bodies;
    bodies.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      bodies.push_back([&fn, &results, i](Transaction& transaction) {
        results[i].emplace(fn(transaction, i));
        return Succeeded(*results[i]);
      });
    }
    for (const std::exception_ptr& thrown : RunWriteEach(bodies)) {
      if (thrown) std::rethrow_exception(thrown);
    }
    std::vector<R> all;
    all.reserve(count);
    for (std::optional<R>& result : results) all.push_back(*std::move(result));
    return all;
  }

  virtual Dialect dialect() const = 0;
  virtual Stats stats() const = 0;

 protected:
  Database() = default;

  // Says whether to commit.
  using Body = std::function<bool(Transaction&)>;
  virtual void RunRead(const Body& body) = 0;
  virtual void RunWrite(const Body& body) = 0;
  virtual void RunTogether(const Body& body) { RunWrite(body); }
  // The exception of each.
  virtual std::vector<std::exception_ptr> RunWriteEach(std::span<const Body> bodies);

 private:
  template <typename T>
  static bool Succeeded(const T&) {
    return true;
  }
  template <typename T>
  static bool Succeeded(const Result<T>& result) {
    return result.ok();
  }

  template <typename Fn, typename Runner>
  static auto Run(Fn& fn, const Runner& run) {
    using R = std::invoke_result_t<Fn&, Transaction&>;
    if constexpr (std::is_void_v<R>) {
      run([&fn](Transaction& transaction) {
        fn(transaction);
        return true;
      });
    } else {
      static_assert(!std::is_reference_v<R>, "a transaction returns values: what it refers to may be gone");
      std::optional<R> result;
      run([&fn, &result](Transaction& transaction) {
        result.emplace(fn(transaction));
        return Succeeded(*result);
      });
      return R(*std::move(result));
    }
  }
};

struct Options {
  // "sqlite:PATH" or a plain path: a file, made when it is not there; its folder must be. One process at a
  // time. "postgresql://user@host:5432/name?sslmode=verify-full": all that libpq understands. Wants collation
  // C or C.UTF-8.
  std::string url;

  // Read-only, beside the program that owns the database: Write throws, and a missing SQLite file is not made. An owner need not
  // run; if one does, the next Read sees its commits.
  bool read_only = false;

  int connections_max = 8;                            // SQLite: readers, beside the one writer. PostgreSQL: connections in all.
  int waiting_max = 1024;                             // Calls that wait for a connection or the writer; more are Overloaded.
  std::chrono::milliseconds wait_max{5000};           // How long each waits at most.
  std::chrono::milliseconds statement_timeout{5000};  // For one statement, and for reaching the server.
  int attempts_max = 10;  // How often a function is run in all, where others win or connections break.

  // How many Writes one commit may hold. Those that arrive while a commit runs share the next one.
  int group_max = 64;
  std::string sqlite_vfs;  // A registered SQLite VFS, for tests that break the disk; empty: the usual one.
  // SQLite: called, on the writer's thread, with one line when a commit or sync failed: what is on disk is
  // unknown until the file is opened again. Empty: prints the line to stderr and ends the process at once,
  // with status 1. If it returns, every later call throws.
  std::function<void(const std::string& line)> on_fatal;
};

// Opens the database, or throws db::Error with one line. Checks that the database does what Octavo relies on (SQLite: WAL,
// synchronous=FULL, foreign keys, no other process has it open). `random` spreads repeats out in time and must outlive the
// database. Migrate makes the tables (migrations.h).
std::unique_ptr<Database> Open(const Options& options, Random& random);

}  // namespace octavo::db
