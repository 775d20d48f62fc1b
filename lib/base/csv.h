// CsvReader: reads RFC 4180 rows from a stream, one at a time, in constant memory (about 2 MiB). Accepts LF and CRLF, quoted
// fields with doubled quotes and line breaks, a UTF-8 byte order mark, and a last line without a line end. Fails with
// INVALID_ARGUMENT (BAD_CSV), naming the line, on a quote that never closes, text after a closing quote, or a row above
// row_bytes_max. Not thread-safe.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace octavo {

class CsvReader {
 public:
  // 1 MiB; the longest real book row that we know has 40 kB.
  static constexpr std::size_t kRowBytesMax = 1 << 20;

  // `in` must outlive the reader.
  explicit CsvReader(std::istream& in, char separator = ',') : in_(in), separator_(separator) {}

  // The next row, or nullopt at the end. Empty lines are skipped.
  Result<std::optional<std::vector<std::string>>> Next();

  // The line (from 1) on which the last row from Next() begins.
  std::size_t line() const { return row_line_; }

 private:
  enum class Line { kRead, kEnd, kTooLong };
  // The next line, without its end, into `line`; nothing is read beyond kRowBytesMax.
  Line ReadLine(std::string& line);
  Error Bad(std::string what) const;
  Error TooLong() const;

  std::istream& in_;
  const char separator_;
  std::size_t next_line_ = 1;
  std::size_t row_line_ = 0;
  std::vector<char> buffer_;
};

// One row as RFC 4180 text with its line end, quoting the fields that need it.
std::string CsvRow(const std::vector<std::string>& fields, char separator = ',');

}  // namespace octavo
