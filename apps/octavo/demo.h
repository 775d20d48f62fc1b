// The command `octavo demo`: brings the demo catalogue, its readers and campaigns into a running shop, and takes them out again.
#pragma once

#include <string>
#include <vector>

namespace octavo {

// `octavo demo load` and `octavo demo remove`; both may be repeated. Exit codes: 0 done; 1 the files or the shop failed, with
// one clear line; 2 the command line is wrong.
int RunDemo(const std::vector<std::string>& arguments);

}  // namespace octavo
