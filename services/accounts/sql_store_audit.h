// What the accounts' tables must agree on, for `octavo audit`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/db/equations.h"

namespace octavo::accounts {

std::span<const db::Equation> Equations();
// Of these ids of customers, those that are nobody's: neither a customer's, nor of one who is still to be erased elsewhere.
std::vector<std::string> UnknownCustomers(db::Database& database, std::span<const std::string> ids);

}  // namespace octavo::accounts
