#include <fmt/format.h>

#include "lib/db/database.h"
#include "lib/db/postgres_database.h"
#include "lib/db/sqlite_database.h"

namespace octavo::db {
namespace {

constexpr std::string_view kSqliteScheme = "sqlite:";

bool IsPostgres(std::string_view url) { return url.starts_with("postgresql://") || url.starts_with("postgres://"); }

void CheckLimits(const Options& options) {
  const bool positive = options.connections_max > 0 && options.waiting_max > 0 && options.wait_max.count() > 0 &&
                        options.statement_timeout.count() > 0 && options.attempts_max > 0 && options.group_max > 0;
  if (!positive) throw Error("the database's limits have to be above zero");
}

}  // namespace

std::unique_ptr<Database> Open(const Options& options, Random& random) {
  CheckLimits(options);
  const std::string_view url = options.url;
  if (IsPostgres(url)) return OpenPostgres(options, random);
  // Never the URL itself: it may hold a password.
  if (url.find("://") != std::string_view::npos) {
    throw Error(fmt::format("unknown kind of database: {}", url.substr(0, url.find("://"))));
  }
  const std::string_view path = url.starts_with(kSqliteScheme) ? url.substr(kSqliteScheme.size()) : url;
  if (path.empty()) throw Error("no database named: give a file or a postgresql:// URL");
  return OpenSqlite(std::string(path), options);
}

}  // namespace octavo::db
