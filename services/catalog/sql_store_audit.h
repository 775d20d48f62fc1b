// What the catalogue's tables must agree on, for `octavo audit`.
#pragma once

#include <cstdint>
#include <span>

#include "lib/db/equations.h"

namespace octavo::catalog {

std::span<const db::Equation> Equations();
// The highest number that a book was given. Books of other services above it are of a catalogue that was lost.
std::int64_t LastBookNumber(db::Database& database);

}  // namespace octavo::catalog
