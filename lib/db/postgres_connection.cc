#include "lib/db/postgres_connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "lib/base/clock.h"
#include "lib/db/postgres_values.h"
#include "lib/db/sql_text.h"

namespace octavo::db {
namespace {

using Clock = std::chrono::steady_clock;

// The server itself ends a statement that takes too long; if there is no answer this much later, the server does not
// answer.
constexpr std::chrono::milliseconds kAnswerGrace{1000};

Clock::time_point Now() { return SystemClock().MonotonicNow(); }

std::string Field(const PGresult* result, int field) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

bool IsGood(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

// libpq ends its messages with a newline, and may put several lines into one.
std::string OneLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
PostgresConnection::Setback SetbackOf(std::string_view state) {
  using Setback = PostgresConnection::Setback;
  if (state == "40001" || state == "40P01") return Setback::kConflict;
  // Completion unknown; an administrator, a crash or a start is in the way; any failure of the connection.
  if (state == "40003" || state.starts_with("57P0") || state.starts_with("08")) return Setback::kLost;
  return Setback::kOther;
}

std::exception_ptr ExceptionOf(std::string_view state, const std::string& constraint, const std::string& detail) {
  using Kind = ConstraintViolation::Kind;
  const auto violation = [&](Kind kind) {
    return std::make_exception_ptr(ConstraintViolation(kind, kind == Kind::kNotNull ? "" : constraint, detail));
  };
  if (state == "23505") return violation(Kind::kUnique);
  if (state == "23514") return violation(Kind::kCheck);
  if (state == "23503") return violation(Kind::kForeignKey);
  if (state == "23502") return violation(Kind::kNotNull);
  if (state == "57014") return std::make_exception_ptr(Timeout(detail));
  if (state == "53100") return std::make_exception_ptr(StorageFull(detail));
  if (state == "53300") return std::make_exception_ptr(Overloaded(detail));
  if (SetbackOf(state) == PostgresConnection::Setback::kLost) return std::make_exception_ptr(Unavailable(detail));
  return std::make_exception_ptr(Error(detail));
}

std::string CacheKey(std::string_view sql, std::span<const Value> parameters) {
  std::string key;
  key.reserve(parameters.size() + sql.size());
  for (const Value& value : parameters) key += static_cast<char>('0' + static_cast<int>(value.type()));
  key += sql;
  return key;
}

}  // namespace

PostgresConnection::PostgresConnection(const std::string& url, std::chrono::milliseconds statement_timeout)
    : statement_timeout_(statement_timeout) {
  // What comes after the URL's keywords overrides them, what comes before gives way.
  const std::string timeout_s = std::to_string(std::max<std::int64_t>(2, statement_timeout.count() / 1000));
  const std::array<const char*, 6> keywords{"application_name", "connect_timeout", "tcp_user_timeout",
                                            "dbname",           "client_encoding", nullptr};
  const std::array<const char*, 6> values{"octavo", timeout_s.c_str(), "10000", url.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1));
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw Unavailable(fmt::format("cannot connect to PostgreSQL: {}", OneLine(PQerrorMessage(connection_.get()))));
  }
  Configure();
}

void PostgresConnection::Configure() {
  const auto ignore_notice = [](void*, const PGresult*) {};
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
  PQsetnonblocking(connection_.get(), 1);
  const char* encoding = PQparameterStatus(connection_.get(), "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    throw Error(fmt::format("the database's encoding is {}, not UTF8", encoding == nullptr ? "unknown" : encoding));
  }
  // A transaction left open by a program that hangs must not hold back the others for ever.
  Simple(fmt::format("SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 60000; "
                     "SET bytea_output = 'hex'",
                     statement_timeout_.count()),
         StatementDeadline());
}

void PostgresConnection::Begin(Access access) {
  setback_ = Setback::kNone;
  thrown_ = nullptr;
  Simple(
      access == Access::kRead ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY" : "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
      StatementDeadline());
}

PostgresConnection::CommitOutcome PostgresConnection::Commit() {
  try {
    const ResultHandle result = Simple("COMMIT", StatementDeadline());
    if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return CommitOutcome::kDone;
    Throw(Setback::kOther, std::make_exception_ptr(Error("PostgreSQL rolled back instead of committing")));
  } catch (const Error&) {
    if (setback_ == Setback::kConflict) return CommitOutcome::kConflict;
    return setback_ == Setback::kLost || hung_ ? CommitOutcome::kUnknown : CommitOutcome::kRefused;
  }
}

void PostgresConnection::RollBack() {
  if (hung_ || PQstatus(connection_.get()) != CONNECTION_OK) return;
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  try {
    Simple("ROLLBACK", StatementDeadline());
  } catch (const Error&) {
    hung_ = true;  // Closing the connection rolls back as well.
  }
}

