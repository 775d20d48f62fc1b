#include "lib/db/equations.h"

#include <fmt/format.h>

namespace octavo::db {

std::vector<Breach> FindBreaches(Database& database, std::span<const Equation> equations) {
  return database.Read([&](Transaction& transaction) {
    std::vector<Breach> breaches;
    for (const Equation& equation : equations) {
      const std::string bounded = fmt::format("SELECT * FROM ({}) AS broken LIMIT {}", equation.sql, kBreachesMax);
      for (const Row& row : transaction.Query(bounded)) breaches.push_back({equation.name, row.Text(0), equation.message});
    }
    return breaches;
  });
}

}  // namespace octavo::db
