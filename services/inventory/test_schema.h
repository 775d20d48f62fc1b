// The inventory's migrations without their named constraints, to test code that finds faults which the schema would prevent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/check.h"
#include "services/inventory/migrations.h"

namespace octavo::inventory {

class UncheckedSchema {
 public:
  UncheckedSchema() {
    texts_.reserve(Migrations().size());  // The migrations point into the texts.
    for (const db::Migration& migration : Migrations()) {
      texts_.push_back(WithoutConstraints(std::string(migration.sql)));
      migrations_.push_back({migration.version, migration.name, texts_.back()});
    }
  }

  std::span<const db::Migration> migrations() const { return migrations_; }

 private:
  // Each constraint stands on a line of its own, behind the comma of the line before.
  static std::string WithoutConstraints(std::string sql) {
    constexpr std::string_view kBegin = ",\n  CONSTRAINT ";
    int removed = 0;
    for (std::size_t begin = sql.find(kBegin); begin != std::string::npos; begin = sql.find(kBegin)) {
      std::size_t end = sql.find('\n', begin + kBegin.size());
      if (sql[end - 1] == ',') --end;
      sql.erase(begin, end - begin);
      ++removed;
    }
    CHECK(removed > 0);
    return sql;
  }

  std::vector<std::string> texts_;
  std::vector<db::Migration> migrations_;
};

}  // namespace octavo::inventory
