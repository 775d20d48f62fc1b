// octavo returns: the steps of returned books for the shop's staff, in a running shop.
#pragma once

#include <string>
#include <vector>

namespace octavo {

// Gives the exit code: 0 done, 1 refused or not reached (with one line that says why), 2 wrong options.
int RunReturns(const std::vector<std::string>& arguments);

}  // namespace octavo
