// Several texts without line ends in one column: one a line, each with a line end behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace octavo::db {

std::string JoinLines(const std::vector<std::string>& lines);

// What JoinLines has joined; the last line end may be missing, as older rows have it.
std::vector<std::string> SplitLines(std::string_view text);

}  // namespace octavo::db
