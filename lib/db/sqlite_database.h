// SqliteDatabase: Database on one SQLite file.
//
// One connection, on one thread, does all writing and all checkpoints: Debian's SQLite can lose committed
// writes when a checkpoint and a commit of two connections race (3.7.0 to 3.51.2,
// https://sqlite.org/wal.html#walresetbug), and one writer needs no locks. It commits in groups: the Writes
// that gathered while the last commit was synced run one after the other, each in a savepoint of its own, and
// share the next commit. Readers are read-only connections.
#pragma once

#include <memory>

#include "lib/db/database.h"

namespace octavo::db {

// As Open, for the file at `path`.
std::unique_ptr<Database> OpenSqlite(const std::string& path, const Options& options);

}  // namespace octavo::db
