// The command `octavo import`.
#pragma once

#include <string>
#include <vector>

namespace octavo::catalog {

// Runs it with the arguments after the command's name. Prints the report to standard output, progress and problems to standard
// error. Exit codes: 0 every row is in the shop (or would be, in a dry run); 1 the file or the shop failed, with one line for
// each problem; 2 the command line is wrong; 3 some rows were refused, the others are in.
int RunImport(const std::vector<std::string>& arguments);

}  // namespace octavo::catalog
