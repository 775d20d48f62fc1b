// octavo token: a token for tools that call the shop over gRPC. octavo keys: the keys behind such tokens.
#pragma once

#include <string>
#include <vector>

namespace octavo {

// Prints one token on standard output; gives the exit status.
int RunToken(const std::vector<std::string>& arguments);

// octavo keys: makes shop.keys, identity.key and identity.pub in a folder.
int RunKeys(const std::vector<std::string>& arguments);

}  // namespace octavo
