// What the catalogue's tables must agree on, for `octavo audit`.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/db/equations.h"

namespace octavo::catalog {

std::span<const db::Equation> Equations();
// Of these numbers of books, those that no book has or had: the log of changes keeps those that were deleted.
std::vector<std::int64_t> UnknownBooks(db::Database& database, std::span<const std::int64_t> numbers);

}  // namespace octavo::catalog
