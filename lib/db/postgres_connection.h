// PostgresConnection: one connection to a PostgreSQL server, through libpq. For one thread at a time. Every
// wait for the server has an end, even when the server is stopped and its kernel still acknowledges.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/db/database.h"
#include "lib/db/statement_cache.h"

namespace octavo::db {

class PostgresConnection {
 public:
  enum class Access { kRead, kWrite };
  // What the first failure since Begin means for the transaction.
  enum class Setback {
    kNone,
    kConflict,  // Another transaction won, or there was a deadlock: run it again.
    kLost,      // The connection is gone, and with it the transaction, unless it was committing.
    kOther,
  };
  enum class CommitOutcome { kDone, kConflict, kRefused, kUnknown };

  // Throws Unavailable when the server cannot be reached, Error when it is not fit.
  PostgresConnection(const std::string& url, std::chrono::milliseconds statement_timeout);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Throws as the statements below do.
  void Begin(Access access);
  // kRefused: rolled back, for the reason that thrown() has.
  CommitOutcome Commit();
  // Never throws; a connection that cannot even do that is not usable().
  void RollBack();

  // Runs one prepared statement. Throws the exceptions of errors.h.
  Answer Run(std::string_view sql, std::span<const Value> parameters);
  // Runs several statements without a time limit.
  void Script(const std::string& sql);

  Setback setback() const { return setback_; }
  const std::exception_ptr& thrown() const { return thrown_; }
  // Whether another transaction may begin.
  bool usable() const;

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using ResultHandle = std::unique_ptr<PGresult, Clear>;
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  void Configure();
  ResultHandle Simple(const std::string& sql, Deadline deadline);
  void CheckSent(int sent);
  ResultHandle Await(Deadline deadline, std::string_view sql);
  void WaitForSocket(short events, Deadline deadline);
  std::string PreparedName(std::string_view sql, std::span<const Value> parameters);
  [[noreturn]] void Fail(const PGresult* result, std::string_view sql);
  [[noreturn]] void FailLost();
  [[noreturn]] void Throw(Setback setback, std::exception_ptr thrown);
  Deadline StatementDeadline() const;

  const std::chrono::milliseconds statement_timeout_;
  std::unique_ptr<PGconn, Finish> connection_;
  StatementCache<std::string> statements_{256};  // Names of prepared statements, by parameter types and text.
  std::int64_t statements_made_ = 0;
  bool stale_ = false;  // A prepared statement no longer fits the schema.
  bool hung_ = false;   // The server did not answer in time: whatever comes may belong to an earlier question.
  Setback setback_ = Setback::kNone;
  std::exception_ptr thrown_;
};

}  // namespace octavo::db