bool PostgresConnection::usable() const {
  return !hung_ && !stale_ && PQstatus(connection_.get()) == CONNECTION_OK &&
         PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

Answer PostgresConnection::Run(std::string_view sql, std::span<const Value> parameters) {
  const std::string name = PreparedName(sql, parameters);
  const PostgresParameters arrays(parameters);
  CheckSent(PQsendQueryPrepared(connection_.get(), name.c_str(), arrays.count(), arrays.contents(), arrays.lengths(),
                                arrays.formats(), /*resultFormat=*/0));
  return ReadAnswer(Await(StatementDeadline(), sql).get());
}

std::string PostgresConnection::PreparedName(std::string_view sql, std::span<const Value> parameters) {
  const std::string key = CacheKey(sql, parameters);
  if (const std::string* known = statements_.Find(key)) return *known;
  if (const auto oldest = statements_.MakeRoom()) Simple("DEALLOCATE " + *oldest, StatementDeadline());

  const std::string name = fmt::format("s{}", ++statements_made_);
  const PostgresParameters arrays(parameters);
  CheckSent(PQsendPrepare(connection_.get(), name.c_str(), std::string(sql).c_str(), arrays.count(), arrays.types()));
  Await(StatementDeadline(), sql);
  return statements_.Insert(key, name);
}

void PostgresConnection::Script(const std::string& sql) { Simple(sql, std::nullopt); }

PostgresConnection::ResultHandle PostgresConnection::Simple(const std::string& sql, Deadline deadline) {
  CheckSent(PQsendQuery(connection_.get(), sql.c_str()));
  return Await(deadline, sql);
}

void PostgresConnection::CheckSent(int sent) {
  if (sent == 1) return;
  if (PQstatus(connection_.get()) != CONNECTION_OK) FailLost();
  Throw(Setback::kOther, std::make_exception_ptr(Error(OneLine(PQerrorMessage(connection_.get())))));
}

// The last result of what was sent, if all are good; throws for the first bad one.
PostgresConnection::ResultHandle PostgresConnection::Await(Deadline deadline, std::string_view sql) {
  ResultHandle result;
  for (;;) {
    while (PQisBusy(connection_.get()) != 0) {
      const int unsent = PQflush(connection_.get());
      if (unsent < 0) FailLost();
      WaitForSocket(static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN), deadline);
      if (PQconsumeInput(connection_.get()) != 1) FailLost();
    }
    ResultHandle next(PQgetResult(connection_.get()));
    if (next == nullptr) break;
    if (result == nullptr || IsGood(result.get())) result = std::move(next);
  }
  if (result == nullptr) FailLost();
  if (!IsGood(result.get())) Fail(result.get(), sql);
  return result;
}

void PostgresConnection::WaitForSocket(short events, Deadline deadline) {
  pollfd socket{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
  for (;;) {
    int wait_ms = -1;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Now());
      wait_ms = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    const int ready = poll(&socket, 1, wait_ms);
    if (ready > 0) return;
    if (ready < 0 && errno == EINTR) continue;
    hung_ = true;
    Throw(Setback::kOther, std::make_exception_ptr(Timeout("PostgreSQL does not answer")));
  }
}

void PostgresConnection::Fail(const PGresult* result, std::string_view sql) {
  const std::string state = Field(result, PG_DIAG_SQLSTATE);
  if (state.empty() && PQstatus(connection_.get()) != CONNECTION_OK) FailLost();
  // "cached plan must not change result type", "prepared statement does not exist": a new connection helps.
  if (state == "0A000" || state == "26000") stale_ = true;
  // The primary message only: the detail shows the values.
  const std::string detail =
      fmt::format("PostgreSQL: {} ({}), in: {}", Field(result, PG_DIAG_MESSAGE_PRIMARY), state, ForMessage(sql));
  Setback setback = SetbackOf(state);
  if (setback == Setback::kOther && PQstatus(connection_.get()) != CONNECTION_OK) setback = Setback::kLost;
  Throw(setback, ExceptionOf(state, Field(result, PG_DIAG_CONSTRAINT_NAME), detail));
}

void PostgresConnection::FailLost() {
  const std::string detail = fmt::format("PostgreSQL: {}", OneLine(PQerrorMessage(connection_.get())));
  Throw(Setback::kLost, std::make_exception_ptr(Unavailable(detail)));
}

void PostgresConnection::Throw(Setback setback, std::exception_ptr thrown) {
  if (setback_ == Setback::kNone) {
    setback_ = setback;
    thrown_ = thrown;
  }
  std::rethrow_exception(std::move(thrown));
}

PostgresConnection::Deadline PostgresConnection::StatementDeadline() const { return Now() + statement_timeout_ + kAnswerGrace; }

}  // namespace octavo::db
