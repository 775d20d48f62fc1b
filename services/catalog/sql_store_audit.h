// Rules that the catalogue's tables must keep, for `octavo audit`.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lib/db/equations.h"

namespace octavo::catalog {

std::span<const db::Equation> Equations();
// Those of these book numbers that no book has or had; the change log keeps the deleted ones.
std::vector<std::int64_t> UnknownBooks(db::Database& database, std::span<const std::int64_t> numbers);

}  // namespace octavo::catalog
