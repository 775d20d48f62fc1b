// octavo audit: the audit of the whole shop as a command.
#pragma once

#include <string>
#include <vector>

namespace octavo {

// Prints the ledger of what was checked. Exit codes: 0 everything holds; 1 something does not; 2 it could not be checked.
int RunAudit(const std::vector<std::string>& arguments);

}  // namespace octavo
