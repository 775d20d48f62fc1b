// BookText: the text of a file as UTF-8 with line feeds, whatever encoding and line ends a bookseller's program gave it.
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

// A file in another encoding than UTF-8, or with carriage returns alone, is put into memory; larger ones are refused.
inline constexpr std::size_t kConvertedBytesMax = 256U << 20;

// Opens a file. `encoding` is a name that ICU knows, or empty: then a byte order mark decides, else UTF-8 is tried, then
// UTF-16, then what ICU's detector is sure of, then Windows-1252, which is what spreadsheets of Western Europe write.
// INVALID_ARGUMENT (BAD_FILE), naming the file and the cure: cannot be read, a pipe, a spreadsheet itself, not text, UTF-8 with
// broken bytes in it, an encoding that nobody knows, too large to be converted.
Result<BookText> OpenBookText(const std::filesystem::path& path, const std::string& encoding);

}  // namespace octavo::catalog
