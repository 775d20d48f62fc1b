// What a customer gets who asks for everything that is kept about them.
#pragma once

#include <string>

#include "services/accounts/store.h"

namespace octavo::accounts {

// JSON, for people to read and programs to take over. Hashes are not in it: they are of no use to an honest
// reader.
std::string ToJson(const Holdings& holdings, const SessionPolicy& policy);

}  // namespace octavo::accounts
