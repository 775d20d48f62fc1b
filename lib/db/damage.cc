#include "lib/db/damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "lib/db/errors.h"
#include "lib/db/sqlite_connection.h"

namespace octavo::db {
namespace {

// For one table; `stop` ends what takes longer.
constexpr std::chrono::hours kTableMax{6};

// A name within single quotes.
std::string Quoted(std::string name) {
  for (std::size_t at = name.find('\''); at != std::string::npos; at = name.find('\'', at + 2)) name.insert(at, 1, '\'');
  return "'" + name + "'";
}

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::optional<std::string> FindInTable(SqliteConnection& connection, const std::string& table) {
  const Answer pages = connection.Run(fmt::format("PRAGMA integrity_check({})", Quoted(table)), {});
  if (pages.rows.empty()) return fmt::format("the check of table {} gave no answer", table);
  if (const std::string& found = pages.rows[0].Text(0); found != "ok") return fmt::format("table {}: {}", table, OneLine(found));
  const Answer keys = connection.Run(fmt::format("PRAGMA foreign_key_check({})", Quoted(table)), {});
  if (!keys.rows.empty()) return fmt::format("table {}: a row refers to none in {}", table, keys.rows[0].Text(2));
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FindDamage(const std::string& path, const std::stop_token& stop) {
  SqliteConnection connection({.path = path, .vfs = "", .statement_timeout = kTableMax}, SqliteConnection::Mode::kReader);
  const std::stop_callback interrupt(stop, [&] { connection.Interrupt(); });
  try {
    const Answer tables = connection.Run("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", {});
    for (const Row& table : tables.rows) {
      if (stop.stop_requested()) return std::nullopt;
      if (auto found = FindInTable(connection, table.Text(0))) return found;
    }
  } catch (const Damaged& damage) {
    return OneLine(damage.what());
  } catch (const Timeout&) {
    if (!stop.stop_requested()) throw;
  }
  return std::nullopt;
}

}  // namespace octavo::db
