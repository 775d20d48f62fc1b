// What a customer gets who asks for everything that the shop keeps about them.
#pragma once

#include <string>

#include "services/accounts/neighbours.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

// JSON, for people to read and programs to take over. Hashes are not in it: they are of no use to an honest
// reader. The texts of `elsewhere` have to be JSON.
std::string ToJson(const Holdings& holdings, const SessionPolicy& policy, const HeldElsewhere& elsewhere);

}  // namespace octavo::accounts
