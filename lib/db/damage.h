// FindDamage: reads a whole SQLite file and reports what is wrong with it. The check at start, which takes a second at most
// (OpenSqlite), finds a broken tree of pages. This also finds indexes that differ from their tables, rows that break a rule of
// their table, and rows that refer to a missing row, however large the file.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace octavo::db {

// The first thing found, in one line; nothing if all is well, or if `stop` ended the check. Opens read-only connections of its
// own and checks one table at a time, so that the write-ahead log can be emptied in between. Safe while others write. Throws
// db::Error if the file cannot be opened.
std::optional<std::string> FindDamage(const std::string& path, const std::stop_token& stop);

}  // namespace octavo::db
