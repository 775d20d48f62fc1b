#include "lib/db/equations.h"

#include <fmt/format.h>

namespace octavo::db {

std::vector<Violation> FindViolations(Database& database, std::span<const Equation> equations) {
  return database.Read([&](Transaction& transaction) {
    std::vector<Violation> violations;
    for (const Equation& equation : equations) {
      const std::string bounded = fmt::format("SELECT * FROM ({}) AS broken LIMIT {}", equation.sql, kViolationsMax);
      for (const Row& row : transaction.Query(bounded)) {
        violations.push_back({std::string(equation.name), row.Text(0), std::string(equation.message)});
      }
    }
    return violations;
  });
}

}  // namespace octavo::db
