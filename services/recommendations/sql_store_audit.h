// What the recommendations' tables must agree on, for `octavo audit`.
#pragma once

#include <cstdint>
#include <span>

#include "lib/db/equations.h"

namespace octavo::recommendations {

std::span<const db::Equation> Equations();
// How far it has followed the events of orders.
std::int64_t OrderPosition(db::Database& database);

}  // namespace octavo::recommendations
