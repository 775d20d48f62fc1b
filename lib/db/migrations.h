// Migrations: the numbered SQL files that make a service's tables, run once each, forward only.
//
// The files are services/<name>/migrations/0001_books.sql, 0002_….sql, embedded by CMake:
//
//     octavo_migrations(catalog_migrations NAMESPACE octavo::catalog DIR migrations FILES 0001_books.sql)
//
// gives library octavo::catalog_migrations with "services/catalog/migrations.h":
//
//     namespace octavo::catalog { std::span<const db::Migration> Migrations(); }
//
// They are written in PostgreSQL's words and run on SQLite too: there BIGINT becomes INTEGER, DOUBLE
// PRECISION REAL, BYTEA BLOB, and every table STRICT. README.md tells what else both understand.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/db/database.h"

namespace octavo::db {

struct Migration {
  int version = 0;        // 1, 2, 3 …
  std::string_view name;  // "books"
  std::string_view sql;   // Statements, each ended by a semicolon.
};

// Brings the database up to the last of `migrations`, each in a transaction of its own together with its
// record in the table schema_migrations. Does nothing when all is done; safe when several processes start at
// once. Fails, having changed nothing that was not complete, with FAILED_PRECONDITION and reason
//   MIGRATION_GAP      the list is not 1, 2, 3 …
//   MIGRATION_CHANGED  one that has been run has since got another text (SHA-256) or name
//   DATABASE_NEWER     the database has been migrated by a newer program
//   MIGRATION_FAILED   the database refused the statements; the message has its words
Status Migrate(Database& database, std::span<const Migration> migrations);

// What Migrate hands to SQLite for `sql`.
std::string ToSqlite(std::string_view sql);

}  // namespace octavo::db
