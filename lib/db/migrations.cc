#include "lib/db/migrations.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/digest.h"

namespace octavo::db {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL);";
constexpr std::string_view kList = "SELECT version, name, checksum FROM schema_migrations ORDER BY version";
constexpr std::string_view kRecord = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)";

// CREATE TABLE IF NOT EXISTS is not safe against another one at the same moment. Any number of ours does:
// "octavo".
constexpr std::string_view kLockCreation = "SELECT pg_advisory_xact_lock($1)";
constexpr std::int64_t kCreationLock = 0x6f637461766f;

// Taken before anything is read: a serializable transaction sees the state at its first read, and must see the changes of the one
// it waited for. LOCK TABLE does not read; an advisory lock would.
constexpr std::string_view kLockForMigration =
    "LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE; SET LOCAL statement_timeout = 0";

octavo::Error Refusal(const char* reason, std::string message) {
  return {.code = Code::kFailedPrecondition, .reason = reason, .message = std::move(message)};
}

void RunScript(Transaction& transaction, std::string_view sql) {
  if (transaction.dialect() == Dialect::kSqlite) {
    transaction.Script(ToSqlite(sql));
  } else {
    transaction.Script(sql);
  }
}

void MakeTable(Transaction& transaction) {
  if (transaction.dialect() == Dialect::kPostgres) transaction.Query(kLockCreation, kCreationLock);
  RunScript(transaction, kCreateTable);
}

Status CheckNumbers(std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const int expected = static_cast<int>(i) + 1;
    if (migrations[i].version != expected) {
      return Refusal("MIGRATION_GAP",
                     fmt::format("migration {} of the program has the number {}", expected, migrations[i].version));
    }
  }
  return Ok();
}

// Compares what the database says with what the program knows; gives how many have been applied.
Result<std::size_t> CountApplied(Transaction& transaction, std::span<const Migration> migrations) {
  const std::vector<Row> applied = transaction.Query(kList);
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const std::int64_t version = applied[i].Int(0);
    const std::string label = fmt::format("{} {}", version, applied[i].Text(1));
    if (version > static_cast<std::int64_t>(migrations.size())) {
      return Refusal("DATABASE_NEWER",
                     fmt::format("the database has migration {}, and this program knows only {}: run a newer one", label,
                                 migrations.size()));
    }
    if (version != static_cast<std::int64_t>(i) + 1) {
      return Refusal("MIGRATION_GAP", fmt::format("the database has migration {}, but not {}", label, i + 1));
    }
    const Migration& known = migrations[i];
    if (applied[i].Text(1) != known.name || applied[i].Text(2) != Hex(Sha256(known.sql))) {
      return Refusal("MIGRATION_CHANGED",
                     fmt::format("migration {} has been changed since the database ran it: put it back, and add another", label));
    }
  }
  return applied.size();
}

// Applies the first missing one; false if none is missing.
Result<bool> ApplyNext(Transaction& transaction, std::span<const Migration> migrations) {
  if (transaction.dialect() == Dialect::kPostgres) transaction.Script(kLockForMigration);
  const std::size_t applied = TRY(CountApplied(transaction, migrations));
  if (applied == migrations.size()) return false;
  const Migration& next = migrations[applied];
  try {
    RunScript(transaction, next.sql);
  } catch (const Error& error) {
    return Refusal("MIGRATION_FAILED", fmt::format("migration {} {}: {}", next.version, next.name, error.what()));
  }
  transaction.Execute(kRecord, next.version, next.name, Hex(Sha256(next.sql)));
  return true;
}

}  // namespace

Status Migrate(Database& database, std::span<const Migration> migrations) {
  TRY(CheckNumbers(migrations));
  database.Write(MakeTable);
  bool again = true;
  while (again) {
    again = TRY(database.Write([&](Transaction& transaction) { return ApplyNext(transaction, migrations); }));
  }
  return Ok();
}

}  // namespace octavo::db
