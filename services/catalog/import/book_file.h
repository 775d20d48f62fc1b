// BookFile: a CSV file of books, read twice: once to see whether it is whole, then row by row. So a file that is broken
// in its last line is refused before its first book goes in. Constant memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/csv.h"
#include "lib/base/result.h"
#include "services/catalog/import/book_format.h"

namespace octavo::catalog {

struct FileRow {
  std::int64_t line = 0;
  Result<MappedRow> row;  // An error is this row's alone.
};

class BookFile {
 public:
  // Problems that are told of one file before giving up.
  static constexpr std::size_t kProblemsMax = 10;

  // Reads the whole file once. INVALID_ARGUMENT (BAD_FILE), one line of message for each problem, naming file, line and
  // rule: cannot be read, unknown columns, bytes that are not UTF-8, NUL characters, a quote that never closes, a row
  // above CsvReader::kRowBytesMax, a row with another number of fields than the header, no row at all.
  static Result<BookFile> Open(const std::filesystem::path& path, std::optional<BookFormat> format);

  BookFormat format() const { return mapper_->format(); }
  std::int64_t row_count() const { return row_count_; }
  const std::string& name() const { return name_; }

  // The next row, nullopt behind the last.
  std::optional<FileRow> Next();
  // Back to the first row.
  void Rewind();

 private:
  explicit BookFile(std::string name) : name_(std::move(name)) {}

  Status Check();

  std::string name_;
  std::unique_ptr<std::ifstream> stream_;  // On the heap: the reader refers to it.
  std::unique_ptr<CsvReader> reader_;
  std::unique_ptr<RowMapper> mapper_;
  std::optional<BookFormat> wanted_;
  std::int64_t row_count_ = 0;
};

}  // namespace octavo::catalog
