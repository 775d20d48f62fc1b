// Rules that the accounts tables must keep, for `octavo audit`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/db/equations.h"

namespace octavo::accounts {

std::span<const db::Equation> Equations();
// Those of these ids that belong to nobody: to no customer, and to nobody who still has to be erased elsewhere.
std::vector<std::string> UnknownCustomers(db::Database& database, std::span<const std::string> ids);

}  // namespace octavo::accounts
