// BookText: the text of a file as UTF-8 with line feeds, whatever its encoding and line ends.
#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <memory>
#include <string>

#include "lib/base/result.h"

namespace octavo::catalog {

struct BookText {
  std::unique_ptr<std::istream> stream;  // UTF-8; may be rewound.
  std::string encoding;                  // Of the file: "UTF-8", "UTF-16LE", "windows-1252".
};

// A file in another encoding than UTF-8, or with only carriage returns, is read into memory; larger ones are refused.
inline constexpr std::size_t kConvertedBytesMax = 256U << 20;

// Opens a file. `encoding` is a name that ICU knows, or empty: then a byte order mark decides, else UTF-8 is tried, then UTF-16,
// then what ICU's detector is sure of, then Windows-1252, which spreadsheets of Western Europe write. INVALID_ARGUMENT
// (BAD_FILE), naming the file and how to fix it: the file cannot be read, is a pipe, a spreadsheet, not text or broken UTF-8, its
// encoding is unknown, or it is too large to be converted.
Result<BookText> OpenBookText(const std::filesystem::path& path, const std::string& encoding);

}  // namespace octavo::catalog
