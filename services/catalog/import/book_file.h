// BookFile: a CSV file of books that is read twice: first to check all of it, then row by row. So a file that is broken in its
// last line is refused before its first book is sent. Fields are separated by commas, semicolons, tabs or bars: "sep=;" in the
// first line says so, or else the separator is the one that gives the most known columns. Needs constant memory, except for files
// that must be converted (book_text.h). Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
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
  Result<MappedRow> row;  // An error concerns this row only.
};

class BookFile {
 public:
  // How many problems of a file are reported before it gives up.
  static constexpr std::size_t kProblemsMax = 10;

  struct Options {
    std::optional<BookFormat> format;  // nullopt: by the header.
    std::string encoding;              // As OpenBookText has it.
    MissingPrices missing_prices = MissingPrices::kLeaveOut;
  };

  // Reads the whole file once. INVALID_ARGUMENT (BAD_FILE) with one line for each problem, naming file, line and rule:
  // what OpenBookText refuses, unknown columns, NUL characters, a quote that never closes, a row above
  // CsvReader::kRowBytesMax, a row with another number of fields than the header (empty ones at its end do not count), no
  // row at all.
  static Result<BookFile> Open(const std::filesystem::path& path, const Options& options);

  BookFormat format() const { return mapper_->format(); }
  std::int64_t row_count() const { return row_count_; }
  const std::string& name() const { return name_; }
  const std::string& encoding() const { return encoding_; }

  // The next row; nullopt after the last.
  std::optional<FileRow> Next();
  // Back to the first row.
  void Rewind();

 private:
  explicit BookFile(std::string name) : name_(std::move(name)) {}

  Status Check();
  // The next row that is not empty, without empty fields beyond the header's.
  Result<std::optional<std::vector<std::string>>> NextRow();
  // Finds the separator, and whether a first line names it.
  void FindSeparator();

  std::string name_;
  std::string encoding_;
  std::unique_ptr<std::istream> stream_;  // On the heap: the reader refers to it.
  std::unique_ptr<CsvReader> reader_;
  std::unique_ptr<RowMapper> mapper_;
  Options options_;
  char separator_ = ',';
  bool says_separator_ = false;
  std::size_t columns_ = 0;  // 0 before the header is read.
  std::int64_t row_count_ = 0;
};

}  // namespace octavo::catalog
