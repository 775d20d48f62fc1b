// Makes texts from outside fit for messages and logs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace octavo {

// Whether `text` is UTF-8 (RFC 3629) without NUL: what every database, page and message of the shop can hold.
bool IsStorableText(std::string_view text);

// As much of `text` as fits into `bytes_max`, cut between characters.
std::string_view CutText(std::string_view text, std::size_t bytes_max);

// As CutText, with U+FFFD for each byte that is not UTF-8. Any text must be cleaned so before it is sent in a message.
std::string CleanText(std::string_view text, std::size_t bytes_max);

// A wrong value for a message: in double quotes, at most 80 bytes of it (then "…"), control characters as \xNN, and U+FFFD for
// each byte that is not UTF-8. The result is always UTF-8, so that a google.rpc.Status with it can be read.
std::string Quoted(std::string_view text);

}  // namespace octavo
