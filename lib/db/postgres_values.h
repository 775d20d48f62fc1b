// Values on their way to PostgreSQL and rows on their way back, in libpq's arrays.
#pragma once

#include <libpq-fe.h>

#include <span>
#include <string>
#include <vector>

#include "lib/db/database.h"

namespace octavo::db {

// The arrays that PQsendPrepare and PQsendQueryPrepared want. Refers to the values it was made from.
class PostgresParameters {
 public:
  explicit PostgresParameters(std::span<const Value> parameters);

  int count() const { return static_cast<int>(types_.size()); }
  // Always given: left to itself, PostgreSQL takes the $1 of `$1 + 1` for a 32-bit integer.
  const Oid* types() const { return types_.data(); }
  const char* const* contents() const { return contents_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::string> numbers_;  // As text; holds what contents_ points to.
  std::vector<Oid> types_;
  std::vector<const char*> contents_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// The rows and the count of a successful answer in text format. Booleans are 0 and 1; a numeric, which SUM of
// BIGINT gives, is an integer if it is whole. Throws Error for an integer beyond 64 bits.
Answer ReadAnswer(const PGresult* result);

}  // namespace octavo::db
