// PostgresDatabase: Database on a PostgreSQL server, or on one that speaks its protocol and has SERIALIZABLE
// transactions.
//
// Every transaction is SERIALIZABLE. When the server says that another one won (40001, 40P01), or the
// connection breaks before COMMIT, the whole function runs again on a fresh state, after a random pause that
// doubles each time. No savepoints, no PL/pgSQL, no session state but prepared statements.
#pragma once

#include <memory>

#include "lib/base/random.h"
#include "lib/db/database.h"

namespace octavo::db {

// As Open, for the server that options.url names. Connects once, to fail early.
std::unique_ptr<Database> OpenPostgres(const Options& options, Random& random);

}  // namespace octavo::db
