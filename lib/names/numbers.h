// Numbers in resource names, tokens and etags.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace octavo::names {

// A whole number from 1 to `most`, in its only form: decimal digits, the first not 0.
std::optional<std::int64_t> FindNumber(std::string_view text, std::int64_t most);

}  // namespace octavo::names
