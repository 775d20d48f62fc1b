// Equations: what the tables of one store must agree on, as statements that find the rows which do not. For `octavo audit`.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lib/base/violation.h"
#include "lib/db/database.h"

namespace octavo::db {

struct Equation {
  std::string_view name;  // "catalog.books_are_in_log".
  // Gives one text for each row that breaks it: what it is about, "books/7". It needs no LIMIT.
  std::string_view sql;
  std::string_view message;  // What is wrong with such a row.
};

// At most kViolationsMax of each equation, of one moment of the store. Throws what the database throws.
inline constexpr int kViolationsMax = 10'000;
std::vector<Violation> FindViolations(Database& database, std::span<const Equation> equations);

}  // namespace octavo::db
