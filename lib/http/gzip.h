// Gzip for responses, by zlib. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace octavo::http {

enum class Effort {
  kQuick,  // For a page made for one reader: level 1.
  kBest,   // For a file prepared once: level 9.
};

std::string Gzip(std::string_view text, Effort effort);

// Whether an Accept-Encoding header allows gzip: named (or "*") with a weight above 0.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace octavo::http
