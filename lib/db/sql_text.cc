#include "lib/db/sql_text.h"

#include "lib/base/check.h"

namespace octavo::db {

std::string Placeholders(int count, int first) {
  CHECK(count > 0);
  CHECK(first > 0);
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += i == 0 ? "$" : ",$";
    text += std::to_string(first + i);
  }
  return text;
}

std::string Tuples(int rows, int columns) {
  CHECK(rows > 0);
  CHECK(columns > 0);
  std::string text;
  for (int row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ",(";
    text += Placeholders(columns, row * columns + 1);
    text += ')';
  }
  return text;
}

std::string ForMessage(std::string_view sql) {
  constexpr std::size_t kShown = 300;
  if (sql.size() <= kShown) return std::string(sql);
  return std::string(sql.substr(0, kShown)) + "...";
}

}  // namespace octavo::db
