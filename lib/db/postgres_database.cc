#include "lib/db/postgres_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "lib/base/batcher.h"
#include "lib/base/pause.h"
#include "lib/db/nesting.h"
#include "lib/db/pool.h"
#include "lib/db/postgres_connection.h"

namespace octavo::db {
namespace {

using Access = PostgresConnection::Access;
using Setback = PostgresConnection::Setback;
using CommitOutcome = PostgresConnection::CommitOutcome;

class PostgresTransaction final : public Transaction {
 public:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(connection) {}

  Dialect dialect() const override { return Dialect::kPostgres; }
  using Transaction::lost;

 protected:
  Answer RunStatement(std::string_view sql, std::span<const Value> parameters) override {
    return connection_.Run(sql, parameters);
  }
  void RunScript(std::string_view sql) override { connection_.Script(std::string(sql)); }

 private:
  PostgresConnection& connection_;
};

std::string MessageOf(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return exception.what();
  }
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const Options& options, Random& random)
      : options_(options),
        random_(random),
        pool_({.items_max = options.connections_max, .waiting_max = options.waiting_max, .wait_max = options.wait_max},
              [this] { return std::make_unique<PostgresConnection>(options_.url, options_.statement_timeout); }),
        together_({.batch_max = static_cast<std::size_t>(options.group_max),
                   .waiting_max = static_cast<std::size_t>(options.waiting_max),
                   .wait_max = options.wait_max},
                  [this](std::span<const Body* const> group) { return WriteAll(group); }) {
    (void)pool_.Take();
  }

  Dialect dialect() const override { return Dialect::kPostgres; }
  Stats stats() const override {
    return {.reads = reads_,
            .writes = writes_,
            .commits = commits_,
            .group_largest = group_largest_,
            .repeats = repeats_,
            .waiting = pool_.waiting()};
  }

 protected:
  void RunRead(const Body& body) override {
    Repeat(Access::kRead, body);
    ++reads_;
  }
  void RunWrite(const Body& body) override {
    if (options_.read_only) throw Error("the database was opened to be read only");
    Repeat(Access::kWrite, body);
  }
  void RunTogether(const Body& body) override {
    switch (together_.Run(body)) {
      case HandedIn::kDone: break;
      case HandedIn::kLate: throw Overloaded("the write has waited too long for its turn");
      default: throw Overloaded(fmt::format("{} writes wait already", options_.waiting_max));
    }
  }
  std::vector<std::exception_ptr> RunWriteEach(std::span<const Body> bodies) override {
    std::vector<const Body*> each;
    for (const Body& body : bodies) each.push_back(&body);
    return RunIsolated(std::span<const Body* const>(each), [this](std::span<const Body* const> all) { return WriteAll(all); });
  }

 private:
  Batch WriteAll(std::span<const Body* const> bodies);

  using Connection = Pool<PostgresConnection>::Lease;

  void Repeat(Access access, const Body& body);
  Setback Attempt(Access access, const Body& body, std::string& detail);
  Setback Run(PostgresConnection& connection, Access access, const Body& body);
  Setback Commit(PostgresConnection& connection, Access access);
  void Pause(int attempt);

  const Options options_;
  Random& random_;
  Pool<PostgresConnection> pool_;
  Batcher<const Body> together_;

  std::atomic<std::int64_t> reads_ = 0;
  std::atomic<std::int64_t> writes_ = 0;
  std::atomic<std::int64_t> commits_ = 0;
  std::atomic<std::int64_t> group_largest_ = 0;  // A statistic: where two change it at once, one may be lost.
  std::atomic<std::int64_t> repeats_ = 0;
};

// All in one transaction, as long as nothing is amiss with any of them: without savepoints, what fails one undoes the others.
Batch PostgresDatabase::WriteAll(std::span<const Body* const> bodies) {
  bool all = false;
  RunWrite([&](Transaction& transaction) {
    all = std::all_of(bodies.begin(), bodies.end(), [&](const Body* body) { return (*body)(transaction); });
    return all;
  });
  if (!all) return Batch::kRefused;
  writes_ += static_cast<std::int64_t>(bodies.size()) - 1;
  group_largest_ = std::max<std::int64_t>(group_largest_, static_cast<std::int64_t>(bodies.size()));
  return Batch::kDone;
}

void PostgresDatabase::Repeat(Access access, const Body& body) {
  RunningTransaction::CheckNone();
  std::string detail;
  for (int attempt = 1;; ++attempt) {
    const Setback setback = Attempt(access, body, detail);
    if (setback == Setback::kNone) return;
    if (attempt >= options_.attempts_max) {
      detail = fmt::format("after {} attempts: {}", attempt, detail);
      if (setback == Setback::kConflict) throw Contention(detail);
      throw Unavailable(detail);
    }
    ++repeats_;
    if (setback == Setback::kConflict) Pause(attempt);
  }
}

// kNone when the function has run to its end, or kConflict or kLost when it may run again; throws whatever is
// final.
Setback PostgresDatabase::Attempt(Access access, const Body& body, std::string& detail) {
  Connection connection = pool_.Take();
  Setback setback = Setback::kOther;
  std::exception_ptr thrown;
  try {
    setback = Run(*connection, access, body);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (setback == Setback::kConflict || setback == Setback::kLost) {
    detail = MessageOf(connection->thrown());
  }
  connection->RollBack();
  if (!connection->usable()) connection.Discard();
  if (setback == Setback::kLost) pool_.DropIdle();  // What broke this one has most likely broken the others.
  if (thrown) std::rethrow_exception(thrown);
  return setback;
}

Setback PostgresDatabase::Run(PostgresConnection& connection, Access access, const Body& body) {
  PostgresTransaction transaction(connection);
  std::exception_ptr thrown;
  bool commit = false;
  try {
    connection.Begin(access);
    const RunningTransaction running;
    commit = body(transaction);
    if (commit) thrown = transaction.lost();
  } catch (...) {
    thrown = std::current_exception();
  }
  // Whatever the function made of it: had it run at another moment, it would not have seen this.
  if (connection.setback() == Setback::kConflict || connection.setback() == Setback::kLost) {
    return connection.setback();
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!commit && access == Access::kWrite) return Setback::kNone;
  return Commit(connection, access);
}

Setback PostgresDatabase::Commit(PostgresConnection& connection, Access access) {
  const CommitOutcome outcome = connection.Commit();
  if (outcome == CommitOutcome::kDone) {
    if (access == Access::kWrite) {
      ++writes_;
      ++commits_;
      group_largest_ = std::max<std::int64_t>(group_largest_, 1);
    }
    return Setback::kNone;
  }
  if (outcome == CommitOutcome::kConflict) return Setback::kConflict;
  // Nothing hangs on whether a Read was committed, so it may run again.
  if (access == Access::kRead && connection.setback() == Setback::kLost) return Setback::kLost;
  if (outcome == CommitOutcome::kUnknown) throw UnknownOutcome("while committing: " + MessageOf(connection.thrown()));
  std::rethrow_exception(connection.thrown());
}

// Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): uniform in a range
// that doubles from 2 ms to at most 256 ms. The connection has been given back.
void PostgresDatabase::Pause(int attempt) {
  const std::uint64_t range_us = std::uint64_t{2000} << std::min(attempt - 1, 7);
  octavo::Pause(std::chrono::microseconds(random_.Below(range_us)));
}

}  // namespace

std::unique_ptr<Database> OpenPostgres(const Options& options, Random& random) {
  return std::make_unique<PostgresDatabase>(options, random);
}

}  // namespace octavo::db
