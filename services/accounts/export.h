// The file that a customer gets who asks for everything that the shop keeps about them.
#pragma once

#include <string>

#include "services/accounts/peers.h"
#include "services/accounts/store.h"

namespace octavo::accounts {

// JSON, for people to read and for programs to import. It has no hashes: they are of no use to an honest reader. The texts of
// `elsewhere` have to be JSON.
std::string ToJson(const CustomerData& data, const SessionPolicy& policy, const HeldElsewhere& elsewhere);

}  // namespace octavo::accounts
