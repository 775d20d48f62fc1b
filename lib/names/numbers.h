// Numbers in resource names, tokens and etags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace octavo::names {

// A whole number from 1 to `most`, in its only form: decimal digits, the first not 0.
std::optional<std::int64_t> FindNumber(std::string_view text, std::int64_t most);

// An etag is the version of what was read, 0 or more, as a number; nullopt for a text that is none.
std::string ToEtag(std::int64_t version);
std::optional<std::int64_t> FindVersion(std::string_view etag);

}  // namespace octavo::names
