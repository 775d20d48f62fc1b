// What the accounts' tables must agree on, for `octavo audit`.
#pragma once

#include <span>

#include "lib/db/equations.h"

namespace octavo::accounts {

std::span<const db::Equation> Equations();

}  // namespace octavo::accounts
