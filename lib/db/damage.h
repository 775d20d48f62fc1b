// FindDamage: reads a SQLite file from end to end and says what is wrong with it. What a start does in a
// second at most (OpenSqlite) finds what broke the tree of pages; this finds in addition indexes that differ
// from their tables, rows that break their table's rules and rows that refer to none, however large the file.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace octavo::db {

// The first thing found, in one line; nothing where all is well, or where `stop` ended the look. Opens
// connections of its own that only read, and looks at one table at a time, so that the write-ahead log can be
// emptied in between. Safe while others write. Throws db::Error where the file cannot be opened.
std::optional<std::string> FindDamage(const std::string& path, const std::stop_token& stop);

}  // namespace octavo::db
